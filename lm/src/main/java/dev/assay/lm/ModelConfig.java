package dev.assay.lm;

/**
 * The shape of a language model of the Llama family.
 *
 * @param vocab number of tokens
 * @param dModel width of the residual stream
 * @param layers number of blocks
 * @param heads number of query heads
 * @param kvHeads number of key and value heads; each serves {@code heads / kvHeads} query heads
 * @param headDim width of a head
 * @param dFf width of the hidden layer of the feed-forward block
 * @param ropeTheta base of the rotary position embedding
 * @param normEps epsilon of the RMS norms
 * @param context longest sequence, in tokens
 */
public record ModelConfig(
        int vocab,
        int dModel,
        int layers,
        int heads,
        int kvHeads,
        int headDim,
        int dFf,
        double ropeTheta,
        double normEps,
        int context) {

    /** Reads the configuration from the metadata of a GGUF file; the only architecture so far is {@code llama}. */
    static ModelConfig from(Gguf gguf) {
        String architecture = gguf.string("general.architecture");
        if (!architecture.equals("llama"))
            throw new ModelFormatException(
                    gguf.path() + ": general.architecture is '" + architecture + "'; supported: llama");
        String p = "llama.";
        int dModel = gguf.integer(p + "embedding_length");
        int heads = gguf.integer(p + "attention.head_count");
        return new ModelConfig(
                gguf.strings("tokenizer.ggml.tokens").size(),
                dModel,
                gguf.integer(p + "block_count"),
                heads,
                gguf.integer(p + "attention.head_count_kv", heads),
                gguf.integer(p + "rope.dimension_count", dModel / heads),
                gguf.integer(p + "feed_forward_length"),
                gguf.decimal(p + "rope.freq_base", 10_000),
                gguf.decimal(p + "attention.layer_norm_rms_epsilon"),
                gguf.integer(p + "context_length"));
    }

    /** How many query heads share one key and value head. */
    int group() {
        return heads / kvHeads;
    }
}
