package dev.assay.stats;

import java.util.random.RandomGenerator;

/** Makers of observations in [-1, 1] whose mean, given all before, is exactly {@code mean}. */
enum Streams {
    /** -1 or 1: as wide as can be. */
    COIN {
        @Override
        double next(RandomGenerator random, double mean, double last) {
            return random.nextDouble() < (1 + mean) / 2 ? 1 : -1;
        }
    },
    /** Mostly a little below the mean, seldom far above it. */
    SKEWED_UP {
        @Override
        double next(RandomGenerator random, double mean, double last) {
            return twoPoints(random, mean, mean - 0.05, 1);
        }
    },
    /** Mostly a little above the mean, seldom far below it. */
    SKEWED_DOWN {
        @Override
        double next(RandomGenerator random, double mean, double last) {
            return twoPoints(random, mean, -1, mean + 0.05);
        }
    },
    /** Each depends on the one before, as far as a mean that is always the same lets it: calm follows losses. */
    CORRELATED {
        @Override
        double next(RandomGenerator random, double mean, double last) {
            return last < mean ? twoPoints(random, mean, mean - 0.1, mean + 0.1) : twoPoints(random, mean, -1, 0.9);
        }
    };

    abstract double next(RandomGenerator random, double mean, double last);

    /** {@code low} or {@code high}, such that the mean is as asked. */
    static double twoPoints(RandomGenerator random, double mean, double low, double high) {
        return random.nextDouble() < (mean - low) / (high - low) ? high : low;
    }
}
