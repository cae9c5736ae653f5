package dev.assay.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code sae_world_small}: a world in fp64 and samples from explicit noise, by SAELens. */
class SaelensFixtureTest {
    private static final double FP64 = 1e-9;

    /**
     * Some roundings of fp32, in which SAELens computes probabilities and magnitudes whatever the world's type: its own
     * are up to 4e-7 from the exact ones.
     */
    private static final double FP32 = 2e-6;

    private final JsonNode meta = Fixtures.json("sae_world_small.json");
    private Scope scope;
    private Map<String, Tensor> t;

    @BeforeEach
    void read() {
        scope = Scope.open();
        t = Fixtures.tensors("sae_world_small.safetensors");
    }

    @AfterEach
    void free() {
        scope.close();
    }

    private WorldConfig config() {
        return WorldConfigJson.of("fixture", meta.path("config"));
    }

    @Test
    void probabilitiesAreCompensatedAlike() {
        WorldConfig config = config();
        float[] base = config.firingProbability().generate(config.numFeatures(), 0);
        check(base, "zipf_base");
        check(World.hierarchy(config).compensation(base), "prob_correction");
        check(World.features(config, World.hierarchy(config)).probabilities(), "prob_corrected");
    }

    @Test
    void magnitudesAreAlike() {
        check(World.means(config()), "mean_mag");
        check(World.stds(config()), "std_mag");
    }

    private void check(float[] ours, String name) {
        check(World.doubles(ours), name);
    }

    private void check(double[] ours, String name) {
        double[] theirs = t.get(name).doubles();
        double largest = Arrays.stream(theirs).map(Math::abs).max().orElseThrow();
        Close.check(ours, theirs, FP32 * Math.max(1, largest));
    }

    @Test
    void thresholdsAreAlike() {
        try (World world = Fixtures.smallWorld(t, true)) {
            double[] ours = IntStream.range(0, world.features())
                    .mapToDouble(world::threshold)
                    .toArray();
            Close.check(ours, t.get("thresholds").doubles(), FP64);
        }
    }

    @Test
    void theCorrelationIsDrawnAlike() {
        WorldConfig config = config();
        LowRankCorrelation ours = World.correlation(config);
        assertThat(config.dtype()).isEqualTo(DType.F64);
        Close.check(ours.factor(), t.get("corr_factor").doubles(), FP64);
        Close.check(ours.diag(), t.get("corr_diag").doubles(), FP64);
    }

    @Test
    void treesAreGrownAlike() {
        Hierarchy trees = World.hierarchy(config());
        long[] parent = t.get("parent").longs();
        long[] depth = t.get("depth_minus1_is_free").longs();
        for (int i = 0; i < parent.length; i++) {
            assertThat(trees.parent(i))
                    .isEqualTo(parent[i] < 0 ? OptionalInt.empty() : OptionalInt.of((int) parent[i]));
            assertThat(trees.depth(i)).isEqualTo(depth[i] < 0 ? OptionalInt.empty() : OptionalInt.of((int) depth[i]));
        }
    }

    private ReferenceSampler.Noise noise() {
        return new ReferenceSampler.Noise(
                (int) t.get("noise_eps").size(0),
                t.get("noise_eps").doubles(),
                t.get("noise_eta").doubles(),
                t.get("noise_mag").doubles(),
                t.get("noise_me").doubles());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void samplesAreAlike(boolean scaled) {
        try (World world = Fixtures.smallWorld(t, scaled)) {
            var reference = new ReferenceSampler(world);
            double[] before = reference.before(noise());
            Close.check(before, t.get("acts_before_hierarchy").doubles(), FP64);
            assertThat(l0(before))
                    .isEqualTo(meta.path("l0").path("before_hierarchy").doubleValue());
            double[] a = reference.activations(noise());
            Close.check(
                    a, t.get(scaled ? "acts_v2_scaled" : "acts_v1_binary_gate").doubles(), FP64);
            Close.check(
                    reference.hidden(a),
                    t.get(scaled ? "hidden_v2" : "hidden_v1").doubles(),
                    FP64);
            assertThat(l0(a))
                    .isEqualTo(meta.path("l0").path(scaled ? "v2" : "v1").doubleValue());
        }
    }

    private double l0(double[] activations) {
        return Arrays.stream(activations).filter(v -> v > 0).count()
                / (double) t.get("noise_eps").size(0);
    }

    @Test
    void dictionariesArePushedApartAlike() {
        JsonNode ortho = meta.path("ortho");
        Tensor raw = t.get("dict_raw");
        assertThat(Dictionary.loss(raw)).isCloseTo(ortho.path("loss_at_raw").doubleValue(), within(FP64));
        for (JsonNode steps : ortho.path("steps")) {
            var config = new WorldConfig.Orthogonalization(
                    steps.intValue(), ortho.path("lr").doubleValue(), 16);
            Tensor ours = Dictionary.orthogonalize(raw, config, Progress.NONE);
            Close.check(ours.doubles(), t.get("dict_ortho_" + steps).doubles(), FP64);
        }
    }

    @Test
    void superpositionIsAlike() {
        List<String> names = List.of("dict_raw", Fixtures.lastDictionary(t));
        List<String> fields = List.of(
                "mean_max_abs_cos_raw",
                names.get(1).replace("dict_", "mean_max_abs_cos_").replace("ortho_", "ortho"));
        for (int i = 0; i < 2; i++)
            assertThat(Superposition.of(t.get(names.get(i))).meanMax())
                    .isCloseTo(meta.path("ortho").path(fields.get(i)).doubleValue(), within(FP64));
    }
}
