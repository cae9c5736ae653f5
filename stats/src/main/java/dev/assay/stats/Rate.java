package dev.assay.stats;

import java.util.Locale;

/**
 * How many of {@code n} independent trials were hits.
 *
 * <p>The interval is right for independent trials only. Several runs on one target are one cluster, not
 * several trials.
 *
 * @param hits the number of hits, from 0 to {@code n}
 * @param n    the number of trials
 */
public record Rate(int hits, int n) {

    /** @throws IllegalArgumentException unless {@code 0 <= hits <= n} */
    public Rate {
        if (hits < 0 || hits > n) {
            throw new IllegalArgumentException("a rate needs 0 <= hits <= n, not " + hits + " of " + n);
        }
    }

    /** The share of hits, NaN when there were no trials. */
    public double rate() {
        return (double) hits / n;
    }

    /** {@link #wilson(double) Wilson's interval} at 95 %. */
    public Interval wilson() {
        return wilson(0.95);
    }

    /**
     * Wilson's score interval of the underlying probability (Wilson 1927; Brown, Cai and DasGupta 2001, eq. 4):
     * with {@code p = hits / n} and {@code z} the normal quantile of {@code (1 + level) / 2},
     *
     * <pre>{@code (p + z²/2n ± z √(p (1 - p) / n + z²/4n²)) / (1 + z²/n)}</pre>
     *
     * No trials say nothing: the interval is then [0, 1].
     *
     * @param level the two-sided confidence level, strictly between 0 and 1
     */
    public Interval wilson(double level) {
        if (!(level > 0 && level < 1)) {
            throw new IllegalArgumentException("a confidence level lies strictly between 0 and 1, not " + level);
        }
        if (n == 0) {
            return new Interval(0, 1);
        }
        double z = Normal.quantile((1 + level) / 2);
        double shrink = z * z / n;
        double centre = rate() + shrink / 2;
        double half = Math.sqrt(shrink * (rate() * (1 - rate()) + shrink / 4));
        // at the edges the exact ends are 0 and 1, which rounding would miss by an ulp
        double low = hits == 0 ? 0 : (centre - half) / (1 + shrink);
        double high = hits == n ? 1 : (centre + half) / (1 + shrink);
        return new Interval(low, high);
    }

    /** As tables print it: {@code 0.62 [0.48, 0.74], n=50}. */
    @Override
    public String toString() {
        String share = n == 0 ? "n/a" : String.format(Locale.ROOT, "%.2f", rate());
        return share + " " + wilson() + ", n=" + n;
    }
}
