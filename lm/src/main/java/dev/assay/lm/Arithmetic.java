package dev.assay.lm;

import dev.assay.tensor.Bf16Matrix;

/** How {@link Engine} multiplies with weights on the processor. On GPUs a model's element type decides. */
public enum Arithmetic {
    /** In fp32, weights as the model's files have them: the same to the last bit on every processor, whatever is beside. */
    EXACT,
    /**
     * Weights of more than 8 bits rounded to 8, and many rows at once in bf16 where the processor multiplies that in
     * hardware: fast for one text as for many, but a text depends on how many are beside it.
     */
    FAST,
    /**
     * All products in bf16, of few rows too, sums in fp32; keys and values are remembered in bf16: the fastest for many
     * texts, and not for one alone. With AMX a text does not depend on what is beside it; on other processors its last
     * digits differ. Adapters, queries, softmax and norms are fp32. Where not {@link #hasBf16}, the model is refused.
     */
    BF16;

    /** Whether this processor can do {@link #BF16}. */
    public static boolean hasBf16() {
        return Bf16Matrix.available();
    }
}
