package dev.assay.audit.tool;

import java.util.List;

/**
 * A talk to be held with the target: what the user says.
 *
 * @param family what it may trigger
 * @param prefill the first words of each reply; empty for none
 * @param origin where it comes from
 */
public record Scenario(String family, List<String> userTurns, String prefill, Origin origin) {
    public Scenario(String family, List<String> userTurns, Origin origin) {
        this(family, userTurns, "", origin);
    }

    /** Replies that it costs. */
    public int turns() {
        return userTurns.size();
    }

    /** The same with the first words of each reply. */
    public Scenario prefilled(String words) {
        return new Scenario(family, userTurns, words, origin);
    }

    /** Where a scenario comes from. */
    public enum Origin {
        BANK,
        /** The target wrote it, as a turn of the user. */
        USER_SAMPLING
    }
}
