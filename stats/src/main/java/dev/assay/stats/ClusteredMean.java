package dev.assay.stats;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The mean of values that come in clusters, with the standard error that allows for it (Liang and Zeger 1986; Cameron and Miller
 * 2015, section II): {@code se² = G / (G - 1) · Σ_g (Σ_i (x_gi - mean))² / n²}, and Student's t with {@code G - 1} degrees of
 * freedom.
 *
 * @param n values
 * @param clusters G, those that have values
 * @param mean of all values, each counting once
 * @param error its standard error; NaN for one cluster
 */
public record ClusteredMean(int n, int clusters, double mean, double error) {
    private static final double ROUNDING = 1e-12;

    /** @param values by cluster; clusters without a value count for nothing */
    public static ClusteredMean of(List<double[]> values) {
        List<double[]> full = values.stream().filter(v -> v.length > 0).toList();
        int n = full.stream().mapToInt(v -> v.length).sum();
        double mean = full.stream().flatMapToDouble(Arrays::stream).sum() / n;
        double squares = full.stream()
                .mapToDouble(v -> Arrays.stream(v).map(x -> x - mean).sum())
                .map(s -> s * s)
                .sum();
        int g = full.size();
        double error = g < 2 ? Double.NaN : Math.sqrt(g / (g - 1.0) * squares) / n;
        return new ClusteredMean(n, g, mean, error);
    }

    /** The interval that covers the true mean in {@code level} of all samples; none for one cluster. */
    public Optional<Interval> interval(double level) {
        if (clusters < 2) return Optional.empty();
        double half = StudentT.exceededWith((1 - level) / 2, clusters - 1) * error;
        return Optional.of(new Interval(mean - half, mean + half));
    }

    /** Two-sided p against "the true mean is 0"; 1 for one cluster. */
    public double p() {
        if (clusters < 2 || Math.abs(mean) <= ROUNDING) return 1;
        if (error <= ROUNDING * Math.abs(mean)) return 0;
        return Math.min(1, 2 * StudentT.above(Math.abs(mean) / error, clusters - 1));
    }
}
