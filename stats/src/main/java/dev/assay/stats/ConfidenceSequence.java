package dev.assay.stats;

import java.util.Arrays;

/**
 * An interval for the mean of a bounded quantity that holds at all times at once: the chance that it
 * <em>ever</em> misses the mean is at most {@code 1 - level}, so one may look after each observation and stop
 * when one likes.
 *
 * <p>It inverts two one-sided {@linkplain BettingTest betting tests} (Waudby-Smith and Ramdas 2024, section 4):
 * a value {@code m} is excluded for good as soon as either "mean &lt;= m" or "mean &gt;= m" is rejected at
 * {@code (1 - level) / 2}. Values are tried on a grid of {@value #CELLS} cells, and the interval's ends are the
 * outermost excluded ones, so the grid costs width (at most one cell at each end) and never coverage.
 *
 * <p>The e-value of a betting test falls as {@code m} rises: its factor is
 * {@code 1 - c + c (x - low) / (m - low)} for the stake {@code c / (m - low)}. Excluded values are thus
 * contiguous, and only the next one on each side has to be watched; when it falls, the past is replayed for the
 * one after it.
 *
 * <p>The interval never becomes empty. If the mean drifts, so that both sides would exclude everything, it stays
 * at one cell. Not thread-safe.
 */
public final class ConfidenceSequence {

    /** Number of cells of the grid over {@code [low, high]}. */
    static final int CELLS = 400;

    private final double low;
    private final double high;
    private final double logThreshold;
    private final Side lower = new Side();
    private final Side upper = new Side();
    private int n;
    private double sum;

    private ConfidenceSequence(double low, double high, double level) {
        if (!(low < high && level > 0 && level < 1)) {
            throw new IllegalArgumentException("a confidence sequence needs low < high and a level strictly between"
                    + " 0 and 1, not [" + low + ", " + high + "] at " + level);
        }
        this.low = low;
        this.high = high;
        this.logThreshold = -Math.log((1 - level) / 2);
    }

    /** A sequence at 95 % for values in {@code [low, high]}. */
    public static ConfidenceSequence of(double low, double high) {
        return of(low, high, 0.95);
    }

    /**
     * A sequence for values in {@code [low, high]}.
     *
     * @param level the two-sided confidence level over all times, strictly between 0 and 1
     */
    public static ConfidenceSequence of(double low, double high, double level) {
        return new ConfidenceSequence(low, high, level);
    }

    /**
     * Takes in the next observation.
     *
     * @throws IllegalArgumentException if {@code x} is NaN or outside {@code [low, high]}; the sequence is then as before
     */
    public void add(double x) {
        if (!(low <= x && x <= high)) {
            throw new IllegalArgumentException(
                    "observation " + x + " is outside [" + low + ", " + high + "]: clip or rescale before");
        }
        double unit = Math.clamp((x - low) / (high - low), 0, 1);
        n++;
        sum += x;
        lower.add(unit, CELLS - 1 - upper.excluded);
        upper.add(1 - unit, CELLS - 1 - lower.excluded);
    }

    /** The interval now: all of {@code [low, high]} at first, each one inside the one before. */
    public Interval interval() {
        double cell = (high - low) / CELLS;
        return new Interval(low + lower.excluded * cell, high - upper.excluded * cell);
    }

    /** The number of observations so far. */
    public int n() {
        return n;
    }

    /** The mean of the observations so far, NaN before the first. */
    public double mean() {
        return sum / n;
    }

    /** One bound, seen from below, of values in [0, 1]. */
    private final class Side {
        private double[] past = new double[64];
        private int length;
        /** Grid values 1 … excluded are excluded from below; value k is k / CELLS. */
        private int excluded;

        private BettingTest next = test(1);

        void add(double unit, int mostExcluded) {
            if (length == past.length) {
                past = Arrays.copyOf(past, 2 * length);
            }
            past[length++] = unit;
            next.add(unit);
            while (excluded < mostExcluded && next.logE() >= logThreshold) {
                excluded++;
                next = replay(Math.min(excluded + 1, CELLS - 1));
            }
        }

        private BettingTest replay(int value) {
            BettingTest test = test(value);
            for (int i = 0; i < length; i++) {
                test.add(past[i]);
            }
            return test;
        }

        private static BettingTest test(int value) {
            return BettingTest.meanAtMost((double) value / CELLS, 0, 1);
        }
    }
}
