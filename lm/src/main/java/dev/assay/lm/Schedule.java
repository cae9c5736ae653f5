package dev.assay.lm;

/**
 * How the learning rate goes over a training: a linear rise during the warm-up, then a decay. As in transformers'
 * {@code get_linear_schedule_with_warmup} and its siblings, but the first step of the rise is not lost at a rate of zero.
 *
 * @param warmup share of the steps during which the rate rises, 0 to 1
 */
public record Schedule(Decay decay, double warmup) {
    /** What follows the warm-up. */
    public enum Decay {
        /** No decay. */
        CONSTANT {
            @Override
            double at(double progress) {
                return 1;
            }
        },
        /** Straight to zero. */
        LINEAR {
            @Override
            double at(double progress) {
                return 1 - progress;
            }
        },
        /** Half a cosine to zero (Loshchilov and Hutter, 2017). */
        COSINE {
            @Override
            double at(double progress) {
                return (1 + Math.cos(Math.PI * progress)) / 2;
            }
        };

        /** Share of the highest rate when {@code progress} of the decay, 0 to 1, has passed. */
        abstract double at(double progress);
    }

    public Schedule {
        if (!(warmup >= 0 && warmup <= 1))
            throw new IllegalArgumentException("a warm-up of " + warmup + " of the steps; it must be 0 to 1");
    }

    public static Schedule constant(double warmup) {
        return new Schedule(Decay.CONSTANT, warmup);
    }

    public static Schedule linear(double warmup) {
        return new Schedule(Decay.LINEAR, warmup);
    }

    public static Schedule cosine(double warmup) {
        return new Schedule(Decay.COSINE, warmup);
    }

    /** Share of the highest rate at a step, counted from 0, of {@code steps}: above 0, at most 1. */
    double factor(int step, int steps) {
        double warm = Math.max(1, warmup * steps);
        return step < warm ? (step + 1) / (warm + 1) : decay.at((step - warm) / Math.max(1, steps - warm));
    }
}
