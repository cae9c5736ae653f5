package dev.assay.research;

import java.util.Map;

/**
 * An idea, and where it was made.
 *
 * @param control choices that it was thought of on top of
 * @param session name of the {@link Session} it came of; empty for researchers that need none
 * @param asked what that took, as the ledger keeps it
 */
record Proposal(Idea idea, Map<String, String> control, String session, Map<String, Object> asked) {
    Proposal {
        control = Map.copyOf(control);
        asked = Map.copyOf(asked);
    }

    static Proposal of(Idea idea, Map<String, String> control) {
        return new Proposal(idea, control, "", Map.of());
    }

    /** How many runs were tried out before it was made. */
    int experiments() {
        return asked.get("experiments") instanceof Number n ? n.intValue() : 0;
    }
}
