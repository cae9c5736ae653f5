package dev.assay.lm;

import dev.assay.tensor.DType;
import dev.assay.tensor.Tensor;

/** Index and mask tensors of a batch. */
final class Batches {
    /** Stands for minus infinity in masks: finite, so that a row that sees nothing gives numbers and not NaN. */
    static final float BLOCKED = -1e9f;

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
        return Masks.of(config, window -> causal(0, length, length, window, type));
    }

    /**
     * Position from + t sees 0 .. from + t of {@code seen} in all, and of those the nearest {@code window} if that is not 0:
     * {@code [1, 1, length, seen]}.
     */
    static Tensor causal(int from, int length, int seen, int window, DType type) {
        var out = new float[length * seen];
        for (int t = 0; t < length; t++) {
            int first = window == 0 ? 0 : Math.max(0, from + t + 1 - window);
            for (int s = 0; s < first; s++) out[t * seen + s] = BLOCKED;
            for (int s = from + t + 1; s < seen; s++) out[t * seen + s] = BLOCKED;
        }
        return Tensor.of(out, 1, 1, length, seen).to(type);
    }
}
