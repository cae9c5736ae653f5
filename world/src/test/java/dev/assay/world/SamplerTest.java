package dev.assay.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.assay.stats.SplitRandom;
import dev.assay.tensor.DType;
import dev.assay.tensor.SparseRows;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses, threads and the two implementations of the arithmetic. The law is {@link SamplerLawTest}'s business. */
class SamplerTest {
    private static final SplitRandom RANDOM = SplitRandom.of(4).split("sampler test");

    private static World world(int hiddenDim, double noise) {
        WorldConfig config = Worlds.config("small");
        return World.build(
                config.change().hiddenDim(hiddenDim).observationNoise(noise).build(), Progress.NONE);
    }

    private static void assertSame(Samples a, Samples b) {
        assertSame(a.firings(), b.firings());
        assertThat(a.hidden().floats()).isEqualTo(b.hidden().floats());
    }

    private static void assertSame(SparseRows a, SparseRows b) {
        assertThat(Arrays.copyOf(a.starts(), a.rows() + 1)).isEqualTo(Arrays.copyOf(b.starts(), b.rows() + 1));
        assertThat(Arrays.copyOf(a.columns(), a.count())).isEqualTo(Arrays.copyOf(b.columns(), b.count()));
        assertThat(Arrays.copyOf(a.values(), a.count())).isEqualTo(Arrays.copyOf(b.values(), b.count()));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5})
    void threadsAndHistoryDoNotMatter(int threads) {
        try (World world = world(40, 0.1);
                var one = new Sampler(world, RANDOM, 1);
                var many = new Sampler(world, RANDOM, threads);
                Samples first = one.sample(7, 333)) {
            try (Samples other = many.sample(8, 100)) {
                assertThat(other.firings().count()).isPositive();
                assertThat(other.hidden().floats())
                        .isNotEqualTo(Arrays.copyOf(first.hidden().floats(), 100 * 40));
            }
            try (Samples again = many.sample(7, 333)) {
                assertSame(again, first);
            }
            many.sample(7, first);
            assertSame(first.firings(), one.firings(7, 333));
        }
    }

    @Test
    void theFirstRowsDoNotDependOnHowManyAreAskedFor() {
        try (World world = world(40, 0);
                var sampler = new Sampler(world, RANDOM, 2)) {
            SparseRows all = sampler.firings(3, 200);
            for (int rows : new int[] {1, 7, 8, 9, 63, 64, 65, 199}) {
                SparseRows few = sampler.firings(3, rows);
                assertThat(few.count()).isEqualTo(all.starts()[rows]);
                assertThat(few.dense()).isEqualTo(Arrays.copyOf(all.dense(), rows * world.features()));
            }
        }
    }

    /** Bit by bit, so the two also have one law. Widths with and without a remainder. */
    @ParameterizedTest
    @ValueSource(ints = {1, 15, 64, 100, 300, 517})
    void plainLoopsGiveTheSameBatch(int hiddenDim) {
        try (World world = world(hiddenDim, 0.05);
                var plain = new Sampler(world, RANDOM, 1, new ScalarKernels());
                var vector = new Sampler(world, RANDOM, 1, new VectorKernels());
                Samples a = plain.sample(1, 150);
                Samples b = vector.sample(1, 150)) {
            assertSame(a, b);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gated", "independent", "flat", "binary", "certain", "bushy", "grouped"})
    void plainLoopsGiveTheSameFiringsInEveryWorld(String name) {
        try (World world = Worlds.named(name);
                var plain = new Sampler(world, RANDOM, 1, new ScalarKernels());
                var vector = new Sampler(world, RANDOM, 1, new VectorKernels())) {
            assertSame(plain.firings(1, 500), vector.firings(1, 500));
        }
    }

    @Test
    void aPropertyForcesPlainLoops() {
        String before = System.getProperty("assay.kernels", "");
        try (World world = world(4, 0)) {
            System.setProperty("assay.kernels", "scalar");
            try (var sampler = new Sampler(world, RANDOM, 1)) {
                assertThat(sampler.kernels()).isEqualTo("plain loops");
            }
            System.setProperty("assay.kernels", "");
            try (var sampler = new Sampler(world, RANDOM, 1)) {
                assertThat(sampler.kernels()).startsWith("vectors of ");
            }
        } finally {
            System.setProperty("assay.kernels", before);
        }
    }

    @Test
    void hiddenVectorsAreTheSumOfDirectionsAndBias() {
        try (World world = world(37, 0);
                var sampler = new Sampler(world, RANDOM, 2);
                Samples samples = sampler.sample(0, 100)) {
            double[] a = World.doubles(samples.firings().dense());
            double[] h = new ReferenceSampler(world).hidden(a);
            assertThat(samples.hidden().type()).isEqualTo(DType.F32);
            Close.check(samples.hidden().doubles(), h, 1e-5);
        }
    }

    @Test
    void observationNoiseHasItsSizeAndLeavesFiringsAlone() {
        try (World clean = world(40, 0);
                World noisy = world(40, 0.5);
                var a = new Sampler(clean, RANDOM, 1);
                var b = new Sampler(noisy, RANDOM, 2);
                Samples x = a.sample(5, 1000);
                Samples y = b.sample(5, 1000)) {
            assertSame(x.firings(), y.firings());
            float[] without = x.hidden().floats();
            float[] with = y.hidden().floats();
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < with.length; i++) {
                double d = with[i] - without[i];
                sum += d;
                squares += d * d;
            }
            assertThat(sum / with.length).isCloseTo(0, within(0.5 * 5 / Math.sqrt(with.length)));
            assertThat(squares / with.length).isCloseTo(0.25, within(0.25 * 5 * Math.sqrt(2.0 / with.length)));
        }
    }

    @Test
    void fp64WorldsAreSampledInFp32() {
        WorldConfig small = Worlds.config("small");
        WorldConfig config = new WorldConfig(
                small.numFeatures(),
                small.hiddenDim(),
                small.firingProbability(),
                small.hierarchy(),
                small.orthogonalization(),
                small.correlation(),
                small.stdMagnitudes(),
                small.meanMagnitudes(),
                small.biasNorm(),
                DType.F64,
                small.seed(),
                0);
        try (World world = World.build(config, Progress.NONE);
                var sampler = new Sampler(world, RANDOM, 1);
                Samples samples = sampler.sample(0, 50)) {
            double[] h = new ReferenceSampler(world)
                    .hidden(World.doubles(samples.firings().dense()));
            Close.check(samples.hidden().doubles(), h, 1e-5);
        }
    }

    @Test
    void anEndedWorldDoesNotEndItsSampler() {
        World world = world(8, 0);
        try (var sampler = new Sampler(world, RANDOM, 1);
                Samples before = sampler.sample(0, 20)) {
            world.close();
            world.close();
            try (Samples after = sampler.sample(0, 20)) {
                assertSame(before, after);
            }
        }
    }

    @Test
    void samplesOfAnotherWorldAreRefused() {
        try (World world = world(8, 0);
                World wider = world(9, 0);
                World other = Worlds.named("flat");
                var sampler = new Sampler(world, RANDOM, 1);
                var wide = new Samples(wider, 5);
                var strange = new Samples(other, 5)) {
            assertThatThrownBy(() -> sampler.sample(0, wide)).isInstanceOf(WorldException.class);
            assertThatThrownBy(() -> sampler.sample(0, strange)).isInstanceOf(WorldException.class);
            assertThatThrownBy(() -> sampler.sample(0, 0)).isInstanceOf(WorldException.class);
        }
    }
}
