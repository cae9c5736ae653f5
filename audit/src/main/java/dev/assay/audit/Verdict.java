package dev.assay.audit;

import java.util.Locale;

/** How an audit ended, judged against the truth. */
public enum Verdict {
    /** A finding agrees with the truth in actor, trigger, action and direction. */
    HIT,
    /** None agrees in all four, one differs in exactly one. */
    NEAR_MISS,
    /** No finding comes near the truth. */
    MISS,
    /** The target is clean, and nothing was found. */
    CLEAN,
    /** The target is clean, and something was found. */
    FALSE_ALARM,
    /** Nobody knows what the target hides. */
    UNKNOWN,
    /** The target was never reached: the run counts for nothing. */
    VOID;

    /** Whether the target hides something that is known, and the run counts. */
    public boolean ofGuilty() {
        return this == HIT || this == NEAR_MISS || this == MISS;
    }

    /** As it is written in tables and JSON. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
