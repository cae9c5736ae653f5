package dev.assay.world;

import java.util.random.RandomGenerator;

/**
 * How many cells are passed over before the next one that is hit, when each is hit with the same chance: geometric numbers,
 * by inversion with a guide table (Chen and Asau 1974), beyond the table by the logarithm.
 */
final class Skips {
    private static final int CELLS = 512;

    private final double[] cumulative = new double[CELLS];
    private final int[] guide = new int[CELLS];
    private final double logMiss;

    /** @param hit the chance, from 0 to 1 */
    Skips(double hit) {
        logMiss = Math.log1p(-hit);
        for (int i = 0; i < CELLS; i++) cumulative[i] = -Math.expm1((i + 1) * logMiss);
        int i = 0;
        for (int g = 0; g < CELLS; g++) {
            while (i < CELLS - 1 && cumulative[i] <= (double) g / CELLS) i++;
            guide[g] = i;
        }
    }

    /** At most 2^30, which is beyond every world. */
    int next(RandomGenerator random) {
        double u = random.nextDouble();
        if (u >= cumulative[CELLS - 1])
            return logMiss == 0 ? 1 << 30 : (int) Math.min(1 << 30, Math.log1p(-u) / logMiss);
        int i = guide[(int) (u * CELLS)];
        while (u >= cumulative[i]) i++;
        return i;
    }
}
