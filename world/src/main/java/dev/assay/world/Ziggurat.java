package dev.assay.world;

import java.util.random.RandomGenerator;

/**
 * Standard normal numbers by the ziggurat method: Marsaglia and Tsang (2000) with 256 layers and, as Doornik (2005) asks,
 * the layer and the position in it from different bits. Exact up to the rounding of fp64. About 98.8 of 100 draws take one
 * number of 64 bits, one product and one comparison.
 *
 * <p>Written out rather than taken from the JDK, whose algorithm may change: recorded batches must stay the same.
 */
@SuppressWarnings("FloatingPointLiteralPrecision") // the constants as they are published
final class Ziggurat {
    private static final int LAYERS = 256;
    private static final double TAIL = 3.6541528853610087963519472518; // where the lowest layer's tail begins
    private static final double AREA = 0.0049286732339746519; // of each layer, for the density exp(-x²/2)

    private static final double[] X = new double[LAYERS + 1]; // right edges, outermost first
    private static final double[] RATIO = new double[LAYERS];

    static {
        double f = StrictMath.exp(-TAIL * TAIL / 2);
        X[0] = AREA / f;
        X[1] = TAIL;
        for (int i = 2; i < LAYERS; i++) {
            X[i] = StrictMath.sqrt(-2 * StrictMath.log(AREA / X[i - 1] + f));
            f = StrictMath.exp(-X[i] * X[i] / 2);
        }
        for (int i = 0; i < LAYERS; i++) RATIO[i] = X[i + 1] / X[i];
    }

    private Ziggurat() {}

    static double next(RandomGenerator random) {
        while (true) {
            long bits = random.nextLong();
            int layer = (int) (bits & (LAYERS - 1));
            double u = (bits >> 8) * 0x1p-55; // in [-1, 1)
            if (Math.abs(u) < RATIO[layer]) return u * X[layer];
            if (layer == 0) return tail(random, u < 0);
            double x = u * X[layer];
            double above = StrictMath.exp(-0.5 * (X[layer] * X[layer] - x * x));
            double below = StrictMath.exp(-0.5 * (X[layer + 1] * X[layer + 1] - x * x));
            if (below + random.nextDouble() * (above - below) < 1) return x;
        }
    }

    /** Marsaglia's method of 1964 for the tail. */
    private static double tail(RandomGenerator random, boolean negative) {
        double x;
        double y;
        do {
            x = StrictMath.log(1 - random.nextDouble()) / TAIL;
            y = StrictMath.log(1 - random.nextDouble());
        } while (-2 * y < x * x);
        return negative ? x - TAIL : TAIL - x;
    }
}
