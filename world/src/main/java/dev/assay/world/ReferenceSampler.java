package dev.assay.world;

import dev.assay.stats.SplitRandom;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/**
 * The definition of a sample, slow and obvious: dense, in fp64, in SAELens' order of operations (6.54,
 * {@code ActivationGenerator.sample} and {@code _apply_hierarchy_sparse}). {@link Sampler} is what to use; this is what it
 * is compared with.
 */
public final class ReferenceSampler {
    private final World world;
    private final int n;

    public ReferenceSampler(World world) {
        this.world = world;
        this.n = world.features();
    }

    /**
     * All that is random in {@code rows} samples; row-major.
     *
     * @param eps       N(0, 1), {@code [rows, rank]}
     * @param eta       N(0, 1), {@code [rows, features]}
     * @param magnitude N(0, 1), {@code [rows, features]}
     * @param exclusion scores in {@code [rows, features]}: of active siblings that exclude each other, the highest stays
     */
    @SuppressWarnings("ArrayRecordComponent") // large, and never compared
    public record Noise(int rows, double[] eps, double[] eta, double[] magnitude, double[] exclusion) {
        /** Drawn from one stream. */
        public static Noise draw(World world, int rows, SplitRandom random) {
            int n = world.features();
            RandomGenerator scores = random.split("exclusion").generator();
            return new Noise(
                    rows,
                    normals(rows * world.correlation().rank(), random.split("eps")),
                    normals(rows * n, random.split("eta")),
                    normals(rows * n, random.split("magnitude")),
                    scores.doubles((long) rows * n).toArray());
        }

        private static double[] normals(int count, SplitRandom random) {
            RandomGenerator generator = random.generator();
            var out = new double[count];
            for (int i = 0; i < count; i++) out[i] = generator.nextGaussian();
            return out;
        }
    }

    /**
     * The copula's firings, before the hierarchy: where eps·F_i + eta_i sqrt(d_i) > t_i, max(0, mean_i + std_i z), else 0.
     *
     * @return {@code [rows, features]}
     */
    public double[] before(Noise noise) {
        var a = new double[noise.rows() * n];
        for (int r = 0; r < noise.rows(); r++)
            for (int i = 0; i < n; i++)
                if (copula(noise, r, i) > world.threshold(i))
                    a[r * n + i] = Math.max(0, world.mean(i) + world.std(i) * noise.magnitude()[r * n + i]);
        return a;
    }

    private double copula(Noise noise, int row, int feature) {
        LowRankCorrelation c = world.correlation();
        double g = 0;
        for (int k = 0; k < c.rank(); k++) g += noise.eps()[row * c.rank() + k] * c.factor(feature, k);
        return g + noise.eta()[row * n + feature] * Math.sqrt(c.diag(feature));
    }

    /**
     * The activations: level by level, children are gated (or scaled) by their parents, then siblings of an active parent
     * exclude each other, then comes the next level.
     *
     * @return {@code [rows, features]}
     */
    public double[] activations(Noise noise) {
        double[] a = before(noise);
        for (int r = 0; r < noise.rows(); r++)
            for (int level = 0; level <= world.hierarchy().maxDepth(); level++) {
                gate(a, r, level);
                exclude(a, noise, r, level);
            }
        for (int i = 0; i < a.length; i++) a[i] = Math.max(0, a[i]);
        return a;
    }

    private void gate(double[] a, int row, int level) {
        Hierarchy trees = world.hierarchy();
        for (int i = 0; i < n; i++) {
            OptionalInt parent = trees.parent(i);
            if (parent.isEmpty() || trees.depth(i).orElse(-1) != level) continue;
            double above = a[row * n + parent.getAsInt()];
            double scale = trees.scaledByParent(i) ? above / world.mean(parent.getAsInt()) : 1;
            a[row * n + i] *= above > 0 ? scale : 0;
        }
    }

    private void exclude(double[] a, Noise noise, int row, int level) {
        for (Hierarchy.Group group : world.hierarchy().groups()) {
            if (!group.exclusive() || group.level() != level) continue;
            if (group.parent().isPresent() && !(a[row * n + group.parent().getAsInt()] > 0)) continue;
            int winner = -1;
            for (int i : group.features())
                if (a[row * n + i] > 0 && (winner < 0 || score(noise, row, i) > score(noise, row, winner))) winner = i;
            for (int i : group.features()) if (i != winner) a[row * n + i] = 0;
        }
    }

    private double score(Noise noise, int row, int feature) {
        return noise.exclusion()[row * n + feature];
    }

    /**
     * h = a·E + bias, without observation noise.
     *
     * @param activations {@code [rows, features]}
     * @return {@code [rows, hiddenDim]}
     */
    public double[] hidden(double[] activations) {
        int d = world.hiddenDim();
        double[] rows = world.dictionary().doubles();
        double[] bias = world.bias().doubles();
        var h = new double[activations.length / n * d];
        for (int r = 0; r < activations.length / n; r++)
            for (int j = 0; j < d; j++) {
                double sum = 0;
                for (int i = 0; i < n; i++) sum += activations[r * n + i] * rows[i * d + j];
                h[r * d + j] = sum + bias[j];
            }
        return h;
    }
}
