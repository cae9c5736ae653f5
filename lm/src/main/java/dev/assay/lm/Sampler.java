package dev.assay.lm;

import dev.assay.tensor.PanelKernels;
import java.util.Arrays;

/** Draws a token from a row of logits. */
final class Sampler {
    private static final int STRETCH = 1024;

    private Sampler() {}

    /**
     * Draws from softmax(logits / temperature) cut to its nucleus.
     *
     * <p>The nucleus consists of the most likely tokens, so it lies among those above a probability floor as soon as
     * these together reach top-p: only they are sorted. The floor is lowered until they do.
     *
     * @param row the logits are {@code logits[offset .. offset + vocab)}
     * @param logSumExp log of the sum of exp(logit / temperature) over the row
     * @param uniform a random number in [0, 1)
     */
    static int draw(float[] logits, int offset, int vocab, double logSumExp, Sampling sampling, double uniform) {
        if (sampling.temperature() == 0) return argmax(logits, offset, vocab);
        if (Double.isNaN(logSumExp) || Double.isInfinite(logSumExp)) throw notFinite();
        if (sampling.topP() == 1) return drawFromAll(logits, offset, vocab, logSumExp, sampling.temperature(), uniform);
        for (double floor = 1e-3; ; floor *= 1e-2) {
            boolean all = floor < 1e-12;
            double cut = all ? Double.NEGATIVE_INFINITY : (Math.log(floor) + logSumExp) * sampling.temperature();
            Candidates found = Candidates.above(logits, offset, vocab, (float) cut, logSumExp, sampling.temperature());
            if (all || found.mass >= sampling.topP()) return found.draw(sampling.topP(), uniform);
        }
    }

    /** Looks for the stretch in which the share falls, then for the token. */
    private static int drawFromAll(
            float[] logits, int offset, int vocab, double logSumExp, double temperature, double uniform) {
        float factor = (float) (1 / temperature);
        double left = uniform;
        int from = 0;
        for (; from + STRETCH < vocab; from += STRETCH) {
            double share = PanelKernels.best().sumExp(logits, offset + from, STRETCH, factor, (float) logSumExp);
            if (share > left) break;
            left -= share;
        }
        int last = from;
        for (int i = from; i < vocab; i++) {
            double share = Math.exp(factor * logits[offset + i] - logSumExp);
            if (share > 0) last = i; // rounding may leave a rest that no token takes
            left -= share;
            if (left < 0) return i;
        }
        return last;
    }

    private static IllegalStateException notFinite() {
        return new IllegalStateException("the model's logits are not finite; its weights or its adapter are damaged");
    }

    /** The first of the largest. */
    static int argmax(float[] logits, int offset, int vocab) {
        float most = PanelKernels.best().max(logits, offset, vocab);
        for (int i = 0; i < vocab; i++) if (logits[offset + i] == most && !Float.isInfinite(most)) return i;
        throw notFinite();
    }

    /** Tokens and their probabilities; sorted by {@link #draw}. */
    private static final class Candidates {
        private long[] packed = new long[64]; // order-preserving bits of the logit, then the complement of the token
        private int count;
        private double mass;
        private final double logSumExp;
        private final double temperature;

        private Candidates(double logSumExp, double temperature) {
            this.logSumExp = logSumExp;
            this.temperature = temperature;
        }

        static Candidates above(
                float[] logits, int offset, int vocab, float cut, double logSumExp, double temperature) {
            var c = new Candidates(logSumExp, temperature);
            for (int i = 0; i < vocab; i++) if (logits[offset + i] >= cut) c.add(i, logits[offset + i]);
            return c;
        }

        private void add(int token, float logit) {
            if (count == packed.length) packed = Arrays.copyOf(packed, 2 * count);
            int bits = Float.floatToIntBits(logit);
            int ordered = bits ^ ((bits >> 31) & Integer.MAX_VALUE); // sorts like the float
            packed[count++] = ((long) ordered << 32) | (~token & 0xffffffffL); // equal logits: lower token first
            mass += probability(logit);
        }

        private double probability(float logit) {
            return Math.exp(logit / temperature - logSumExp);
        }

        private float logit(long entry) {
            int ordered = (int) (entry >> 32);
            return Float.intBitsToFloat(ordered ^ ((ordered >> 31) & Integer.MAX_VALUE));
        }

        int draw(double topP, double uniform) {
            Arrays.sort(packed, 0, count);
            int nucleus = 0;
            double kept = 0;
            while (nucleus < count && kept < topP) kept += probability(logit(packed[count - 1 - nucleus++]));
            double left = uniform * kept;
            for (int i = 0; i < nucleus - 1; i++) {
                left -= probability(logit(packed[count - 1 - i]));
                if (left < 0) return token(packed[count - 1 - i]);
            }
            return token(packed[count - nucleus]);
        }

        private static int token(long entry) {
            return (int) ~entry;
        }
    }
}
