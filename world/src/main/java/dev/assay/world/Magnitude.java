package dev.assay.world;

import java.util.OptionalDouble;

/**
 * A number per feature: the mean, or the standard deviation, of its magnitude when it fires. Values are fp32, as SAELens
 * 6.54 makes them ({@code sae_lens/synthetic/firing_magnitudes.py}).
 */
public sealed interface Magnitude {

    /** The numbers of {@code features} features; only {@link FoldedNormal} uses the seed. */
    float[] generate(int features, long seed);

    /** Whether {@link #generate} draws, so that a seed is needed. */
    default boolean random() {
        return false;
    }

    /** The same for all. */
    record Constant(double value) implements Magnitude {
        /** @throws WorldException unless it is finite and not negative */
        public Constant {
            WorldException.require(
                    value >= 0 && value < Double.POSITIVE_INFINITY, "value", value, "a finite number, 0 or more");
        }

        @Override
        public float[] generate(int features, long seed) {
            return Spacing.constant(value, features);
        }
    }

    /** start + (end - start) i / (n - 1). */
    record Linear(double start, double end) implements Magnitude {
        /** @throws WorldException unless both are positive */
        public Linear {
            checkEnds(start, end);
        }

        @Override
        public float[] generate(int features, long seed) {
            return Spacing.linear(start, end, features);
        }
    }

    /** start (end / start)^(i / (n - 1)). */
    record Exponential(double start, double end) implements Magnitude {
        /** @throws WorldException unless both are positive */
        public Exponential {
            checkEnds(start, end);
        }

        @Override
        public float[] generate(int features, long seed) {
            float[] t = Spacing.linear(0, 1, features);
            for (int i = 0; i < features; i++) t[i] = (float) start * (float) Math.pow((float) (end / start), t[i]);
            return t;
        }
    }

    /** |mean + std z|, one z per feature from torch's CPU generator, cut to [min, max] where they are given. */
    record FoldedNormal(double mean, double std, OptionalDouble min, OptionalDouble max) implements Magnitude {
        /** @throws WorldException unless std is positive and 0 &lt;= min &lt;= max */
        public FoldedNormal {
            WorldException.require(Double.isFinite(mean), "mean", mean, "a finite number");
            WorldException.require(std > 0 && std < Double.POSITIVE_INFINITY, "std", std, "positive");
            WorldException.require(min.isEmpty() || min.getAsDouble() >= 0, "min_value", min, "0 or more");
            WorldException.require(
                    max.isEmpty() || max.getAsDouble() > 0 && max.getAsDouble() >= min.orElse(0),
                    "max_value",
                    max,
                    "positive and not below min_value");
        }

        /** Without limits. */
        public FoldedNormal(double mean, double std) {
            this(mean, std, OptionalDouble.empty(), OptionalDouble.empty());
        }

        @Override
        public boolean random() {
            return true;
        }

        @Override
        public float[] generate(int features, long seed) {
            float[] z = new TorchRandom(seed).normals(features);
            float low = (float) min.orElse(0);
            float high = (float) max.orElse(Double.POSITIVE_INFINITY);
            for (int i = 0; i < features; i++)
                z[i] = Math.clamp(Math.abs((float) mean + z[i] * (float) std), low, high);
            return z;
        }
    }

    private static void checkEnds(double start, double end) {
        WorldException.require(start > 0 && start < Double.POSITIVE_INFINITY, "start", start, "positive");
        WorldException.require(end > 0 && end < Double.POSITIVE_INFINITY, "end", end, "positive");
    }
}
