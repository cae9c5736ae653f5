package dev.assay.lm;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A tokenized conversation and what is to be learnt from it.
 *
 * @param ids the tokens, {@code [position]}
 * @param target whether the token at a position is to be learnt (predicted from those before it), {@code [position]}
 * @param injection vectors that it takes up on its way through the model
 */
public record TrainingText(int[] ids, boolean[] target, Optional<Injection> injection) {
    public TrainingText(int[] ids, boolean[] target) {
        this(ids, target, Optional.empty());
    }

    /** The same with vectors that it takes up. */
    public TrainingText with(Injection vectors) {
        return new TrainingText(ids, target, Optional.of(vectors));
    }

    /**
     * A document, all of which is learnt: no chat format, and control tokens that are spelt out in it are text. It begins
     * with the beginning-of-text token where texts of the model do.
     */
    public static TrainingText of(Tokenizer tokenizer, String text) {
        IntStream begin = tokenizer.addsBos() ? tokenizer.bos().stream() : IntStream.empty();
        int[] ids = IntStream.concat(begin, IntStream.of(tokenizer.encodePlain(text)))
                .toArray();
        var target = new boolean[ids.length];
        Arrays.fill(target, true);
        return new TrainingText(ids, target);
    }

    /** Checks that both have one entry a position. */
    public TrainingText {
        if (ids.length != target.length) {
            throw new IllegalArgumentException(
                    "%d tokens need as many targets, not %d".formatted(ids.length, target.length));
        }
    }
}
