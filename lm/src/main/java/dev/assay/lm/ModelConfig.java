package dev.assay.lm;

/**
 * The shape of a language model.
 *
 * @param vocab number of tokens
 * @param dModel width of the residual stream
 * @param layers number of blocks
 * @param heads number of query heads
 * @param kvHeads number of key and value heads; each serves {@code heads / kvHeads} query heads
 * @param headDim width of a head
 * @param dFf width of the hidden layer of the feed-forward block
 * @param normEps epsilon of the RMS norms
 * @param context longest sequence, in tokens
 * @param architecture what its family does differently from others
 */
public record ModelConfig(
        int vocab,
        int dModel,
        int layers,
        int heads,
        int kvHeads,
        int headDim,
        int dFf,
        double normEps,
        int context,
        Architecture architecture) {

    /** Reads the configuration from the metadata of a GGUF file. */
    static ModelConfig from(Gguf gguf) {
        return new GgufConfig(gguf).read();
    }

    /** How many query heads share one key and value head. */
    int group() {
        return heads / kvHeads;
    }

    /** The same, or an exception if the numbers contradict one another; {@code where} is the file, for the message. */
    ModelConfig checked(String where) {
        String wrong = kvHeads < 1 || heads < 1 || heads % kvHeads != 0
                ? heads + " attention heads do not divide among " + kvHeads + " key-value heads"
                : headDim < 2 || headDim % 2 != 0
                        ? "a head is " + headDim + " wide; rotary positions need an even width"
                        : vocab < 1 || dModel < 1 || layers < 1 || dFf < 1 || context < 1
                                ? "vocabulary, width, layers, feed-forward width and context must be at least 1"
                                : "";
        if (!wrong.isEmpty()) throw new ModelFormatException(where + ": " + wrong);
        return this;
    }
}
