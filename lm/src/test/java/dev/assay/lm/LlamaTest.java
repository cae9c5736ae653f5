package dev.assay.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The forward pass in fp32 against transformers on the same weights. */
class LlamaTest {
    private static final int[] IDS = Fp32.encode("The quick brown fox jumps over the lazy");

    private final Scope scope = Scope.open();

    @TempDir
    Path folder;

    @AfterEach
    void free() {
        scope.close();
    }

    @Test
    void logitsEqualTransformers() {
        List<JsonNode> cases = Smol.cases("logits.json");
        Tensor golden = Fp32.tensors("logits.safetensors").get("logits");
        assertThat(golden.size(0)).isEqualTo(cases.size()).isEqualTo(8);
        for (int i = 0; i < cases.size(); i++) {
            float[] wanted = golden.narrow(0, i, 1).floats();
            float[] actual = Fp32.last(Fp32.MODEL, Smol.ints(cases.get(i).get("ids")));
            assertThat(Fp32.difference(actual, wanted)).as("case %d", i).isLessThan(2e-3);
            assertThat(Sampler.argmax(actual, 0, actual.length))
                    .isEqualTo(cases.get(i).get("argmax").asInt());
        }
    }

    @Test
    void hiddenStatesEqualTransformers() {
        JsonNode json = Smol.parse(Smol.resource("/golden/logits.json"));
        int[] ids =
                Smol.ints(json.get("cases").get(json.get("hidden_case").asInt()).get("ids"));
        Map<Integer, float[]> seen = new HashMap<>();
        Fp32.last(Fp32.MODEL, ids, (layer, residual) -> {
            seen.put(layer, residual.floats());
            return residual;
        });
        Map<String, Tensor> golden = Fp32.tensors("logits.safetensors");
        Map.of(0, "embedding", 1, "layer_1", 15, "layer_15", 30, "layer_30").forEach((layer, name) -> {
            Tensor wanted = golden.get("hidden." + name);
            assertThat(wanted.shape()).containsExactly(ids.length, 576);
            for (int p = 0; p < ids.length; p++) {
                float[] row = wanted.narrow(0, p, 1).floats();
                float[] actual = Arrays.copyOfRange(seen.get(layer), p * 576, (p + 1) * 576);
                assertThat(Fp32.difference(actual, row))
                        .as("layer %d, position %d", layer, p)
                        .isLessThan(1e-3 * rootMeanSquare(row));
            }
        });
    }

    private static double rootMeanSquare(float[] row) {
        double sum = 0;
        for (float f : row) sum += (double) f * f;
        return Math.sqrt(sum / row.length);
    }

    @Test
    void everyPositionHasLogitsAndSeesOnlyWhatIsBeforeIt() {
        Tensor whole = Fp32.MODEL.logits(IDS);
        assertThat(whole.shape()).containsExactly(IDS.length, 49_152);
        int[] front = Arrays.copyOf(IDS, 4);
        float[] alone = Fp32.last(Fp32.MODEL, front);
        assertThat(Fp32.difference(whole.narrow(0, 3, 1).floats(), alone)).isLessThan(1e-3);
        whole.close();
    }

    @Test
    void aHookThatReadsChangesNothing() {
        float[] plain = Fp32.last(Fp32.MODEL, IDS);
        List<Integer> layers = new ArrayList<>();
        float[] read = Fp32.last(Fp32.MODEL, IDS, (layer, residual) -> {
            layers.add(layer);
            assertThat(residual.shape()).containsExactly(1, IDS.length, 576);
            residual.floats();
            return residual;
        });
        assertThat(read).containsExactly(plain);
        assertThat(layers).hasSize(31).startsWith(0, 1, 2).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aHookThatEditsChangesWhatFollows() {
        float[] plain = Fp32.last(Fp32.MODEL, IDS);
        float[] before = new float[1];
        float[] after = new float[1];
        Hook look = (layer, residual) -> {
            if (layer == 15) before[0] = residual.floats()[0];
            return residual;
        };
        Hook edit = (layer, residual) -> layer == 15 ? residual.mul(1.5) : residual;
        Hook lookAgain = (layer, residual) -> {
            if (layer == 15) after[0] = residual.floats()[0];
            return residual;
        };
        float[] edited = Fp32.last(Fp32.MODEL, IDS, look.then(edit).then(lookAgain));
        assertThat(after[0]).isEqualTo(before[0] * 1.5f).isNotZero();
        assertThat(Fp32.difference(edited, plain)).isGreaterThan(0.1);

        // nothing but the final norm follows the last hook: it undoes a doubling, and of nothing it makes nothing
        float[] doubled = Fp32.last(Fp32.MODEL, IDS, (layer, r) -> layer == 30 ? r.mul(2) : r);
        assertThat(Fp32.difference(doubled, plain)).isLessThan(1e-3);
        float[] erased = Fp32.last(Fp32.MODEL, IDS, (layer, r) -> layer == 30 ? r.mul(0) : r);
        assertThat(Fp32.largest(erased)).isZero();
    }

    @Test
    void refusesOtherArchitectures() {
        try (Gguf gguf = new GgufBytes().string("general.architecture", "mamba").open(folder)) {
            assertThatThrownBy(() -> ModelConfig.from(gguf))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContainingAll(gguf.path().toString(), "mamba", "supported: llama, qwen2, qwen3, gemma3");
        }
    }

    @Test
    void readsTheConfiguration() {
        ModelConfig config = Fp32.MODEL.config();
        assertThat(config)
                .isEqualTo(new ModelConfig(
                        49_152, 576, 30, 9, 3, 64, 1536, config.normEps(), 8192, config.architecture()));
        Architecture family = config.architecture();
        assertThat(family.name()).isEqualTo("llama");
        assertThat(family.tied()).isTrue();
        assertThat(family.qkvBias() || family.headNorms() || family.branchNorms())
                .isFalse();
        assertThat(family.attention()).hasSize(30).containsOnly(new Architecture.Attention(0, RopeConfig.of(100_000)));
        assertThat((float) Fp32.MODEL.config().normEps()).isEqualTo(1e-5f);
        assertThat(Fp32.MODEL.config().group()).isEqualTo(3);
    }
}
