package dev.assay.stats;

import java.util.Locale;

/**
 * A closed interval of real numbers.
 *
 * @param low  the lower end
 * @param high the upper end, at least {@code low}
 */
public record Interval(double low, double high) {

    /** @throws IllegalArgumentException if an end is NaN or the ends are the wrong way round */
    public Interval {
        if (!(low <= high)) {
            throw new IllegalArgumentException("an interval needs low <= high, not [" + low + ", " + high + "]");
        }
    }

    /** {@code high - low}. */
    public double width() {
        return high - low;
    }

    /** Whether {@code low <= x <= high}. */
    public boolean contains(double x) {
        return low <= x && x <= high;
    }

    /** Two decimals, as tables print it: {@code [0.48, 0.74]}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "[%.2f, %.2f]", low, high);
    }
}
