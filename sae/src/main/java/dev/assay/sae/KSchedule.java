package dev.assay.sae;

/**
 * Active latents per sample over training: from {@code initial} to {@code last} over {@code steps} steps, then
 * {@code last}.
 *
 * @param shape of the way between
 */
public record KSchedule(double initial, double last, long steps, Shape shape) {
    /**
     * How k moves. Shapes that are not shipped are found by {@link java.util.ServiceLoader} under the name that
     * {@code toString} gives, in kebab-case (docs/extensions.md); runs are recorded under it.
     */
    public interface Shape {
        /** k of a step before the schedule's last, counted from 0. */
        double at(KSchedule k, long step);
    }

    /** The shapes that are shipped. */
    public enum StandardShape implements Shape {
        /** By the same amount each step. */
        LINEAR {
            @Override
            public double at(KSchedule k, long step) {
                return k.initial + (k.last - k.initial) * step / k.steps;
            }
        },
        /** Half a cosine: slow at both ends. */
        COSINE {
            @Override
            public double at(KSchedule k, long step) {
                return k.last + (k.initial - k.last) * (1 + Math.cos(Math.PI * step / k.steps)) / 2;
            }
        },
        /** By the same factor each step. */
        EXPONENTIAL {
            @Override
            public double at(KSchedule k, long step) {
                return k.initial * Math.pow(k.last / k.initial, (double) step / k.steps);
            }
        }
    }

    public KSchedule {
        if (!(initial > 0 && last > 0)) throw new SaeException("k must be positive, was " + initial + " and " + last);
        if (steps < 0) throw new SaeException("the steps of a schedule of k must not be negative, were " + steps);
    }

    /** Linear. */
    public KSchedule(double initial, double last, long steps) {
        this(initial, last, steps, StandardShape.LINEAR);
    }

    public static KSchedule constant(double k) {
        return new KSchedule(k, k, 0);
    }

    /** k of training step {@code step}, counted from 0. */
    public double at(long step) {
        return step >= steps ? last : shape.at(this, step);
    }

    /** As it was before there were shapes where the shape is linear: runs are recorded under this text. */
    @Override
    public String toString() {
        return "KSchedule[initial=" + initial + ", last=" + last + ", steps=" + steps
                + (shape == StandardShape.LINEAR ? "" : ", shape=" + shape) + "]";
    }
}
