package dev.assay.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.assay.stats.SplitRandom;
import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProbeCeilingTest {
    private static final int D = 12;
    private static final int WIDE = 9; // features of the world
    private static final int F = 7; // features probed

    private final Scope scope = Scope.open();

    @AfterEach
    void free() {
        scope.close();
    }

    /** h = Σ a · its axis + noise; feature 6 never fires, feature 5 fires nearly always. */
    private static Iterator<ProbeCeiling.Batch> world(SplitRandom root, int batch, double noise) {
        return Stream.iterate(0L, i -> i + 1)
                .map(i -> sample(root.split(i).generator(), batch, noise))
                .iterator();
    }

    private static ProbeCeiling.Batch sample(RandomGenerator random, int batch, double noise) {
        var firings = new SparseRows(WIDE);
        var hidden = new float[batch * D];
        for (int b = 0; b < batch; b++) {
            firings.reserve(WIDE);
            int count = 0;
            for (int f = 0; f < WIDE; f++) {
                if (f == 6 || !(random.nextDouble() < (f == 5 ? .9 : .2))) continue;
                float a = 1 + random.nextFloat();
                firings.columns()[firings.count() + count] = f;
                firings.values()[firings.count() + count++] = a;
                hidden[b * D + f] += a;
            }
            firings.endRow(count);
            for (int d = 0; d < D; d++) hidden[b * D + d] += (float) (noise * random.nextGaussian());
        }
        return new ProbeCeiling.Batch(firings, Tensor.of(hidden, batch, D));
    }

    private static ProbeCeiling trained(double noise, DType products, int steps) {
        var probe = new ProbeCeiling(D, new ProbeCeiling.Setup(F, 0.05, products));
        probe.train(world(SplitRandom.of(1).split("train"), 64, noise), steps);
        return probe;
    }

    @Test
    void readsWhatIsSeparable() {
        for (DType products : new DType[] {DType.F32, DType.BF16}) {
            try (var probe = trained(0.05, products, 400)) {
                var score = probe.score(
                        world(SplitRandom.of(1).split("tune"), 64, 0.05),
                        20,
                        world(SplitRandom.of(1).split("test"), 64, 0.05),
                        30);
                for (int f = 0; f < 6; f++)
                    assertThat(score.perFeature()[f]).as("feature %d", f).isGreaterThan(0.98);
                assertThat(score.perFeature()[6]).isZero(); // never fires
                assertThat(score.f1()).isCloseTo(6.0 / 7, within(0.02));
                assertThat(score.tunedF1()).isCloseTo(6.0 / 7, within(0.02));
            }
        }
    }

    /** With noise, tuning helps rare features, and both figures agree with counting by hand. */
    @Test
    void scoresAsCountedByHand() {
        try (var probe = trained(0.6, DType.F32, 60)) {
            List<ProbeCeiling.Batch> held = take(world(SplitRandom.of(2).split("tune"), 50, 0.6), 40);
            List<ProbeCeiling.Batch> test = take(world(SplitRandom.of(2).split("test"), 50, 0.6), 40);
            var score = probe.score(held.iterator(), 40, test.iterator(), 40);
            assertThat(score.f1()).isBetween(0.2, 0.85);
            assertThat(score.tunedF1()).isGreaterThan(score.f1());
            List<Reading> heldReadings = read(probe, held);
            List<Reading> testReadings = read(probe, test);
            double sum = 0;
            for (int f = 0; f < F; f++) {
                assertThat(score.perFeature()[f]).isEqualTo(f1(testReadings, f, 0));
                assertThat(score.tunedPerFeature()[f]).isEqualTo(f1(testReadings, f, bestCut(heldReadings, f)));
                sum += score.perFeature()[f];
            }
            assertThat(score.f1()).isCloseTo(sum / F, within(1e-12));
            assertThat(score.protocol())
                    .contains(
                            "first 7 features",
                            "lr 0.05",
                            "3840 streamed samples in 60 steps",
                            "on 2000 further",
                            "not the paper's");
        }
    }

    private static List<ProbeCeiling.Batch> take(Iterator<ProbeCeiling.Batch> batches, int count) {
        List<ProbeCeiling.Batch> out = new ArrayList<>();
        for (int i = 0; i < count; i++) out.add(batches.next());
        return out;
    }

    private record Reading(float[] logits, float[] truth) {}

    private static List<Reading> read(ProbeCeiling probe, List<ProbeCeiling.Batch> batches) {
        return batches.stream()
                .map(b -> new Reading(probe.logitsOf(b), b.firings().dense()))
                .toList();
    }

    private static double bestCut(List<Reading> readings, int feature) {
        double best = f1(readings, feature, 0);
        double cut = 0;
        for (int step = -256; step < 256; step++) {
            double f1 = f1(readings, feature, step / 16.0);
            if (f1 > best || (f1 == best && Math.abs(step / 16.0) < Math.abs(cut))) {
                best = f1;
                cut = step / 16.0;
            }
        }
        return cut;
    }

    private static double f1(List<Reading> readings, int feature, double cut) {
        int tp = 0;
        int wrong = 0;
        for (Reading reading : readings)
            for (int b = 0; b < reading.logits.length / F; b++) {
                boolean called = reading.logits[b * F + feature] > cut;
                boolean fires = reading.truth[b * WIDE + feature] > 0;
                if (called && fires) tp++;
                else if (called || fires) wrong++;
            }
        return tp + wrong == 0 ? 0 : 2.0 * tp / (2 * tp + wrong);
    }

    /** Against differences of the loss, written out in double. */
    @Test
    void gradientIsThatOfTheLoss() {
        try (var probe = trained(0.6, DType.F32, 5)) {
            var batch = sample(SplitRandom.of(3).generator(), 9, 0.6);
            var gradient = probe.gradient(batch);
            double[] w = probe.weights().doubles();
            double[] bias = probe.biases().doubles();
            double[] h = batch.hidden().doubles();
            float[] truth = batch.firings().dense();
            double step = 1e-5;
            float[] found = gradient.weight().floats();
            for (int i = 0; i < w.length; i++) {
                double kept = w[i];
                w[i] = kept + step;
                double up = loss(w, bias, h, truth);
                w[i] = kept - step;
                double down = loss(w, bias, h, truth);
                w[i] = kept;
                assertThat((double) found[i]).isCloseTo((up - down) / (2 * step), within(2e-6));
            }
            float[] foundBias = gradient.bias().floats();
            for (int f = 0; f < F; f++) {
                double kept = bias[f];
                bias[f] = kept + step;
                double up = loss(w, bias, h, truth);
                bias[f] = kept - step;
                double down = loss(w, bias, h, truth);
                bias[f] = kept;
                assertThat((double) foundBias[f]).isCloseTo((up - down) / (2 * step), within(2e-6));
            }
        }
    }

    private static double loss(double[] w, double[] bias, double[] h, float[] truth) {
        int batch = h.length / D;
        double sum = 0;
        for (int b = 0; b < batch; b++)
            for (int f = 0; f < F; f++) {
                double z = bias[f];
                for (int d = 0; d < D; d++) z += w[f * D + d] * h[b * D + d];
                sum += Math.log1p(Math.exp(z)) - (truth[b * WIDE + f] > 0 ? z : 0);
            }
        return sum / batch;
    }

    /** Adam (Kingma and Ba, 2015) on that gradient, step by step in double. */
    @Test
    void learnsByAdam() {
        double rate = 0.05;
        double[] w = new double[F * D + F];
        double[] first = new double[w.length];
        double[] second = new double[w.length];
        Iterator<ProbeCeiling.Batch> batches = world(SplitRandom.of(1).split("train"), 64, 0.3);
        for (int s = 1; s <= 5; s++) {
            var batch = batches.next();
            double[] g = referenceGradient(
                    w, batch.hidden().doubles(), batch.firings().dense());
            for (int i = 0; i < w.length; i++) {
                first[i] = .9 * first[i] + .1 * g[i];
                second[i] = .999 * second[i] + .001 * g[i] * g[i];
                w[i] -= rate
                        * first[i]
                        / (1 - Math.pow(.9, s))
                        / (Math.sqrt(second[i] / (1 - Math.pow(.999, s))) + 1e-8);
            }
        }
        try (var probe = trained(0.3, DType.F32, 5)) {
            float[] weights = probe.weights().floats();
            float[] biases = probe.biases().floats();
            for (int i = 0; i < w.length; i++)
                assertThat(i < F * D ? weights[i] : biases[i - F * D]).isCloseTo((float) w[i], within(1e-4f));
        }
    }

    private static double[] referenceGradient(double[] w, double[] h, float[] truth) {
        int batch = h.length / D;
        double[] out = new double[w.length];
        for (int b = 0; b < batch; b++)
            for (int f = 0; f < F; f++) {
                double z = w[F * D + f];
                for (int d = 0; d < D; d++) z += w[f * D + d] * h[b * D + d];
                double error = (1 / (1 + Math.exp(-z)) - (truth[b * WIDE + f] > 0 ? 1 : 0)) / batch;
                for (int d = 0; d < D; d++) out[f * D + d] += error * h[b * D + d];
                out[F * D + f] += error;
            }
        return out;
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ProbeCeiling(D, ProbeCeiling.Setup.of(0)));
        try (var probe = new ProbeCeiling(D, ProbeCeiling.Setup.of(WIDE + 1))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> probe.train(world(SplitRandom.of(1), 4, 0), 1))
                    .withMessageContaining("does not fit");
        }
    }
}
