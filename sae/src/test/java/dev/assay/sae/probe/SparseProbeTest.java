package dev.assay.sae.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Sparse probing against sae-probes 0.4.2 on the same latents: {@code interop/saebench.py}. */
class SparseProbeTest {
    private static final double CLOSE = 0.005;

    static Path golden(String name) {
        try {
            return Path.of(
                    SparseProbeTest.class.getResource("/saebench/" + name).toURI());
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static JsonNode json(String name) throws IOException {
        return new ObjectMapper().readTree(Files.readAllBytes(golden(name)));
    }

    static SparseRows rows(float[] dense, int width, int from, int to) {
        var out = new SparseRows(width);
        for (int r = from; r < to; r++) {
            out.reserve(width);
            int count = 0;
            for (int c = 0; c < width; c++) {
                if (dense[r * width + c] == 0) continue;
                out.columns()[out.count() + count] = c;
                out.values()[out.count() + count++] = dense[r * width + c];
            }
            out.endRow(count);
        }
        return out;
    }

    private static boolean[] classes(long[] y, int from, int to) {
        var out = new boolean[to - from];
        for (int i = from; i < to; i++) out[i - from] = y[i] == 1;
        return out;
    }

    @Test
    void probesReachWhatThoseOfSaeProbesReach() throws IOException {
        JsonNode golden = json("probes.json");
        try (var scope = Scope.open()) {
            Map<String, Tensor> tensors = Safetensors.read(golden("probes.safetensors"));
            for (JsonNode row : golden) {
                int task = row.path("task").asInt();
                int train = row.path("train").asInt();
                Tensor x = tensors.get(task + ".x");
                long[] y = tensors.get(task + ".y").longs();
                int width = (int) x.size(1);
                float[] dense = x.floats();
                var probe = new SparseProbe(
                        rows(dense, width, 0, train),
                        classes(y, 0, train),
                        rows(dense, width, train, y.length),
                        classes(y, train, y.length),
                        42);
                SparseProbe.Result r =
                        probe.results(List.of(row.path("k").asInt())).getFirst();
                String name = "task " + task + ", k " + r.k();
                for (int i = 0; i < r.k(); i++)
                    assertThat(r.latents()[i])
                            .as(name)
                            .isEqualTo(row.at("/order/" + i).asInt());
                assertThat(r.auc()).as(name).isCloseTo(row.path("auc").asDouble(), within(CLOSE));
                assertThat(r.validationAuc())
                        .as(name)
                        .isCloseTo(row.path("validation_auc").asDouble(), within(CLOSE));
                assertThat(r.f1()).as(name).isCloseTo(row.path("f1").asDouble(), within(0.01));
                assertThat(r.accuracy()).as(name).isCloseTo(row.path("accuracy").asDouble(), within(0.01));
            }
        }
    }

    @Test
    void nothingNearTheFitIsBetter() {
        var random = new Random(4);
        for (int seed = 0; seed < 20; seed++) {
            int n = 60;
            double[][] x = new double[4][n];
            boolean[] y = new boolean[n];
            for (int i = 0; i < n; i++) {
                for (double[] feature : x) feature[i] = random.nextGaussian();
                y[i] = x[0][i] - 0.5 * x[1][i] + random.nextGaussian() > 0;
            }
            for (Logistic.Penalty penalty : Logistic.Penalty.values())
                for (double c : new double[] {0.05, 1, 100}) {
                    Logistic fit = Logistic.fit(x, y, c, penalty);
                    double best = objective(fit, x, y, c, penalty);
                    for (int t = 0; t < 30; t++) {
                        double[] w = fit.weights().clone();
                        for (int f = 0; f < w.length; f++) w[f] += 0.01 * random.nextGaussian();
                        var other = new Logistic(w, fit.intercept() + 0.01 * random.nextGaussian());
                        assertThat(objective(other, x, y, c, penalty))
                                .as("seed " + seed + ", " + penalty + ", C " + c)
                                .isGreaterThanOrEqualTo(best - 1e-7);
                    }
                }
        }
    }

    private static double objective(Logistic fit, double[][] x, boolean[] y, double c, Logistic.Penalty penalty) {
        double[] z = fit.decide(x, y.length);
        double sum = 0;
        for (int i = 0; i < z.length; i++) sum += c * Math.log1p(Math.exp(y[i] ? -z[i] : z[i]));
        for (double w : fit.weights()) sum += penalty == Logistic.Penalty.L1 ? Math.abs(w) : w * w / 2;
        return sum;
    }

    @Test
    void aucCountsPairs() {
        var random = new Random(6);
        double[] scores = random.doubles(40).map(d -> Math.rint(d * 8)).toArray();
        boolean[] y = new boolean[40];
        for (int i = 0; i < 40; i++) y[i] = random.nextBoolean();
        double won = 0;
        int pairs = 0;
        for (int i = 0; i < 40; i++)
            for (int j = 0; j < 40; j++)
                if (y[i] && !y[j]) {
                    pairs++;
                    won += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                }
        assertThat(Classified.auc(scores, y)).isCloseTo(won / pairs, within(1e-12));
    }

    @Test
    void foldsHoldEachSampleOnceAndBothClasses() {
        boolean[] y = new boolean[90];
        for (int i = 0; i < 90; i++) y[i] = i % 3 == 0;
        List<int[]> parts = SparseProbe.validationParts(y, 42);
        int[] all = parts.stream().flatMapToInt(Arrays::stream).sorted().toArray();
        assertThat(all).hasSize(90);
        for (int i = 0; i < 90; i++) assertThat(all[i]).isEqualTo(i);
        for (int[] part : parts)
            assertThat(Arrays.stream(part).filter(i -> y[i]).count()).isEqualTo(5);
    }
}
