package dev.assay.stats;

import java.util.Locale;
import java.util.Optional;

/**
 * The share of cases behind the share that an imperfect judge calls cases (Rogan and Gladen 1978): with {@code p} what is
 * called so, {@code se} and {@code sp} the judge's sensitivity and specificity,
 *
 * <pre>{@code (p + sp - 1) / (se + sp - 1), cut to [0, 1]}</pre>
 *
 * with the interval of the delta method, to which all three samples contribute. A judge that hardly tells the two apart
 * ({@code se + sp - 1 < 0.3}) can't be corrected for: then the raw rate stands, marked as such.
 *
 * @param raw what the judge says
 * @param rate the corrected share, or the raw one
 * @param interval at 95 %
 * @param corrected whether it is
 */
public record CorrectedRate(Rate raw, double rate, Interval interval, boolean corrected) {
    private static final double LEAST = 0.3;
    private static final double Z = Normal.quantile(0.975);

    /** Corrects a rate by what is known of the judge: its hits among cases, its rejections among others. */
    public static CorrectedRate of(Rate raw, Rate sensitivity, Rate specificity) {
        double youden = youden(sensitivity, specificity);
        if (raw.n() == 0 || !(youden >= LEAST)) return new CorrectedRate(raw, raw.rate(), raw.wilson(), false);
        Mean m = corrected(raw.rate(), variance(raw), Z, sensitivity, specificity);
        return new CorrectedRate(raw, m.rate(), m.interval(), true);
    }

    /**
     * The same of a share that was counted in clusters.
     *
     * @param rate the corrected share
     * @param interval at 95 %, with Student's t over clusters
     */
    public record Mean(double rate, Interval interval) {}

    /** Empty where there are fewer than two clusters or the judge hardly tells the two apart: then the raw share stands, flagged. */
    public static Optional<Mean> of(ClusteredMean raw, Rate sensitivity, Rate specificity) {
        if (raw.clusters() < 2 || !(youden(sensitivity, specificity) >= LEAST)) return Optional.empty();
        double z = StudentT.exceededWith(0.025, raw.clusters() - 1);
        return Optional.of(corrected(raw.mean(), raw.error() * raw.error(), z, sensitivity, specificity));
    }

    private static double youden(Rate sensitivity, Rate specificity) {
        return sensitivity.rate() + specificity.rate() - 1;
    }

    private static Mean corrected(double raw, double rawVariance, double z, Rate sensitivity, Rate specificity) {
        double youden = youden(sensitivity, specificity);
        double share = (raw + specificity.rate() - 1) / youden;
        double variance = (rawVariance
                        + share * share * variance(sensitivity)
                        + (1 - share) * (1 - share) * variance(specificity))
                / (youden * youden);
        double half = z * Math.sqrt(variance);
        return new Mean(cut(share), new Interval(cut(share - half), cut(share + half)));
    }

    /** Of a rate, with half a success and half a failure added, so that 0 of n is not certain. */
    private static double variance(Rate r) {
        double p = (r.hits() + 0.5) / (r.n() + 1);
        return p * (1 - p) / r.n();
    }

    private static double cut(double x) {
        return Math.clamp(x, 0, 1);
    }

    /** As tables print it: {@code 0.62 [0.48, 0.74] (raw 0.58), n=50}. */
    @Override
    public String toString() {
        return corrected
                ? String.format(Locale.ROOT, "%.2f %s (raw %.2f), n=%d", rate, interval, raw.rate(), raw.n())
                : raw + ", not corrected";
    }
}
