package dev.assay.lm;

import dev.assay.tensor.DType;
import dev.assay.tensor.Tensor;

/** Index and mask tensors of a batch. */
final class Batches {
    /** Stands for minus infinity in masks: finite, so that a row that sees nothing gives numbers and not NaN. */
    private static final float BLOCKED = -1e9f;

    private Batches() {}

    static long[] longs(int[] ids) {
        var out = new long[ids.length];
        for (int i = 0; i < out.length; i++) out[i] = ids[i];
        return out;
    }

    /** 0, 1, … in every row: {@code [batch, length]}. */
    static Tensor positions(int batch, int length) {
        var out = new long[batch * length];
        for (int i = 0; i < out.length; i++) out[i] = i % length;
        return Tensor.of(out, batch, length);
    }

    /** Position t sees 0..t, of those the nearest in windowed blocks: {@code [1, 1, length, length]}. */
    static Masks causal(ModelConfig config, int length, DType type) {
        return Masks.of(config, window -> causal(length, window, type));
    }

    private static Tensor causal(int length, int window, DType type) {
        var out = new float[length * length];
        for (int t = 0; t < length; t++) {
            int first = window == 0 ? 0 : Math.max(0, t + 1 - window);
            for (int s = 0; s < first; s++) out[t * length + s] = BLOCKED;
            for (int s = t + 1; s < length; s++) out[t * length + s] = BLOCKED;
        }
        return Tensor.of(out, 1, 1, length, length).to(type);
    }
}
