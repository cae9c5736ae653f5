package dev.assay.world;

import java.util.Arrays;

/** Evenly spaced fp32 numbers, as {@code torch.linspace} and {@code torch.full} give them. */
final class Spacing {
    private Spacing() {}

    /** From {@code start} to {@code end}, both included; each half is counted from its own end. */
    static float[] linear(double start, double end, int count) {
        var out = new float[count];
        out[0] = (float) start;
        if (count == 1) return out;
        float step = ((float) end - (float) start) / (count - 1);
        for (int i = 0; i < count; i++)
            out[i] = i < count / 2 ? (float) start + step * i : (float) end - step * (count - i - 1);
        return out;
    }

    static float[] constant(double value, int count) {
        var out = new float[count];
        Arrays.fill(out, (float) value);
        return out;
    }
}
