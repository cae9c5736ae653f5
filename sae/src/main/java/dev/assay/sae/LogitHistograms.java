package dev.assay.sae;

import dev.assay.tensor.SparseRows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * How often each feature's logit fell into each bin, apart for samples in which the feature fires and in which it is
 * silent: enough for F1 at any threshold on the bins' borders. Bins are (low, high], 1/16 wide, from -16 to 16; the outer
 * ones take what lies beyond.
 */
final class LogitHistograms {
    static final int STEPS_PER_LOGIT = 16;

    private static final int RANGE = 16;
    private static final int BINS = 2 * RANGE * STEPS_PER_LOGIT;

    /** The cut "logit > 0". */
    static final int ZERO = BINS / 2;

    private final int features;
    private final int[] firing;
    private final int[] silent;
    private long samples;

    LogitHistograms(int features) {
        this.features = features;
        firing = new int[Math.multiplyExact(features, BINS)];
        silent = new int[firing.length];
    }

    /** What is done with each firing of the first features. */
    @FunctionalInterface
    interface Firing {
        void at(int row, int feature);
    }

    static void forEachFiring(SparseRows firings, int features, Firing use) {
        for (int r = 0; r < firings.rows(); r++)
            for (int i = firings.starts()[r]; i < firings.starts()[r + 1]; i++)
                if (firings.values()[i] > 0 && firings.columns()[i] < features) use.at(r, firings.columns()[i]);
    }

    /** Adds fp32 logits {@code [rows of firings, features]}. */
    void add(MemorySegment logits, SparseRows firings) {
        samples += firings.rows();
        for (int r = 0; r < firings.rows(); r++)
            for (int f = 0; f < features; f++) silent[f * BINS + bin(logits, (long) r * features + f)]++;
        forEachFiring(firings, features, (row, f) -> {
            int at = f * BINS + bin(logits, (long) row * features + f);
            silent[at]--;
            firing[at]++;
        });
    }

    private static int bin(MemorySegment logits, long at) {
        double z = logits.getAtIndex(ValueLayout.JAVA_FLOAT, at);
        return Math.clamp((long) Math.ceil((z + RANGE) * STEPS_PER_LOGIT) - 1, 0, BINS - 1);
    }

    long samples() {
        return samples;
    }

    /** F1 when logits of the bins from {@code cut} on are called firing; 0 where undefined. */
    double f1(int feature, int cut) {
        long hits = 0;
        long called = 0;
        for (int b = cut; b < BINS; b++) {
            hits += firing[feature * BINS + b];
            called += (long) firing[feature * BINS + b] + silent[feature * BINS + b];
        }
        return f1(hits, called, firings(feature));
    }

    /** The cut of the best F1, the one nearest to 0 among equals. */
    int bestCut(int feature) {
        long all = firings(feature);
        long hits = 0;
        long called = 0;
        int best = ZERO;
        double bestF1 = f1(feature, best);
        for (int b = BINS - 1; b >= 0; b--) {
            hits += firing[feature * BINS + b];
            called += (long) firing[feature * BINS + b] + silent[feature * BINS + b];
            double f1 = f1(hits, called, all);
            boolean nearer = Math.abs(b - ZERO) < Math.abs(best - ZERO);
            if (f1 > bestF1 || (f1 == bestF1 && nearer)) {
                best = b;
                bestF1 = f1;
            }
        }
        return best;
    }

    private long firings(int feature) {
        long all = 0;
        for (int b = 0; b < BINS; b++) all += firing[feature * BINS + b];
        return all;
    }

    private static double f1(long hits, long called, long all) {
        return called + all == 0 ? 0 : 2.0 * hits / (called + all);
    }
}
