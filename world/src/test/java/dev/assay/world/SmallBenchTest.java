package dev.assay.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import org.junit.jupiter.api.Test;

/** Samples of SAELens' own folder against what SAELens counted in its samples: {@code small_bench_reference.json}. */
class SmallBenchTest {
    private static final int BATCH = 1000;
    private static final int BATCHES = 50; // of as many samples as SAELens drew

    /** Two means of n samples differ by less in all but one of 10^7 comparisons. */
    private static double apart(double variance) {
        return 5.5 * Math.sqrt(2 * variance / (BATCH * BATCHES));
    }

    @Test
    void samplesFireAndMeasureAsTheLibrarys() {
        JsonNode facts = Fixtures.json("small_bench_reference.json");
        JsonNode counted = facts.path("world");
        int first = facts.path("dims").path("latents").intValue();
        try (World world = WorldFolder.read(Fixtures.path("small_world_v2"));
                var sampler = new Sampler(world, SplitRandom.of(50).split("small bench"), 1)) {
            var l0 = new Mean();
            var firstL0 = new Mean();
            var square = new Mean();
            double[] fired = new double[world.features()];
            double[] sum = new double[world.hiddenDim()];
            for (int b = 0; b < BATCHES; b++)
                try (var scope = Scope.open();
                        Samples drawn = sampler.sample(b, BATCH)) {
                    count(drawn.firings(), first, l0, firstL0, fired);
                    measure(drawn.hidden().floats(), square, sum);
                }
            assertThat(l0.mean()).isCloseTo(counted.path("l0").doubleValue(), within(apart(l0.variance())));
            assertThat(firstL0.mean())
                    .isCloseTo(counted.path("l0_first_M").doubleValue(), within(apart(firstL0.variance())));
            assertThat(square.mean())
                    .isCloseTo(counted.path("hidden_mean_sq_norm").doubleValue(), within(apart(square.variance())));
            for (int i = 0; i < counted.path("rate_first8").size(); i++) {
                double rate = fired[i] / (BATCH * BATCHES);
                assertThat(rate)
                        .as("feature %d", i)
                        .isCloseTo(
                                counted.path("rate_first8").get(i).doubleValue(),
                                within(apart(rate * (1 - rate)) + 1e-6));
            }
            double norm = 0;
            for (double s : sum) norm += Math.pow(s / (BATCH * BATCHES), 2);
            assertThat(Math.sqrt(norm))
                    .isCloseTo(counted.path("hidden_mean_norm").doubleValue(), within(apart(square.mean())));
        }
    }

    private static void count(SparseRows firings, int first, Mean l0, Mean firstL0, double[] fired) {
        for (int r = 0; r < firings.rows(); r++) {
            int early = 0;
            for (int i = firings.starts()[r]; i < firings.starts()[r + 1]; i++) {
                fired[firings.columns()[i]]++;
                if (firings.columns()[i] < first) early++;
            }
            l0.add(firings.starts()[r + 1] - firings.starts()[r]);
            firstL0.add(early);
        }
    }

    private static void measure(float[] hidden, Mean square, double[] sum) {
        for (int at = 0; at < hidden.length; at += sum.length) {
            double s = 0;
            for (int d = 0; d < sum.length; d++) {
                double h = hidden[at + d];
                sum[d] += h;
                s += h * h;
            }
            square.add(s);
        }
    }

    private static final class Mean {
        private long n;
        private double sum;
        private double squares;

        void add(double value) {
            n++;
            sum += value;
            squares += value * value;
        }

        double mean() {
            return sum / n;
        }

        double variance() {
            return squares / n - mean() * mean();
        }
    }
}
