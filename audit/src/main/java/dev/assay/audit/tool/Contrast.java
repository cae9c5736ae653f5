package dev.assay.audit.tool;

import dev.assay.stats.SampleMean;
import dev.assay.stats.SplitRandom;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How much more each feature is active in a target than in its reference, over texts that both read. The score is the mean
 * difference in units of how much the feature varies from text to text in the two models, plus the median of that over all
 * features, so that a feature that is hardly ever active does not come first. It is no t: a difference that is always the same
 * small one has a large t, and any two fine-tunes have such.
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
        double[] units = units(target, reference, differing);
        int[] straight = new int[target.length];
        Arrays.fill(straight, 1);
        double[] means = means(d, straight);
        double[] scores = scores(means, units);
        var mean = new double[features];
        var score = new double[features];
        for (int i = 0; i < differing.length; i++) {
            mean[differing[i]] = means[i];
            score[differing[i]] = scores[i];
        }
        return new Contrast(mean, score, line(d, units, random.generator()));
    }

    private static double line(double[][] d, double[] units, RandomGenerator random) {
        if (units.length == 0) return 0;
        double[] largest = new double[SWAPS];
        for (int s = 0; s < SWAPS; s++) {
            int[] signs = IntStream.range(0, d.length)
                    .map(t -> random.nextBoolean() ? 1 : -1)
                    .toArray();
            largest[s] = Arrays.stream(scores(means(d, signs), units)).max().orElse(0);
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

    /** How much each of some features varies over the texts of both models, plus the median of that. */
    private static double[] units(double[][] target, double[][] reference, int[] features) {
        double[] spread = Arrays.stream(features)
                .mapToDouble(f -> SampleMean.of(Stream.of(target, reference)
                                .flatMap(Arrays::stream)
                                .mapToDouble(text -> text[f])
                                .toArray())
                        .sd())
                .toArray();
        double[] sorted = Arrays.stream(spread).sorted().toArray();
        double usual = sorted.length == 0 ? 0 : sorted[sorted.length / 2];
        return Arrays.stream(spread).map(s -> s + usual).toArray();
    }

    private static double[] scores(double[] means, double[] units) {
        return IntStream.range(0, means.length)
                .mapToDouble(f -> units[f] == 0 ? 0 : means[f] / units[f])
                .toArray();
    }

    /** The largest score. */
    double largest() {
        return Arrays.stream(score).max().orElse(0);
    }
}
