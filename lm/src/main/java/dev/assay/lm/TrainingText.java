package dev.assay.lm;

/**
 * A tokenized conversation and what is to be learnt from it.
 *
 * @param ids the tokens, {@code [position]}
 * @param target whether the token at a position is to be learnt (predicted from those before it), {@code [position]}
 */
public record TrainingText(int[] ids, boolean[] target) {
    /** Checks that both have one entry a position. */
    public TrainingText {
        if (ids.length != target.length) {
            throw new IllegalArgumentException(
                    "%d tokens need as many targets, not %d".formatted(ids.length, target.length));
        }
    }
}
