package dev.assay.lm;

import java.util.List;

/**
 * How fast a rotary position embedding turns.
 *
 * @param theta base of the frequencies (Su et al., 2021)
 * @param scaling how the frequencies are changed for longer contexts
 */
public record RopeConfig(double theta, Scaling scaling) {
    /** A change of the frequencies, under the names of Hugging Face's {@code rope_type}. */
    public sealed interface Scaling {
        /** {@code default}: none. */
        record None() implements Scaling {}

        /** {@code linear}: positions are divided by a factor (Chen et al., 2023). */
        record Linear(double factor) implements Scaling {}

        /**
         * {@code llama3}: low frequencies are divided by a factor, high ones stay, those between are blended
         * (transformers, {@code _compute_llama3_parameters}).
         */
        record Llama3(double factor, double lowFactor, double highFactor, double originalContext) implements Scaling {}

        /** Each frequency is divided by a number of its own; llama.cpp's form of the former. */
        record Divided(List<Float> divisors) implements Scaling {}
    }

    /** Without scaling. */
    static RopeConfig of(double theta) {
        return new RopeConfig(theta, new Scaling.None());
    }

    /** Radians per position for each pair of dimensions: {@code [headDim / 2]}. */
    float[] frequencies(int headDim) {
        var out = new float[headDim / 2];
        for (int i = 0; i < out.length; i++) {
            float plain = (float) (1 / Math.pow(theta, 2.0 * i / headDim));
            out[i] = switch (scaling) {
                case Scaling.None none -> plain;
                case Scaling.Linear linear -> (float) (plain / linear.factor);
                case Scaling.Llama3 llama3 -> (float) blended(plain, llama3);
                case Scaling.Divided divided -> plain / divided.divisors.get(i);
            };
        }
        return out;
    }

    private static double blended(double plain, Scaling.Llama3 s) {
        double wavelength = 2 * Math.PI / plain;
        if (wavelength < s.originalContext / s.highFactor) return plain;
        if (wavelength > s.originalContext / s.lowFactor) return plain / s.factor;
        double share = (s.originalContext / wavelength - s.lowFactor) / (s.highFactor - s.lowFactor);
        return (1 - share) * plain / s.factor + share * plain;
    }
}
