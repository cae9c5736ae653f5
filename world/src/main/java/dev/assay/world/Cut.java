package dev.assay.world;

/**
 * Where the sampler draws the line between features that get a draw of their own and features that are skipped over. Every
 * choice gives the same law; this one is meant to be fast.
 */
final class Cut {
    /** A draw of one's own costs about as much as landing on a skipped feature. */
    private static final double LANDING_COST = 1.2;

    private Cut() {}

    /**
     * The x_c that makes the fewest draws: features above it, plus landings at the rate Phi(x_c), where x_i varies with eps
     * as N(-t_i / sqrt(d_i), (1 - d_i) / d_i).
     */
    static double best(World world, int[] features) {
        double best = 0;
        double least = Double.POSITIVE_INFINITY;
        for (double cut = -5; cut <= 1; cut += 0.1) {
            double draws = LANDING_COST * features.length * NormalCdf.at(cut);
            for (int f : features) draws += above(world, f, cut);
            if (draws < least) {
                least = draws;
                best = cut;
            }
        }
        return best;
    }

    private static double above(World world, int feature, double cut) {
        double d = world.correlation().diag(feature);
        double centre = -world.threshold(feature) / Math.sqrt(d);
        double spread = Math.sqrt(Math.max(0, 1 - d) / d);
        return spread == 0 ? (centre > cut ? 1 : 0) : NormalCdf.at((centre - cut) / spread);
    }
}
