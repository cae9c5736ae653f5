package dev.assay.stats;

import java.util.List;

/** How far two judges agree beyond chance (Krippendorff, 2011), each having scored every text. */
public final class Krippendorff {
    private Krippendorff() {}

    /**
     * Alpha for scores on an interval scale: 1 where they agree throughout, 0 where they agree as chance would have it,
     * NaN where all scores are one.
     */
    public static double interval(List<Double> one, List<Double> other) {
        int n = one.size();
        if (n < 2 || n != other.size())
            throw new IllegalArgumentException(n + " and " + other.size() + " scores; two or more of each are needed");
        double within = 0;
        for (int i = 0; i < n; i++) within += square(one.get(i) - other.get(i));
        double mean = 0;
        for (int i = 0; i < n; i++) mean += (one.get(i) + other.get(i)) / (2 * n);
        double around = 0;
        for (int i = 0; i < n; i++) around += square(one.get(i) - mean) + square(other.get(i) - mean);
        // the mean squared difference over all pairs of 2n scores is twice their variance with 2n - 1
        return 1 - (within / n) / (2 * around / (2 * n - 1));
    }

    /** The same for yes and no: the interval scale with two points is the nominal one. */
    public static double nominal(List<Boolean> one, List<Boolean> other) {
        return interval(numbers(one), numbers(other));
    }

    private static List<Double> numbers(List<Boolean> values) {
        return values.stream().map(v -> v ? 1.0 : 0.0).toList();
    }

    private static double square(double x) {
        return x * x;
    }
}
