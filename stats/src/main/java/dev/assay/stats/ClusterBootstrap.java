package dev.assay.stats;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The mean over clusters of values that depend on each other within a cluster, such as the runs on one target or the
 * targets of one behaviour. The interval resamples whole clusters (Efron and Tibshirani 1993, section 8): runs of one
 * cluster drawn anew would pass for independent ones, and make it far too narrow.
 *
 * @param clusters how many
 * @param mean of the clusters' means, each counting once
 * @param interval percentile interval at 95 %; none below {@value #LEAST} clusters, where it would promise too much
 */
public record ClusterBootstrap(int clusters, double mean, Optional<Interval> interval) {
    private static final int LEAST = 5;
    private static final int RESAMPLES = 10_000;
    private static final double LEVEL = 0.95;

    /** @param values by cluster; clusters without a value count for nothing */
    public static ClusterBootstrap of(List<double[]> values, SplitRandom random) {
        double[] means = values.stream()
                .filter(v -> v.length > 0)
                .mapToDouble(v -> Arrays.stream(v).average().orElseThrow())
                .toArray();
        double mean = Arrays.stream(means).average().orElse(Double.NaN);
        if (means.length < LEAST) return new ClusterBootstrap(means.length, mean, Optional.empty());
        RandomGenerator draw = random.generator();
        double[] resampled = new double[RESAMPLES];
        for (int b = 0; b < RESAMPLES; b++) {
            double sum = 0;
            for (int i = 0; i < means.length; i++) sum += means[draw.nextInt(means.length)];
            resampled[b] = sum / means.length;
        }
        Arrays.sort(resampled);
        int tail = (int) Math.floor(RESAMPLES * (1 - LEVEL) / 2);
        return new ClusterBootstrap(
                means.length, mean, Optional.of(new Interval(resampled[tail], resampled[RESAMPLES - 1 - tail])));
    }
}
