package dev.assay.world;

/** P(N(0, 1) &lt; x): exactly, and quickly from a table. */
final class NormalCdf {
    /** Beyond this the quick form says 0 or 1; P(N(0, 1) &lt; -9) = 1.1e-19. */
    private static final double LIMIT = 9;

    private static final double CELLS = 64; // per unit
    private static final int CENTRE = (int) (LIMIT * CELLS);
    private static final double[] VALUE = new double[2 * CENTRE + 1];
    private static final double[] DENSITY = new double[2 * CENTRE + 1];
    /** Below {@link #at} everywhere between half a cell before the point and half a cell behind it; {@link #OVER}: above. */
    private static final double[] UNDER = new double[2 * CENTRE + 1];

    private static final double[] OVER = new double[2 * CENTRE + 1];
    private static final double MARGIN = 1e-6; // of a bound: more than what at() and the cell's edge are rounded by
    private static final double ROOT_TWO_PI = Math.sqrt(2 * Math.PI);

    static {
        for (int i = 0; i < VALUE.length; i++) {
            double x = (i - CENTRE) / CELLS;
            VALUE[i] = exact(x);
            DENSITY[i] = Math.exp(-x * x / 2) / ROOT_TWO_PI;
            UNDER[i] = (1 - MARGIN) * exact(x - 0.5 / CELLS);
            OVER[i] = (1 + MARGIN) * exact(x + 0.5 / CELLS);
        }
    }

    private NormalCdf() {}

    /**
     * To about 13 digits, relatively also in the lower tail: Marsaglia's series near 0 (Journal of Statistical Software 11,
     * 2004), Laplace's continued fraction further out.
     */
    static double exact(double x) {
        if (x > 3) return 1 - exact(-x);
        double density = Math.exp(-x * x / 2) / ROOT_TWO_PI;
        if (x < -3) {
            double fraction = 0;
            for (int k = 120; k >= 1; k--) fraction = k / (-x + fraction);
            return density / (-x + fraction);
        }
        double term = x;
        double sum = x;
        for (int k = 3; Math.abs(term) > 1e-18 * Math.abs(sum) && k < 400; k += 2) {
            term *= x * x / k;
            sum += term;
        }
        return 0.5 + density * sum;
    }

    /**
     * From the nearest of 64 points a unit, by Taylor's formula up to the fourth derivative of the distribution: within 1e-12
     * of the truth everywhere, and within 1.5e-8 of it relatively down to x = -9.
     */
    static double at(double x) {
        if (!(x > -LIMIT)) return 0;
        if (x >= LIMIT) return 1;
        int i = (int) (x * CELLS + (CENTRE + 0.5));
        double centre = (i - CENTRE) / CELLS;
        double d = x - centre;
        double curve = centre * centre - 1;
        double series = 1 + d * (-centre / 2 + d * (curve / 6 + d * (centre * (3 - centre * centre) / 24)));
        return VALUE[i] + DENSITY[i] * d * series;
    }

    /** u &lt; {@link #at at(x)}, mostly decided by bounds of the cell that x lies in. */
    static boolean isBelow(double u, double x) {
        if (!(x > -LIMIT)) return false;
        if (x >= LIMIT) return u < 1;
        int i = (int) (x * CELLS + (CENTRE + 0.5));
        if (u >= OVER[i]) return false;
        return u < UNDER[i] || u < at(x);
    }
}
