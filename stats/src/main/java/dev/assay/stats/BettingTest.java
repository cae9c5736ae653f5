package dev.assay.stats;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;

/**
 * A sequential test that a bounded quantity has a mean of at most {@code m}, by betting against it.
 *
 * <p>A gambler who doubts the null stakes a share of his wealth on each observation; the game is fair or worse
 * for him under the null, so wealth is evidence. Staking {@code λ} gives after {@code n} observations
 *
 * <pre>{@code E_λ = ∏ (1 + λ (x_i - m)),   0 < λ < 1 / (m - low)}</pre>
 *
 * and the e-value is an average of {@code E_λ} over a fixed grid of {@value #BETS} stakes (Waudby-Smith
 * and Ramdas 2024, "Estimating means of bounded random variables by betting", section 4; the average over a
 * grid is their "diversified Kelly" bet). No stake has to be tuned, and the price against the best one of
 * the grid is at most {@code ln 24 = 3.2} in log e-value where the average is plain; {@link Weights} tells of the other.
 *
 * <p>The null is {@code E[x_i | x_1 … x_(i-1)] <= m} for every {@code i}. Under it the e-value is
 * <b>anytime valid</b>: whatever the rule for stopping, its expectation is at most 1, and the chance that it
 * <em>ever</em> reaches {@code 1 / alpha} is at most {@code alpha}. What is reported is the e-value at the
 * moment of stopping; the largest one seen on the way is no e-value, though crossing {@code 1 / alpha} once
 * is enough to reject.
 *
 * <p>Observations have to be drawn so that each has that mean given those before, for example from scenarios that are
 * sampled anew for one fixed target. Blocks that share something drawn by chance (several targets of one behaviour) are
 * one observation each: add their mean.
 *
 * <p>Not thread-safe.
 */
public final class BettingTest {

    /** Number of stakes in the grid. */
    private static final int BETS = 24;

    /** Stakes as shares of the largest one that is allowed, denser where small effects want them. */
    private static final double[] SHARES = shares();

    /** How the average weighs the stakes. Any weights that are chosen before the data are valid. */
    public enum Weights {
        /** All alike, for effects of any size. */
        ALIKE(share -> 1),
        /**
         * In proportion to the stake, for effects that are large where there are any: the price against the largest stake
         * falls from 3.2 to 2.2, that against the smallest rises to 8.5.
         */
        BOLD(share -> share);

        private final double[] overStakes;

        Weights(DoubleUnaryOperator ofShare) {
            double all = Arrays.stream(shares()).map(ofShare).sum();
            this.overStakes =
                    Arrays.stream(shares()).map(ofShare).map(w -> w / all).toArray();
        }
    }

    private final double m;
    private final double low;
    private final double high;
    private final double[] weights;
    private final double[] logWealth = new double[BETS];
    private double sum;
    private int n;

    private BettingTest(double m, double low, double high, Weights weights) {
        if (!(low < m && m < high)) {
            throw new IllegalArgumentException("a betting test needs low < m < high, not m = " + m + " in [" + low
                    + ", " + high + "]: on or outside the ends the null is true or false without any data");
        }
        this.m = m;
        this.low = low;
        this.high = high;
        this.weights = weights.overStakes;
    }

    /**
     * A test of "the mean is at most {@code m}" for values in {@code [low, high]}.
     *
     * @throws IllegalArgumentException unless {@code low < m < high}
     */
    public static BettingTest meanAtMost(double m, double low, double high) {
        return meanAtMost(m, low, high, Weights.ALIKE);
    }

    /** The same test with these weights. */
    public static BettingTest meanAtMost(double m, double low, double high, Weights weights) {
        return new BettingTest(m, low, high, weights);
    }

    /**
     * Takes in the next observation.
     *
     * @throws IllegalArgumentException if {@code x} is NaN or outside {@code [low, high]}; the test is then as before
     */
    public void add(double x) {
        if (!(low <= x && x <= high)) {
            throw new IllegalArgumentException("observation " + x + " is outside [" + low + ", " + high
                    + "]: the test is valid for the range it was made for only, so clip or rescale before");
        }
        double gain = (x - m) / (m - low);
        for (int j = 0; j < BETS; j++) {
            logWealth[j] += Math.log1p(SHARES[j] * gain);
        }
        sum += x;
        n++;
    }

    /** The e-value, 1 before the first observation; infinite where it exceeds the range of a double. */
    public double eValue() {
        return Math.exp(logE());
    }

    /** The natural logarithm of the e-value, finite always. */
    public double logE() {
        double max = Double.NEGATIVE_INFINITY;
        for (double w : logWealth) {
            max = Math.max(max, w);
        }
        double total = 0;
        for (int j = 0; j < BETS; j++) {
            total += weights[j] * Math.exp(logWealth[j] - max);
        }
        return max + Math.log(total);
    }

    /** The number of observations so far. */
    public int n() {
        return n;
    }

    /** The mean of the observations so far, NaN before the first. */
    public double mean() {
        return sum / n;
    }

    /** The largest mean under the null. */
    public double m() {
        return m;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "mean <= %.3g: e=%.3g, mean=%.3g, n=%d", m, eValue(), mean(), n);
    }

    /** The grid, for the reference implementation in the tests. */
    static double[] shares() {
        double[] shares = new double[BETS];
        for (int j = 0; j < BETS; j++) {
            double t = (j + 1.0) / BETS;
            shares[j] = 0.99 * t * t;
        }
        return shares;
    }
}
