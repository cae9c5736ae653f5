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
 * <p>Few clusters resampled vary less than few clusters drawn, so below {@value #MANY} clusters the percentiles lie further out,
 * by Student's t for the normal quantile and {@code n / (n - 1)} for the variance ("expanded percentile", Hesterberg 2015,
 * section 4.3). From there on the interval is corrected for bias and skewness (BCa, Efron 1987).
 *
 * @param clusters how many
 * @param mean of the clusters' means, each counting once
 * @param interval at 95 %; none below {@value #LEAST} clusters, where it would promise too much
 */
public record ClusterBootstrap(int clusters, double mean, Optional<Interval> interval) {
    private static final int LEAST = 5;
    private static final int MANY = 20;
    private static final int RESAMPLES = 10_000;
    private static final double TAIL = 0.025;

    /** @param values by cluster; clusters without a value count for nothing */
    public static ClusterBootstrap of(List<double[]> values, SplitRandom random) {
        double[] means = means(values);
        double mean = Arrays.stream(means).average().orElse(Double.NaN);
        if (means.length < LEAST) return new ClusterBootstrap(means.length, mean, Optional.empty());
        double[] resampled = resampled(means, random);
        double[] tails = means.length < MANY ? expanded(means.length) : accelerated(means, mean, resampled);
        return new ClusterBootstrap(
                means.length,
                mean,
                Optional.of(new Interval(quantile(resampled, tails[0]), quantile(resampled, tails[1]))));
    }

    private static double[] means(List<double[]> values) {
        return values.stream()
                .filter(v -> v.length > 0)
                .mapToDouble(v -> Arrays.stream(v).average().orElseThrow())
                .toArray();
    }

    /** Means of resampled clusters, rising. */
    private static double[] resampled(double[] means, SplitRandom random) {
        RandomGenerator draw = random.generator();
        double[] resampled = new double[RESAMPLES];
        for (int b = 0; b < RESAMPLES; b++) {
            double sum = 0;
            for (int i = 0; i < means.length; i++) sum += means[draw.nextInt(means.length)];
            resampled[b] = sum / means.length;
        }
        Arrays.sort(resampled);
        return resampled;
    }

    private static double[] expanded(int n) {
        double out = Math.sqrt(n / (n - 1.0)) * StudentT.exceededWith(TAIL, n - 1);
        return new double[] {Normal.below(-out), Normal.below(out)};
    }

    private static double[] accelerated(double[] means, double mean, double[] resampled) {
        double below = 0;
        for (double r : resampled) below += r < mean ? 1 : r == mean ? 0.5 : 0;
        if (below == 0 || below == RESAMPLES) return expanded(means.length); // all clusters are alike
        double bias = Normal.quantile(below / RESAMPLES);
        double cubes = 0;
        double squares = 0;
        for (double m : means) { // of the jackknife: without a cluster the mean moves the other way
            double d = m - mean;
            cubes += d * d * d;
            squares += d * d;
        }
        double skew = squares == 0 ? 0 : cubes / (6 * Math.pow(squares, 1.5));
        double z = Normal.quantile(1 - TAIL);
        return new double[] {tail(bias, -z, skew), tail(bias, z, skew)};
    }

    private static double tail(double bias, double z, double skew) {
        return Normal.below(bias + (bias + z) / (1 - skew * (bias + z)));
    }

    private static double quantile(double[] sorted, double p) {
        return sorted[Math.clamp((int) Math.floor(p * sorted.length), 0, sorted.length - 1)];
    }

    /**
     * How probable it is that each is the highest, as the share of resamples in which it is; ties are shared.
     *
     * @param values by candidate, then by cluster: a cluster is drawn for all candidates at once
     */
    public static double[] best(double[][] values, SplitRandom random) {
        int clusters = values[0].length;
        RandomGenerator draw = random.generator();
        double[] share = new double[values.length];
        double[] sums = new double[values.length];
        for (int b = 0; b < RESAMPLES; b++) {
            Arrays.fill(sums, 0);
            for (int i = 0; i < clusters; i++) {
                int c = draw.nextInt(clusters);
                for (int k = 0; k < sums.length; k++) sums[k] += values[k][c];
            }
            double highest = Arrays.stream(sums).max().orElseThrow() - 1e-9;
            long many = Arrays.stream(sums).filter(s -> s >= highest).count();
            for (int k = 0; k < sums.length; k++) if (sums[k] >= highest) share[k] += 1.0 / many / RESAMPLES;
        }
        return share;
    }
}
