package dev.assay.sae;

/**
 * Active latents per sample over training: from {@code initial} to {@code last} over {@code steps} steps, then
 * {@code last}.
 *
 * @param shape of the way between
 */
public record KSchedule(double initial, double last, long steps, Shape shape) {
    /** How k moves. */
    public enum Shape {
        /** By the same amount each step. */
        LINEAR,
        /** Half a cosine: slow at both ends. */
        COSINE,
        /** By the same factor each step. */
        EXPONENTIAL
    }

    public KSchedule {
        if (!(initial > 0 && last > 0)) throw new SaeException("k must be positive, was " + initial + " and " + last);
        if (steps < 0) throw new SaeException("the steps of a schedule of k must not be negative, were " + steps);
    }

    /** Linear. */
    public KSchedule(double initial, double last, long steps) {
        this(initial, last, steps, Shape.LINEAR);
    }

    public static KSchedule constant(double k) {
        return new KSchedule(k, k, 0);
    }

    /** k of training step {@code step}, counted from 0. */
    public double at(long step) {
        if (step >= steps) return last;
        return switch (shape) {
            case LINEAR -> initial + (last - initial) * step / steps;
            case COSINE -> last + (initial - last) * (1 + Math.cos(Math.PI * step / steps)) / 2;
            case EXPONENTIAL -> initial * Math.pow(last / initial, (double) step / steps);
        };
    }

    /** As it was before there were shapes where the shape is linear: runs are recorded under this text. */
    @Override
    public String toString() {
        return "KSchedule[initial=" + initial + ", last=" + last + ", steps=" + steps
                + (shape == Shape.LINEAR ? "" : ", shape=" + shape) + "]";
    }
}
