package dev.assay.stats;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The mean of independent values, such as scores over seeds or differences paired by seed, with Student's t for what it
 * says about the mean behind it. One value says nothing: there is no interval and every p is 1.
 *
 * @param n how many values
 * @param mean of them
 * @param sd their standard deviation (n - 1); 0 for one value
 */
public record SampleMean(int n, double mean, double sd) {
    private static final double NOTHING = 1e-12; // a spread of this size, relative to the mean, is rounding

    public SampleMean {
        if (n < 1) throw new IllegalArgumentException("a mean needs a value");
    }

    public static SampleMean of(double... values) {
        double mean = Arrays.stream(values).average().orElse(Double.NaN);
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        return new SampleMean(values.length, mean, values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)));
    }

    /** Of {@code a[i] - b[i]}. */
    public static SampleMean ofDifferences(double[] a, double[] b) {
        if (a.length != b.length)
            throw new IllegalArgumentException("pairs need two of each, got " + a.length + " and " + b.length);
        double[] differences = new double[a.length];
        for (int i = 0; i < a.length; i++) differences[i] = a[i] - b[i];
        return of(differences);
    }

    /**
     * How far two single values of this spread must be apart for the difference to be more than chance, at 95 %: 1.96 · √2 ·
     * sd. Empty for one value, whose spread nobody knows.
     */
    public OptionalDouble leastReliableDifference() {
        return n < 2 ? OptionalDouble.empty() : OptionalDouble.of(1.96 * Math.sqrt(2) * sd);
    }

    /** The interval that covers the true mean in {@code level} of all samples; none for one value. */
    public Optional<Interval> interval(double level) {
        if (n < 2) return Optional.empty();
        double half = StudentT.exceededWith((1 - level) / 2, n - 1) * sd / Math.sqrt(n);
        return Optional.of(new Interval(mean - half, mean + half));
    }

    /** One-sided p against "the true mean is at most {@code bound}". */
    public double pAbove(double bound) {
        if (n < 2) return 1;
        double distance = mean - bound;
        if (sd <= NOTHING * Math.max(Math.abs(mean), Math.abs(bound))) return distance > 0 ? 0 : 1;
        return StudentT.above(distance / (sd / Math.sqrt(n)), n - 1);
    }

    /** One-sided p against "the true mean is at least {@code bound}". */
    public double pBelow(double bound) {
        return new SampleMean(n, -mean, sd).pAbove(-bound);
    }
}
