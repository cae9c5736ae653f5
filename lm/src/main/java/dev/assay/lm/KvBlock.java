package dev.assay.lm;

/**
 * Keys and values of {@link Decoder#blockSize} successive positions in all layers and key-value heads. Shared by the
 * sequences that begin alike. Where they lie on a device, {@link KvCache} has them under the block's number, and the arrays
 * are empty.
 */
final class KvBlock {
    /** Which block of the pool it is, from 0 on. */
    final int number;

    /** Panels {@code [layer, kvHead, headDim, position]}: a query is multiplied with all positions at once. */
    final float[] keys;

    /** Panels {@code [layer, kvHead, headDim / width, position, width]}. */
    final float[] values;

    /** Sequences that read or write it. */
    int references = 1;

    KvBlock(int number, int keys, int values) {
        this.number = number;
        this.keys = new float[keys];
        this.values = new float[values];
    }
}
