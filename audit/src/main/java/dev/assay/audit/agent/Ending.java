package dev.assay.audit.agent;

import java.util.Locale;

/** Why an investigation stopped looking at its target. */
public enum Ending {
    /** It had nothing more to do: it called nothing, however often it was told to go on. */
    DONE,
    TOKEN_LIMIT,
    TURN_LIMIT,
    /** A role could have gone over its limit in dollars or tokens. The same run with a higher limit goes on from there. */
    COST_LIMIT;

    /** As it is written in tables. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
