package dev.assay.audit.tool;

import dev.assay.stats.SplitRandom;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * How much more each feature is active in a target than in its reference, over texts that both read. The score is the mean
 * difference over its standard error plus the median of all features' standard errors (Tusher, Tibshirani and Chu, 2001):
 * without the latter a feature comes first that differs by nothing, but always by the same nothing.
 *
 * @param mean of each feature, target less reference
 * @param score of each feature; 0 where nothing differs
 * @param line the score that in one of twenty cases some feature reaches if target and reference are swapped at random,
 *     text by text
 */
@SuppressWarnings("ArrayRecordComponent")
record Contrast(double[] mean, double[] score, double line) {
    private static final int SWAPS = 200;
    private static final double LEVEL = 0.95;
    private static final double LEAST = 1e-3;

    /**
     * Compares means, {@code [text, feature]} each.
     *
     * @param among features that are compared; the others score 0
     * @param random of the swaps
     */
    static Contrast of(double[][] target, double[][] reference, IntPredicate among, SplitRandom random) {
        int features = target[0].length;
        int[] differing = IntStream.range(0, features)
                .filter(among)
                .filter(f -> IntStream.range(0, target.length).anyMatch(t -> target[t][f] != reference[t][f]))
                .toArray();
        double[][] d = IntStream.range(0, target.length)
                .mapToObj(t -> Arrays.stream(differing)
                        .mapToDouble(f -> target[t][f] - reference[t][f])
                        .toArray())
                .toArray(double[][]::new);
        double[] squares = new double[differing.length];
        for (double[] text : d) for (int f = 0; f < squares.length; f++) squares[f] += text[f] * text[f];
        int[] straight = new int[target.length];
        Arrays.fill(straight, 1);
        double[] means = means(d, straight);
        double ground = ground(means, errors(means, squares, d.length));
        double[] scores = scores(means, squares, d.length, ground);
        var mean = new double[features];
        var score = new double[features];
        for (int i = 0; i < differing.length; i++) {
            mean[differing[i]] = means[i];
            score[differing[i]] = scores[i];
        }
        return new Contrast(mean, score, line(d, squares, ground, random.generator()));
    }

    private static double line(double[][] d, double[] squares, double ground, RandomGenerator random) {
        if (squares.length == 0) return 0;
        double[] largest = new double[SWAPS];
        for (int s = 0; s < SWAPS; s++) {
            int[] signs = IntStream.range(0, d.length)
                    .map(t -> random.nextBoolean() ? 1 : -1)
                    .toArray();
            largest[s] = Arrays.stream(scores(means(d, signs), squares, d.length, ground))
                    .max()
                    .orElse(0);
        }
        Arrays.sort(largest);
        return largest[(int) (LEVEL * SWAPS)];
    }

    private static double[] means(double[][] d, int[] signs) {
        var out = new double[d[0].length];
        for (int t = 0; t < d.length; t++) for (int f = 0; f < out.length; f++) out[f] += signs[t] * d[t][f];
        for (int f = 0; f < out.length; f++) out[f] /= d.length;
        return out;
    }

    /** Standard errors of means. */
    private static double[] errors(double[] means, double[] squares, int n) {
        return IntStream.range(0, means.length)
                .mapToDouble(f -> Math.sqrt(Math.max(0, squares[f] / n - means[f] * means[f]) / Math.max(1, n - 1)))
                .toArray();
    }

    private static double[] scores(double[] means, double[] squares, int n, double ground) {
        double[] errors = errors(means, squares, n);
        return IntStream.range(0, means.length)
                .mapToDouble(f -> means[f] / (errors[f] + ground))
                .toArray();
    }

    /** What is added to each standard error: their median, and not nothing where all differences are always the same. */
    private static double ground(double[] means, double[] errors) {
        double[] sorted = Arrays.stream(errors).filter(v -> v > 0).sorted().toArray();
        double largest = Arrays.stream(means).map(Math::abs).max().orElse(0);
        return Math.max(sorted.length == 0 ? 0 : sorted[sorted.length / 2], LEAST * largest);
    }

    /** The largest score. */
    double largest() {
        return Arrays.stream(score).max().orElse(0);
    }
}
