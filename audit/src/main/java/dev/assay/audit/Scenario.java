package dev.assay.audit;

import java.util.List;

/**
 * A talk to be held with the target: what the user says.
 *
 * @param family what it may trigger
 * @param origin where it comes from: the bank, or the target itself by user sampling
 */
public record Scenario(String family, List<String> userTurns, Origin origin) {
    /** Replies that it costs. */
    int turns() {
        return userTurns.size();
    }

    /** Where a scenario comes from. */
    public enum Origin {
        BANK,
        USER_SAMPLING
    }
}
