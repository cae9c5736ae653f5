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

    /** The keys in bf16; then {@link #keys} is empty. */
    final short[] narrowKeys;

    /** The values in bf16; then {@link #values} is empty. */
    final short[] narrowValues;

    /** Sequences that read or write it. */
    int references = 1;

    private KvBlock(int number, float[] keys, float[] values, short[] narrowKeys, short[] narrowValues) {
        this.number = number;
        this.keys = keys;
        this.values = values;
        this.narrowKeys = narrowKeys;
        this.narrowValues = narrowValues;
    }

    static KvBlock of(int number, int keys, int values) {
        return new KvBlock(number, new float[keys], new float[values], new short[0], new short[0]);
    }

    /** In bf16. */
    static KvBlock narrow(int number, int keys, int values) {
        return new KvBlock(number, new float[0], new float[0], new short[keys], new short[values]);
    }
}
