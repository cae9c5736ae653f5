package dev.assay.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.stats.Normal;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.SparseRows;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The sampler draws from the law that {@link ReferenceSampler} defines. Seeds are fixed, so a right program passes always;
 * limits are such that with new seeds a right program would fail each assertion once in 10^6 (normal approximation, n
 * comparisons at a time by Bonferroni's inequality).
 */
class SamplerLawTest {
    private static final double FALSE_ALARM = 1e-6;

    /** No score may be larger in n. */
    private static double limit(int n) {
        return -Normal.quantile(FALSE_ALARM / 2 / n);
    }

    /**
     * Given eps, the chance of every feature is known exactly: that of its parent, times that of its own firing with a
     * positive magnitude, times that of winning among siblings.
     */
    @ParameterizedTest
    @ValueSource(strings = {"small", "gated", "independent", "flat", "binary", "certain", "bushy", "grouped"})
    void givenEpsEveryFeatureHasItsExactChance(String name) {
        try (World world = Worlds.named(name)) {
            var plan = new SamplerPlan(world);
            var sampler = new BlockSampler(plan, Kernels.pick());
            int rows = 40_000;
            for (int seed = 0; seed < 3; seed++) {
                SplitRandom random = SplitRandom.of(seed).split(name);
                float[] eps = eps(plan.rank, seed, random);
                var out = new SparseRows(world.features());
                sampler.drawGiven(eps, random.split("rows").generator(), rows, out);
                double[] chance = chances(world, eps);
                checkCounts(name + " seed " + seed, chance, counts(out), rows);
            }
        }
    }

    /** Of ordinary length, short and long. */
    private static float[] eps(int rank, int seed, SplitRandom random) {
        var generator = random.split("eps").generator();
        var eps = new float[rank];
        for (int k = 0; k < rank; k++) eps[k] = (float) (generator.nextGaussian() * new double[] {1, 0.3, 1.7}[seed]);
        return eps;
    }

    private static long[] counts(SparseRows rows) {
        var counts = new long[rows.width()];
        for (int i = 0; i < rows.count(); i++) counts[rows.columns()[i]]++;
        return counts;
    }

    private static void checkCounts(String what, double[] chance, long[] counts, int rows) {
        var worst = new Worst(what);
        double sum = 0;
        int n = 0;
        for (int f = 0; f < chance.length; f++) {
            double variance = rows * chance[f] * (1 - chance[f]);
            double off = counts[f] - rows * chance[f];
            boolean rare = variance < 5; // too few for a normal approximation, but 25 are never seen
            worst.add(f, rare ? off / 5 : off / Math.sqrt(variance));
            if (rare) continue;
            sum += off * off / variance;
            n++;
        }
        worst.check(limit(chance.length));
        // siblings are not independent, but their scores are hardly correlated
        assertThat(Math.abs(sum - n) / Math.sqrt(2.0 * n))
                .as(what + ", sum of squared scores")
                .isLessThan(limit(1) + 1.5);
    }

    /** The largest of some scores. */
    private static final class Worst {
        private final String what;
        private int at = -1;
        private double score;

        Worst(String what) {
            this.what = what;
        }

        void add(int number, double z) {
            if (Math.abs(z) <= score) return;
            at = number;
            score = Math.abs(z);
        }

        void check(double limit) {
            assertThat(score).as("%s, number %d", what, at).isLessThan(limit);
        }
    }

    private static double[] chances(World world, float[] eps) {
        var chance = new double[world.features()];
        var own = new double[world.features()];
        for (int i = 0; i < own.length; i++) {
            double x = -world.threshold(i);
            for (int k = 0; k < eps.length; k++)
                x += eps[k] * world.correlation().factor(i, k);
            double positive = world.std(i) == 0 ? 1 : NormalCdf.exact(world.mean(i) / world.std(i));
            own[i] = NormalCdf.exact(x / Math.sqrt(world.correlation().diag(i))) * positive;
            if (world.hierarchy().parent(i).isEmpty()) chance[i] = own[i];
        }
        for (Hierarchy.Group group : world.hierarchy().groups())
            for (int f : group.features()) {
                double above =
                        group.parent().isPresent() ? chance[group.parent().getAsInt()] : 1;
                chance[f] = above * own[f] * (group.exclusive() ? winning(group.features(), f, own) : 1);
            }
        return chance;
    }

    /** E[1 / (1 + number of other siblings that fire)]. */
    private static double winning(List<Integer> siblings, int feature, double[] own) {
        double[] others = {1};
        for (int s : siblings) {
            if (s == feature) continue;
            var next = new double[others.length + 1];
            for (int k = 0; k < others.length; k++) {
                next[k] += others[k] * (1 - own[s]);
                next[k + 1] += others[k] * own[s];
            }
            others = next;
        }
        double mean = 0;
        for (int k = 0; k < others.length; k++) mean += others[k] / (1 + k);
        return mean;
    }

    /** Over eps as well: marginals, pairs, magnitudes and the number of firings, against the reference. */
    @ParameterizedTest
    @ValueSource(strings = {"small", "gated", "independent", "flat", "binary", "certain", "bushy", "grouped"})
    void batchesHaveTheReferencesLaw(String name) {
        for (int seed = 0; seed < 2; seed++)
            try (World world = Worlds.named(name)) {
                SplitRandom random = SplitRandom.of(seed).split(name);
                boolean large = world.features() > 200;
                Moments slow = slow(world, large ? 6_000 : 12_000, random.split("reference"));
                Moments fast = fast(world, large ? 30_000 : 50_000, slow.l0Mean(), random.split("fast"));
                String what = name + " seed " + seed;
                compareMarginals(what, world, fast, slow);
                comparePairs(what, world, fast, slow);
                compareMagnitudes(what, world, fast, slow);
                compareL0(what, fast, slow);
            }
    }

    private static Moments slow(World world, int rows, SplitRandom random) {
        var reference = new ReferenceSampler(world);
        Moments moments = null;
        for (int done = 0; done < rows; done += 1000) {
            double[] a = reference.activations(ReferenceSampler.Noise.draw(world, 1000, random.split(done)));
            if (moments == null) {
                double active =
                        IntStream.range(0, a.length).filter(i -> a[i] > 0).count();
                moments = new Moments(world.features(), active / 1000);
            }
            moments.add(a);
        }
        return moments;
    }

    private static Moments fast(World world, int rows, double centre, SplitRandom random) {
        var moments = new Moments(world.features(), centre);
        try (var sampler = new Sampler(world, random, 1)) {
            for (int batch = 0; moments.rows() < rows; batch++) moments.add(sampler.firings(batch, 1000));
        }
        return moments;
    }

    private static void compareMarginals(String what, World world, Moments fast, Moments slow) {
        var worst = new Worst(what + ", firings of features");
        for (int f = 0; f < world.features(); f++)
            worst.add(f, Moments.score(fast.fires(f), fast.rows(), slow.fires(f), slow.rows()));
        worst.check(limit(world.features()));
    }

    private static void comparePairs(String what, World world, Moments fast, Moments slow) {
        var worst = new Worst(what + ", firings of pairs");
        int n = world.features();
        int pairs = 0;
        for (int i = 0; i < n; i++)
            for (int j = i + 1; j < n; j++) {
                if (fast.pair(i, j) + slow.pair(i, j) < 50) continue; // too few for a normal approximation
                worst.add(i * n + j, Moments.score(fast.pair(i, j), fast.rows(), slow.pair(i, j), slow.rows()));
                pairs++;
            }
        assertThat(pairs).as(what).isGreaterThan(100);
        worst.check(limit(pairs));
        for (Hierarchy.Group group : world.hierarchy().groups()) checkGroup(what, group, fast);
    }

    /** No child without its parent, no two that exclude each other. */
    private static void checkGroup(String what, Hierarchy.Group group, Moments fast) {
        long orphans = 0;
        long clashes = 0;
        for (int f : group.features()) {
            if (group.parent().isPresent()) {
                int p = group.parent().getAsInt();
                orphans += fast.fires(f) - fast.pair(Math.min(p, f), Math.max(p, f));
            }
            for (int g : group.features()) if (group.exclusive() && f < g) clashes += fast.pair(f, g);
        }
        assertThat(orphans).as("%s, orphans under %s", what, group.parent()).isZero();
        assertThat(clashes).as("%s, clashes under %s", what, group.parent()).isZero();
    }

    /**
     * Means by their standard error; variances by that of a normal law times 1.7, since scaling by parents makes tails
     * heavier.
     */
    private static void compareMagnitudes(String what, World world, Moments fast, Moments slow) {
        var means = new Worst(what + ", mean magnitudes");
        var variances = new Worst(what + ", variances of magnitudes");
        for (int f = 0; f < world.features(); f++) {
            if (Math.min(fast.fires(f), slow.fires(f)) < 100) continue;
            double a = fast.variance(f);
            double b = slow.variance(f);
            double error = Math.sqrt(a / fast.fires(f) + b / slow.fires(f)) + 1e-6;
            means.add(f, (fast.mean(f) - slow.mean(f)) / error);
            double spread = 1.7 * Math.sqrt(2 * (a * a / fast.fires(f) + b * b / slow.fires(f))) + 1e-5;
            variances.add(f, (a - b) / spread);
        }
        means.check(limit(world.features()) * 1.1); // Student's tails
        variances.check(limit(world.features()) * 1.2);
    }

    private static void compareL0(String what, Moments fast, Moments slow) {
        assertThat(Math.abs(fast.l0Mean() - slow.l0Mean()))
                .as("%s, mean number of firings", what)
                .isLessThan(limit(1) * Math.sqrt(fast.l0MeanError() + slow.l0MeanError()));
        assertThat(Math.abs(fast.l0Spread() - slow.l0Spread()))
                .as("%s, spread of the number of firings", what)
                .isLessThan(limit(1) * Math.sqrt(fast.l0SpreadError() + slow.l0SpreadError()));
    }
}
