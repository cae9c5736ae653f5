package dev.assay.research;

import java.util.Optional;

/**
 * One run as the ledger keeps it.
 *
 * @param stage screen rung, confirmation, hold-out, floor or leave-one-out
 * @param entrant {@value #CONTROL} or the name of a variant
 * @param pair its number in the stage
 * @param recipe as YAML
 * @param declared samples
 * @param outcome {@value #SCORED}, {@value #VOID} (the contract or a limit was broken, a tool failed) or {@value #ERROR}
 * @param reason in words, where there is no score
 * @param seconds by the clock, training alone
 * @param weights SHA-256 of the checkpoint's weights
 * @param losses SHA-256 of the trace of losses
 * @param evaluator hash of the code that scored
 * @param sandbox what kept the training inside its folder
 */
record RunRow(
        String sprint,
        String stage,
        String entrant,
        int pair,
        Draw draw,
        String recipe,
        long declared,
        long served,
        String outcome,
        String reason,
        double seconds,
        long peakMegabytes,
        String weights,
        String losses,
        RawScore score,
        String evaluator,
        String sandbox) {
    static final String TYPE = "run";
    static final String CONTROL = "control";
    static final String SCORED = "scored";
    static final String VOID = "void";
    static final String ERROR = "error";

    boolean scored() {
        return outcome.equals(SCORED);
    }

    Optional<RawScore> result() {
        return scored() ? Optional.of(score) : Optional.empty();
    }

    boolean is(String sprintName, String stageName, String entrantName, int number) {
        return sprint.equals(sprintName) && stage.equals(stageName) && entrant.equals(entrantName) && pair == number;
    }
}
