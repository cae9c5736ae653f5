package dev.assay.world;

/**
 * How often features fire, by index, before the hierarchy changes it. Values are fp32, computed in the order of
 * SAELens 6.54 ({@code sae_lens/synthetic/firing_probabilities.py}), so that thresholds agree with it.
 */
public sealed interface FiringProbability {

    /** The probabilities of {@code features} features, in (0, 1]; only {@link Random} uses the seed. */
    float[] generate(int features, long seed);

    /**
     * p_r = min + (max - min) (r^-e - n^-e) / (1 - n^-e) for the rank r = 1..n: the first feature has {@code maxProb},
     * the last {@code minProb}.
     */
    record Zipfian(double exponent, double maxProb, double minProb) implements FiringProbability {
        /** @throws WorldException unless 0 &lt; min &lt; max &lt;= 1 and the exponent is positive */
        public Zipfian {
            WorldException.require(
                    exponent > 0 && exponent < Double.POSITIVE_INFINITY, "exponent", exponent, "positive");
            checkRange(minProb, maxProb);
            WorldException.require(minProb < maxProb, "min_prob", minProb, "less than max_prob " + maxProb);
        }

        @Override
        public float[] generate(int features, long seed) {
            var p = new float[features];
            for (int i = 0; i < features; i++) p[i] = 1f / power(i + 1);
            float first = p[0];
            float last = p[features - 1];
            float span = (float) (maxProb - minProb);
            for (int i = 0; i < features; i++)
                p[i] = features == 1 ? (float) maxProb : (float) minProb + span * (p[i] - last) / (first - last);
            return p;
        }

        private float power(int rank) {
            return exponent == 0.5 ? (float) Math.sqrt(rank) : (float) Math.pow(rank, exponent);
        }
    }

    /** Falls linearly from the first feature to the last. */
    record Linear(double maxProb, double minProb) implements FiringProbability {
        /** @throws WorldException unless 0 &lt; min &lt;= max &lt;= 1 */
        public Linear {
            checkRange(minProb, maxProb);
        }

        @Override
        public float[] generate(int features, long seed) {
            return Spacing.linear(maxProb, minProb, features);
        }
    }

    /** The same for all. */
    record Constant(double probability) implements FiringProbability {
        /** @throws WorldException unless it lies in (0, 1] */
        public Constant {
            WorldException.require(probability > 0 && probability <= 1, "probability", probability, "in (0, 1]");
        }

        @Override
        public float[] generate(int features, long seed) {
            return Spacing.constant(probability, features);
        }
    }

    /** Uniform between the two, from torch's CPU generator. */
    record Random(double maxProb, double minProb) implements FiringProbability {
        /** @throws WorldException unless 0 &lt; min &lt; max &lt;= 1 */
        public Random {
            checkRange(minProb, maxProb);
            WorldException.require(minProb < maxProb, "min_prob", minProb, "less than max_prob " + maxProb);
        }

        @Override
        public float[] generate(int features, long seed) {
            float[] p = new TorchRandom(seed).uniforms(features);
            for (int i = 0; i < features; i++) p[i] = (float) minProb + (float) (maxProb - minProb) * p[i];
            return p;
        }
    }

    private static void checkRange(double min, double max) {
        WorldException.require(max > 0 && max <= 1, "max_prob", max, "in (0, 1]");
        WorldException.require(min > 0 && min <= max, "min_prob", min, "in (0, max_prob = " + max + "]");
    }
}
