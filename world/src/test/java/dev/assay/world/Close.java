package dev.assay.world;

import static org.assertj.core.api.Assertions.assertThat;

/** Comparison of long arrays of numbers. */
final class Close {
    private Close() {}

    /** Lengths are equal, and the farthest pair of numbers is no farther apart than this. */
    static void check(double[] ours, double[] theirs, double tolerance) {
        assertThat(ours).hasSameSizeAs(theirs);
        int worst = 0;
        for (int i = 0; i < ours.length; i++)
            if (!(distance(ours, theirs, i) <= distance(ours, theirs, worst))) worst = i;
        assertThat(distance(ours, theirs, worst))
                .as("number %d of %d: ours %s, theirs %s", worst, ours.length, ours[worst], theirs[worst])
                .isLessThanOrEqualTo(tolerance);
    }

    private static double distance(double[] a, double[] b, int i) {
        return Math.abs(a[i] - b[i]);
    }

    static void check(float[] ours, float[] theirs, double tolerance) {
        check(World.doubles(ours), World.doubles(theirs), tolerance);
    }
}
