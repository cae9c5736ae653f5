package dev.assay.stats;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/** What an experiment can hope to see before it is made. */
public final class Power {
    /** Correlation within clusters that is assumed where nothing is known. */
    public static final double USUAL_ICC = 0.5;

    private static final double POWER = 0.8;

    private Power() {}

    /**
     * The smallest mean that is found in 80 % of experiments, by a two-sided t test over clusters. Values of a cluster count
     * for less than as many independent ones, by the design effect {@code 1 + (m - 1) · icc} (Kish 1965, section 5.4).
     *
     * @param clusters two or more
     * @param perCluster m, values in each
     * @param icc correlation of two values of a cluster, in [0, 1]
     * @param variance of a value: for a difference of two shares at most 1/2
     * @param alpha level of the test
     */
    public static double leastDetectable(int clusters, int perCluster, double icc, double variance, double alpha) {
        if (clusters < 2 || perCluster < 1)
            throw new IllegalArgumentException("2 clusters of 1 value or more, not " + clusters + " of " + perCluster);
        double n = (double) clusters * perCluster / (1 + (perCluster - 1) * icc);
        double reach = StudentT.exceededWith(alpha / 2, clusters - 1) + StudentT.exceededWith(1 - POWER, clusters - 1);
        return reach * Math.sqrt(variance / n);
    }

    /**
     * The same for values that are there, by their number, their variance and the correlation that they show; NaN below two
     * clusters, or where all values are alike and so tell nothing of the variance.
     *
     * @param values by cluster
     */
    public static double leastDetectable(List<double[]> values, double alpha) {
        List<double[]> full = values.stream().filter(v -> v.length > 0).toList();
        double[] all = full.stream().flatMapToDouble(Arrays::stream).toArray();
        double mean = Arrays.stream(all).average().orElse(Double.NaN);
        double squares = Arrays.stream(all).map(x -> (x - mean) * (x - mean)).sum();
        if (full.size() < 2 || squares == 0) return Double.NaN;
        int each = Math.toIntExact(Math.max(1, Math.round((double) all.length / full.size())));
        return leastDetectable(full.size(), each, icc(full).orElse(USUAL_ICC), squares / (all.length - 1), alpha);
    }

    /**
     * The correlation of two values of one cluster, by analysis of variance (Donner 1986, section 2): the mean square between
     * clusters less that within, over what it would be if clusters were constant. Cut to [0, 1]. Empty where nothing can be
     * said: one cluster, no cluster of two, or no variance.
     */
    public static OptionalDouble icc(List<double[]> values) {
        List<double[]> full = values.stream().filter(v -> v.length > 0).toList();
        int k = full.size();
        double n = full.stream().mapToInt(v -> v.length).sum();
        if (k < 2 || n <= k) return OptionalDouble.empty();
        double grand = full.stream().flatMapToDouble(Arrays::stream).sum() / n;
        double between = 0;
        double within = 0;
        double squares = 0;
        for (double[] v : full) {
            double mean = Arrays.stream(v).average().orElseThrow();
            between += v.length * (mean - grand) * (mean - grand);
            for (double x : v) within += (x - mean) * (x - mean);
            squares += (double) v.length * v.length;
        }
        double size = (n - squares / n) / (k - 1);
        double msb = between / (k - 1);
        double msw = within / (n - k);
        double all = msb + (size - 1) * msw;
        return all == 0 ? OptionalDouble.empty() : OptionalDouble.of(Math.clamp((msb - msw) / all, 0, 1));
    }
}
