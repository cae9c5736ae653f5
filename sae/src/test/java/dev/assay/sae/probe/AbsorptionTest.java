package dev.assay.sae.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.sae.SaeDecoder;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.DType;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Absorption against SAEBench 0.6.0's own calculator on the same activations, probe and latents. */
class AbsorptionTest {
    private final Scope scope = Scope.open();
    private JsonNode golden;
    private float[][] x;
    private int[] label;
    private float[][] probe;
    private double[] bias;
    private SparseRows latents;
    private SaeDecoder decoder;
    private int split;

    @BeforeEach
    void load() throws IOException {
        golden = SparseProbeTest.json("absorption.json");
        Map<String, Tensor> t = Safetensors.read(SparseProbeTest.golden("absorption.safetensors"));
        x = rows(t.get("x"));
        label = Arrays.stream(t.get("label").longs()).mapToInt(Math::toIntExact).toArray();
        probe = rows(t.get("probe"));
        bias = t.get("probe_bias").doubles();
        decoder = new SaeDecoder(t.get("decoder"), Tensor.zeros(DType.F32, x[0].length));
        float[] pre = t.get("x").matmul(t.get("encoder")).floats();
        double threshold = golden.path("threshold").asDouble();
        for (int i = 0; i < pre.length; i++) pre[i] = (float) Math.max(0, pre[i] - threshold);
        latents = SparseProbeTest.rows(pre, decoder.latents(), 0, x.length);
        split = golden.path("train").asInt();
    }

    @AfterEach
    void free() {
        scope.close();
    }

    private static float[][] rows(Tensor t) {
        int width = (int) t.size(1);
        float[] all = t.floats();
        return IntStream.range(0, (int) t.size(0))
                .mapToObj(i -> Arrays.copyOfRange(all, i * width, (i + 1) * width))
                .toArray(float[][]::new);
    }

    @Test
    void aSampleIsAbsorbedAsSaeBenchSaysItIs() {
        for (JsonNode letter : golden.path("letters")) {
            int c = letter.path("letter").asInt();
            int[] main = IntStream.range(0, letter.path("split").size())
                    .map(i -> letter.path("split").get(i).asInt())
                    .toArray();
            var absorption = new Absorption(decoder, probe[c]);
            var ground = new LinearProbe(probe, bias);
            double fraction = 0;
            int full = 0;
            int positives = 0;
            for (int i = split; i < x.length; i++) {
                if (label[i] != c || ground.logit(c, x[i]) <= 0) continue;
                positives++;
                Absorption.Sample s = absorption.sample(x[i], latents, i, main);
                fraction += s.fraction();
                if (s.full()) full++;
            }
            assertThat(positives).isEqualTo(letter.path("positives").asInt());
            assertThat(fraction / positives)
                    .as("letter " + c)
                    .isCloseTo(letter.path("fraction").asDouble(), within(1e-4));
            assertThat(full / (double) positives)
                    .as("letter " + c)
                    .isCloseTo(letter.path("full").asDouble(), within(1e-9));
        }
    }

    /** Probes and splits of our own: they start elsewhere than SAEBench's, so only what they find is compared. */
    @Test
    void theWholeMetricFindsTheWordsThatHaveALatentOfTheirOwn() {
        int[] train = IntStream.range(0, split).toArray();
        int[] test = IntStream.range(split, x.length).toArray();
        var all = new Perturbation.Samples(x, latents);
        var data = new LinearProbe.Data(all.at(train).x(), oneHot(train));
        var held = new LinearProbe.Data(all.at(test).x(), oneHot(test));
        LinearProbe ground = LinearProbe.train(data, held, LinearProbe.Settings.FIRST_LETTER, SplitRandom.of(1));
        for (int most : new int[] {1, 4}) {
            Absorption.Scores scores = Absorption.scores(
                    decoder,
                    ground,
                    all.at(train).latents(),
                    labels(train),
                    held.x(),
                    all.at(test).latents(),
                    labels(test),
                    most);
            assertThat(scores.concepts()).hasSizeGreaterThanOrEqualTo(4);
            for (Absorption.Concept c : scores.concepts())
                assertThat(c.split()).as("letter " + c.number()).contains(c.number()); // its own, by construction
            // another latent stands for a sixth of the words of each letter; with it, none are absorbed
            if (most == 1) assertThat(scores.full().orElseThrow()).isBetween(0.05, 0.35);
            else assertThat(scores.full().orElseThrow()).isZero();
            assertThat(scores.fraction().orElseThrow())
                    .isGreaterThanOrEqualTo(scores.full().orElseThrow());
        }
    }

    private boolean[][] oneHot(int[] rows) {
        var y = new boolean[rows.length][6];
        for (int i = 0; i < rows.length; i++) y[i][label[rows[i]]] = true;
        return y;
    }

    private int[] labels(int[] rows) {
        return Arrays.stream(rows).map(i -> label[i]).toArray();
    }
}
