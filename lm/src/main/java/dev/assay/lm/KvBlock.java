package dev.assay.lm;

/**
 * Keys and values of {@link Decoder#blockSize} successive positions in all layers and key-value heads. Shared by the
 * sequences that begin alike.
 */
final class KvBlock {
    /** Panels {@code [layer, kvHead, headDim, position]}: a query is multiplied with all positions at once. */
    final float[] keys;

    /** Panels {@code [layer, kvHead, headDim / width, position, width]}. */
    final float[] values;

    /** Sequences that read or write it. */
    int references = 1;

    KvBlock(int keys, int values) {
        this.keys = new float[keys];
        this.values = new float[values];
    }
}
