package dev.assay.lm;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.tensor.DType;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder that is not what it should be is refused with one line that names what is wrong. */
class FolderDamageTest {
    private static final Path GOOD = Fp32.golden("families/llama");

    @TempDir
    Path folder;

    @BeforeEach
    void copy() throws IOException {
        for (String name : new String[] {"config.json", "model.safetensors"})
            Files.copy(GOOD.resolve(name), folder.resolve(name));
    }

    private void refused(String... parts) {
        assertThatThrownBy(() -> LanguageModel.load(folder, DType.F32))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContainingAll(parts)
                .hasMessageNotContaining("\n");
    }

    private void config(Consumer<ObjectNode> change, String... parts) throws IOException {
        ObjectNode json = (ObjectNode) Smol.parse(Files.readAllBytes(GOOD.resolve("config.json")));
        change.accept(json);
        Files.writeString(folder.resolve("config.json"), json.toString());
        refused(parts);
    }

    private void weights(Consumer<Map<String, Tensor>> change, String... parts) throws IOException {
        try (var scope = Scope.open()) {
            Map<String, Tensor> all = new LinkedHashMap<>(Safetensors.read(GOOD.resolve("model.safetensors")));
            change.accept(all);
            Files.write(folder.resolve("model.safetensors"), Safetensors.encode(all, new TreeMap<>()));
        }
        refused(parts);
    }

    @Test
    void fields() throws IOException {
        config(c -> c.put("model_type", "mamba"), "config.json", "model_type", "mamba", "qwen3", "gemma3");
        for (String field : new String[] {"model_type", "hidden_size", "num_hidden_layers", "vocab_size"})
            config(c -> c.remove(field), "config.json", field, "missing");
        config(c -> c.put("hidden_size", "wide"), "hidden_size", "wide");
        config(c -> c.put("hidden_act", "relu"), "hidden_act", "relu", "silu");
        config(c -> c.put("num_key_value_heads", 3), "heads");
        config(c -> c.withObject("/rope_parameters").put("rope_type", "yarn"), "rope_type", "yarn", "llama3");
        config(c -> c.withObject("/rope_parameters").remove("low_freq_factor"), "low_freq_factor", "missing");
    }

    @Test
    void tensors() throws IOException {
        weights(t -> t.remove("model.layers.1.mlp.up_proj.weight"), "model.layers.1.mlp.up_proj.weight", "missing");
        weights(t -> t.remove("lm_head.weight"), "lm_head.weight", "missing");
        weights(t -> t.put("model.layers.1.extra.weight", Tensor.zeros(DType.F32, 2)), "extra.weight", "no place");
        weights(
                t -> t.put("model.norm.weight", Tensor.zeros(DType.F32, 3)),
                "model.norm.weight",
                "[3]",
                "config.json calls for");
        weights(t -> t.put("model.norm.weight", t.get("model.norm.weight").to(DType.F64)), "F64", "F32, F16, BF16");
    }

    @Test
    void files() throws IOException {
        byte[] whole = Files.readAllBytes(folder.resolve("model.safetensors"));
        Files.write(folder.resolve("model.safetensors"), java.util.Arrays.copyOf(whole, whole.length / 2));
        refused("model.safetensors", "outside");
        Files.delete(folder.resolve("model.safetensors"));
        refused("model.safetensors.index.json");
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\"weight_map\":{\"x\":\"../elsewhere.safetensors\"}}");
        refused("index.json", "elsewhere");
        Files.writeString(folder.resolve("config.json"), "{");
        refused("config.json", "not JSON");
        Files.delete(folder.resolve("config.json"));
        refused("config.json", "missing");
    }
}
