package dev.assay.lm;

import dev.assay.tensor.Kernels;

/** {@link Norm} on arrays. */
record RmsNorm(float[] weight, double eps) {
    static RmsNorm of(Norm norm) {
        return new RmsNorm(PackedModel.floats(norm.weight()), norm.eps());
    }

    /** Normalises {@code weight.length} numbers; {@code out} may be {@code x}. */
    void apply(float[] x, int from, float[] out, int to) {
        double mean = Kernels.best().squares(x, from, weight.length) / weight.length;
        float factor = (float) (1 / Math.sqrt(mean + eps));
        for (int i = 0; i < weight.length; i++) out[to + i] = x[from + i] * factor * weight[i];
    }
}
