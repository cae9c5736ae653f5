package dev.assay.lm;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What a {@link Trainer} makes small.
 *
 * @param <E> an example
 */
public abstract sealed class Objective<E> permits Sft, Kto {
    Objective() {}

    /** The loss of a batch, and what else there is to say. */
    record Outcome(double loss, Map<String, Double> metrics) {}

    /** {@link IllegalArgumentException} that names the example if one can't be learnt from. */
    abstract void check(List<E> data, ModelConfig config);

    /** Tokens of an example: those of similar length share a batch. */
    abstract int length(E example);

    /** Fewest examples that make a batch. */
    abstract int smallestBatch();

    /** Adds the gradient of the batch's loss to those of the weights. */
    abstract Outcome accumulate(List<E> batch, Passes passes);

    /** Says all that decides about the gradients, of the objective itself and of an example. */
    abstract void fingerprint(Consumer<String> self);

    abstract void fingerprint(E example, Consumer<int[]> ids);

    static void checkIds(int[] ids, ModelConfig config, String where) {
        if (ids.length == 0) throw new IllegalArgumentException(where + " is empty");
        if (ids.length > config.context())
            throw new IllegalArgumentException(where + " has " + ids.length + " tokens, and the model takes "
                    + config.context() + " at once: shorten it or leave it out");
        for (int id : ids) {
            if (id < 0 || id >= config.vocab())
                throw new IllegalArgumentException(
                        where + " has the token " + id + ", which is none of the model's " + config.vocab());
        }
    }
}
