package dev.assay.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.tensor.DType;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Adapters against PEFT, in fp32. */
class LoraTest {
    private static final JsonNode GOLDEN = Smol.parse(Smol.resource("/golden/lora.json"));
    private static final int[] IDS = Smol.ints(GOLDEN.get("logits_ids"));
    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final String CONFIG = "adapter_config.json";

    private final Scope scope = Scope.open();

    @TempDir
    Path folder;

    @AfterEach
    void free() {
        scope.close();
    }

    private static Lora peft() {
        return Lora.load(Fp32.golden("peft-adapter"));
    }

    @Test
    void logitsEqualPeftAttachedAndMerged() {
        Map<String, Tensor> golden = Fp32.tensors("lora.safetensors");
        float[] wanted = golden.get("logits").floats();
        float[] base = golden.get("base_logits").floats();
        assertThat(Fp32.difference(wanted, base)).as("the adapter matters").isGreaterThan(0.5);
        try (Lora adapter = peft();
                LanguageModel attached = Fp32.MODEL.attach(List.of(adapter));
                LanguageModel merged = Fp32.MODEL.merge(List.of(adapter))) {
            assertThat(Fp32.difference(Fp32.last(attached, IDS), wanted)).isLessThan(2e-3);
            assertThat(Fp32.difference(Fp32.last(merged, IDS), wanted)).isLessThan(2e-3);
            assertThat(Fp32.difference(Fp32.last(Fp32.MODEL, IDS), base)).isLessThan(2e-3);
        }
    }

    /** How far PEFT's own fp32 gradients are from its fp64 ones, which are the golden ones (interop/lora_gradients.py). */
    private static final double PEER_ROUNDING = 5.5e-4;

    @Test
    void lossAndGradientsEqualPeft() {
        List<TrainingText> batch = batch();
        try (Lora adapter = peft()) {
            Trainer.Gradients ours =
                    new LoraTrainer(Fp32.MODEL, adapter, new LoraTrainer.Settings(1e-3, 2, 1, 0, 0)).gradients(batch);
            assertThat(Math.abs(ours.loss() / GOLDEN.get("loss").asDouble() - 1))
                    .isLessThan(1e-4);
            int compared = 0;
            for (var entry : Fp32.tensors("lora.safetensors").entrySet()) {
                if (!entry.getKey().startsWith("grad.")) continue;
                String name = entry.getKey().replace("grad.model.", "");
                Tensor gradient = ours.gradients().get(name);
                assertThat(gradient.shape()).containsExactly(entry.getValue().shape());
                float[] wanted = entry.getValue().floats();
                assertThat(Fp32.difference(gradient.floats(), wanted))
                        .as(name)
                        .isLessThan(PEER_ROUNDING * Fp32.largest(wanted));
                compared++;
            }
            assertThat(compared).isEqualTo(3 * 7 * 2);
        }
    }

    /** The golden batch without its padding. */
    private static List<TrainingText> batch() {
        return List.of(text(0), text(1));
    }

    private static TrainingText text(int row) {
        int length =
                Arrays.stream(Smol.ints(GOLDEN.get("attention_mask").get(row))).sum();
        int[] labels = Smol.ints(GOLDEN.get("labels").get(row));
        var target = new boolean[length];
        for (int i = 0; i < length; i++) target[i] = labels[i] != -100;
        return new TrainingText(Arrays.copyOf(Smol.ints(GOLDEN.get("input_ids").get(row)), length), target);
    }

    @Test
    void aFreshAdapterChangesNothingAndReachesAllMaps() {
        try (Lora fresh = Lora.fresh(Fp32.MODEL, 2, 4, 1)) {
            assertThat(fresh.parameters()).hasSize(30 * 7 * 2);
            assertThat(Fp32.last(Fp32.MODEL.attach(List.of(fresh)), IDS)).containsExactly(Fp32.last(Fp32.MODEL, IDS));
            float[] a = fresh.weights().get("layers.3.mlp.down_proj.lora_A").floats();
            assertThat(a).hasSize(2 * 1536);
            assertThat(Fp32.largest(a)).isBetween(0.9 / Math.sqrt(1536), 1 / Math.sqrt(1536));
        }
    }

    @Test
    void savesAndLoadsTheSame() {
        try (Lora adapter = peft()) {
            assertThat(Lora.saved(folder)).isFalse();
            adapter.save(folder, "base");
            assertThat(Lora.saved(folder)).isTrue();
            try (Lora loaded = Lora.load(folder)) {
                assertThat(loaded.rank()).isEqualTo(4);
                assertThat(loaded.alpha()).isEqualTo(16);
                assertThat(loaded.weights().keySet())
                        .containsExactlyElementsOf(adapter.weights().keySet());
                loaded.weights()
                        .forEach((name, t) -> assertThat(t.floats())
                                .as(name)
                                .containsExactly(adapter.weights().get(name).floats()));
            }
        }
    }

    @Test
    void savesAsPeftSaves() throws IOException {
        try (Lora adapter = Lora.fresh(Fp32.MODEL, 4, 16, 1)) {
            adapter.save(folder, "base");
        }
        Map<String, String> ours = header(folder.resolve(WEIGHTS));
        Map<String, String> theirs = header(Fp32.golden("peft-adapter").resolve(WEIGHTS));
        assertThat(ours).containsExactlyInAnyOrderEntriesOf(theirs).hasSize(421);

        JsonNode config = Smol.parse(Files.readAllBytes(folder.resolve(CONFIG)));
        JsonNode golden =
                Smol.parse(Files.readAllBytes(Fp32.golden("peft-adapter").resolve(CONFIG)));
        assertThat(config.size()).isGreaterThan(9);
        config.properties().forEach(e -> {
            JsonNode wanted = golden.get(e.getKey());
            switch (e.getKey()) {
                case "base_model_name_or_path" ->
                    assertThat(e.getValue().asText()).isEqualTo("base");
                case "target_modules" -> assertThat(e.getValue()).containsExactlyInAnyOrderElementsOf(wanted);
                case "lora_alpha" -> assertThat(e.getValue().asDouble()).isEqualTo(wanted.asDouble());
                default -> assertThat(e.getValue()).as(e.getKey()).isEqualTo(wanted);
            }
        });
        try (var files = Files.list(folder)) {
            assertThat(files.map(f -> f.getFileName().toString())).containsExactlyInAnyOrder(CONFIG, WEIGHTS);
        }
    }

    /** PEFT builds its layers from this list; without it, it would adapt the lower blocks too. */
    @Test
    void anAdapterOfTheUpperBlocksSaysSo() throws IOException {
        try (Lora upper = Lora.fresh(Fp32.MODEL, 27, 2, 4, 1)) {
            assertThat(upper.parameters()).hasSize(3 * 7 * 2);
            upper.save(folder, "base");
            Path again = Files.createDirectory(folder.resolve("again"));
            try (Lora loaded = Lora.load(folder)) {
                loaded.save(again, "base");
            }
            for (Path saved : List.of(folder, again)) {
                JsonNode config = Smol.parse(Files.readAllBytes(saved.resolve(CONFIG)));
                assertThat(Smol.ints(config.get("layers_to_transform"))).containsExactly(27, 28, 29);
            }
        }
    }

    /** Type and shape by name, and the metadata. */
    private static Map<String, String> header(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int length = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        var out = new TreeMap<String, String>();
        Smol.parse(Arrays.copyOfRange(bytes, 8, 8 + length)).properties().forEach(e -> {
            if (e.getValue() instanceof ObjectNode entry) entry.remove("data_offsets");
            out.put(
                    e.getKey(),
                    new TreeMap<>(Map.ofEntries(e.getValue().properties().toArray(Map.Entry[]::new))).toString());
        });
        return out;
    }

    @Test
    void severalAdaptersAddUpHoweverTheyAreApplied() {
        try (Lora a = peft();
                Lora b = Fp32.adapter(2, 6, 9);
                LanguageModel merged = Fp32.MODEL.merge(List.of(a, b));
                LanguageModel mergedA = Fp32.MODEL.merge(List.of(a));
                LanguageModel attachedA = Fp32.MODEL.attach(List.of(a))) {
            float[] both = Fp32.last(Fp32.MODEL.attach(List.of(a, b)), IDS);
            assertThat(Fp32.difference(Fp32.last(merged, IDS), both)).isLessThan(2e-3);
            assertThat(Fp32.difference(Fp32.last(mergedA, IDS), both)).isGreaterThan(0.5);
            assertThat(Fp32.difference(Fp32.last(mergedA.attach(List.of(b)), IDS), both))
                    .isLessThan(2e-3);
            assertThat(Fp32.difference(Fp32.last(attachedA.attach(List.of(b)), IDS), both))
                    .as("attached one after the other")
                    .isLessThan(2e-3);
            try (LanguageModel mixed = attachedA.merge(List.of(b))) {
                assertThat(Fp32.difference(Fp32.last(mixed, IDS), both))
                        .as("one attached, one merged")
                        .isLessThan(2e-3);
            }
        }
    }

    /** PEFT writes adapters in the type that they were trained in; here they are computed with in fp32. */
    @Test
    void readsBf16Adapters() throws IOException {
        Map<String, Tensor> halves = new LinkedHashMap<>();
        Path golden = Fp32.golden("peft-adapter");
        Safetensors.read(golden.resolve(WEIGHTS)).forEach((name, t) -> halves.put(name, t.to(DType.BF16)));
        Files.copy(golden.resolve(CONFIG), folder.resolve(CONFIG));
        Files.write(folder.resolve(WEIGHTS), Safetensors.encode(halves, new TreeMap<>()));
        try (Lora exact = peft();
                Lora rounded = Lora.load(folder)) {
            assertThat(rounded.parameters()).allMatch(t -> t.type() == DType.F32);
            assertThat(Fp32.difference(
                            Fp32.last(Fp32.MODEL.attach(List.of(rounded)), IDS),
                            Fp32.last(Fp32.MODEL.attach(List.of(exact)), IDS)))
                    .isBetween(1e-5, 0.1);
        }
    }

    private void refuses(String key, String value) throws IOException {
        Path golden = Fp32.golden("peft-adapter");
        ObjectNode config = (ObjectNode) Smol.parse(Files.readAllBytes(golden.resolve(CONFIG)));
        config.set(key, Smol.parse(value.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        Files.writeString(folder.resolve(CONFIG), config.toString());
        Files.write(folder.resolve(WEIGHTS), Files.readAllBytes(golden.resolve(WEIGHTS)));
        assertThatThrownBy(() -> Lora.load(folder))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining(folder.toString());
    }

    @Test
    void refusesAdaptersItWouldMisread() throws IOException {
        refuses("r", "0");
        refuses("use_dora", "true");
        refuses("rank_pattern", "{\"q_proj\": 8}"); // its weights have the rank 4
        refuses("alpha_pattern", "{\"q_proj\": \"high\"}");
        refuses("modules_to_save", "[\"lm_head\"]");
        refuses("bias", "\"all\"");
        refuses("init_lora_weights", "\"pissa\"");
        refuses("peft_type", "\"IA3\"");
    }

    @Test
    void refusesWeightsOutsideTheBlocks() throws IOException {
        Files.copy(Fp32.golden("peft-adapter").resolve(CONFIG), folder.resolve(CONFIG));
        Map<String, Tensor> weights = Map.of("base_model.model.lm_head.lora_A.weight", Tensor.zeros(DType.F32, 4, 576));
        Files.write(folder.resolve(WEIGHTS), Safetensors.encode(weights, new TreeMap<>()));
        assertThatThrownBy(() -> Lora.load(folder))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("lm_head");
    }
}
