package dev.assay.sae;

/**
 * Active latents per sample over training: linear from {@code initial} to {@code last} over {@code steps} steps, then
 * {@code last}.
 */
public record KSchedule(double initial, double last, long steps) {
    public KSchedule {
        if (!(initial > 0 && last > 0)) throw new SaeException("k must be positive, was " + initial + " and " + last);
        if (steps < 0) throw new SaeException("the steps of a schedule of k must not be negative, were " + steps);
    }

    public static KSchedule constant(double k) {
        return new KSchedule(k, k, 0);
    }

    /** k of training step {@code step}, counted from 0. */
    public double at(long step) {
        return step >= steps ? last : initial + (last - initial) * step / steps;
    }
}
