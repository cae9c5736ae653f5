package dev.assay.lm;

import java.util.Arrays;

/** The angles of rotary positions, and {@link Rope} on arrays; grows with the positions that are asked for. */
final class RopeTable {
    private final float[] frequencies;
    private float[] cos = {};
    private float[] sin = {};

    RopeTable(RopeConfig config, int headDim) {
        this.frequencies = config.frequencies(headDim);
    }

    /** Makes the table reach a position; for one thread. */
    void reach(int position) {
        int half = frequencies.length;
        int known = cos.length / half;
        if (position < known) return;
        int rows = Math.max(2 * known, Math.max(64, position + 1));
        cos = Arrays.copyOf(cos, rows * half);
        sin = Arrays.copyOf(sin, rows * half);
        for (int p = known; p < rows; p++) {
            for (int i = 0; i < half; i++) {
                float angle = p * frequencies[i]; // in fp32 as the peers compute it
                cos[p * half + i] = (float) Math.cos(angle);
                sin[p * half + i] = (float) Math.sin(angle);
            }
        }
    }

    /** Of the angle of pair {@code i} at a position that the table reaches. */
    float cos(int position, int i) {
        return cos[position * frequencies.length + i];
    }

    float sin(int position, int i) {
        return sin[position * frequencies.length + i];
    }

    /** Rotates a head in place: dimension i is paired with i + headDim/2. */
    void rotate(float[] x, int at, int position) {
        int half = frequencies.length;
        int row = position * half;
        for (int i = 0; i < half; i++) {
            float a = x[at + i];
            float b = x[at + half + i];
            float c = cos[row + i];
            float s = sin[row + i];
            x[at + i] = a * c - b * s;
            x[at + half + i] = b * c + a * s;
        }
    }
}
