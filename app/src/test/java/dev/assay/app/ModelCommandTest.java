package dev.assay.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code assay model} on a folder that holds nothing but config.json and model.safetensors. */
class ModelCommandTest {
    private static final Path FAMILIES = Path.of("../lm/src/test/resources/golden/families");

    @RegisterExtension
    final Captured console = new Captured();

    private final ByteArrayOutputStream out = console.out;
    private final ByteArrayOutputStream err = console.err;

    @TempDir
    Path folder;

    @BeforeEach
    void begin() throws IOException {
        for (String name : new String[] {"config.json", "model.safetensors"})
            Files.copy(FAMILIES.resolve("llama").resolve(name), folder.resolve(name));
    }

    private JsonNode json(String... arguments) throws IOException {
        out.reset();
        assertThat(Assay.run(arguments))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        return new ObjectMapper().readTree(out.toByteArray());
    }

    @Test
    void logitsAndActivationsAreThoseOfTransformers() throws IOException {
        JsonNode golden = new ObjectMapper()
                .readTree(Files.readAllBytes(FAMILIES.resolve("llama").resolve("golden.json")));
        String ids = golden.get("ids").toString().replaceAll("[\\[\\] ]", "");
        JsonNode logits = json("model", "logits", folder.toString(), "--ids", ids, "--json");
        JsonNode at = json("model", "activations", folder.toString(), "--ids", ids, "--at", "resid_post:1", "--json")
                .get("resid_post:1");
        try (var scope = Scope.open()) {
            var tensors = Safetensors.read(FAMILIES.resolve("llama").resolve("golden.safetensors"));
            close(logits.get("logits"), tensors.get("logits").floats());
            assertThat(logits.get("last"))
                    .isEqualTo(logits.get("logits").get(golden.get("ids").size() - 1));
            close(at.get("values"), tensors.get("resid_post:1").floats());
            assertThat(at.get("shape").get(0).asInt())
                    .isEqualTo(golden.get("ids").size());

            Path adapter = FAMILIES.resolve("llama/adapters/a");
            JsonNode with =
                    json("model", "logits", folder.toString(), "--ids", ids, "--adapter", adapter.toString(), "--json");
            close(with.get("last"), tensors.get("adapter.a").floats());
        }
    }

    private static void close(JsonNode numbers, float[] wanted) {
        int i = 0;
        for (JsonNode row : numbers)
            for (JsonNode n :
                    row.isArray() ? row : new ObjectMapper().createArrayNode().add(row))
                assertThat(Math.abs(n.doubleValue() - wanted[i++])).isLessThan(1e-4);
        assertThat(i).isEqualTo(wanted.length);
    }

    @Test
    void cacheWritesEverySiteAskedFor() throws IOException {
        Path file = folder.resolve("cache.safetensors");
        assertThat(Assay.run(
                        "model",
                        "cache",
                        folder.toString(),
                        "--ids",
                        "5,6",
                        "--at",
                        "mlp_out:*",
                        "--at",
                        "logits",
                        "--out",
                        file.toString()))
                .isZero();
        try (var scope = Scope.open()) {
            assertThat(Safetensors.read(file).keySet())
                    .contains("ids", "mlp_out:0", "logits")
                    .hasSizeGreaterThan(3);
        }
    }

    @Test
    void whatTheUserCanMendIsOneLine() {
        String model = folder.toString();
        refused("--ids", "model", "logits", model, "--ids", "1,x");
        refused("token 9999", "model", "logits", model, "--ids", "1,9999");
        refused("either --ids", "model", "logits", model);
        refused("resid_mid:LAYER", "model", "activations", model, "--ids", "1", "--at", "resid_post:99");
        refused("tokenizer.json", "model", "tokens", model, "--text", "hi");
        refused("no model", "model", "info", folder.resolve("nothing").toString());
        refused("no device", "model", "logits", model, "--ids", "1", "--device", "cuda:x");
        refused("--arithmetic takes exact or bf16, not fast", "model", "logits", model, "--arithmetic", "fast");
        refused("cuda:999", "model", "logits", model, "--ids", "1", "--device", "cuda:999");
    }

    private void refused(String named, String... arguments) {
        err.reset();
        assertThat(Assay.run(arguments)).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .contains(named);
    }

    @Test
    void theProcessorIsADeviceAndBf16AnElementType() throws IOException {
        String model = folder.toString();
        JsonNode exact = json("model", "logits", model, "--ids", "3,4", "--device", "cpu", "--json");
        JsonNode rounded =
                json("model", "logits", model, "--ids", "3,4", "--dtype", "bf16", "--device", "cpu", "--json");
        double off = 0;
        for (int i = 0; i < exact.get("last").size(); i++)
            off = Math.max(
                    off,
                    Math.abs(exact.get("last").get(i).asDouble()
                            - rounded.get("last").get(i).asDouble()));
        assertThat(off).isBetween(1e-4, 0.5);
    }

    @Test
    void infoSaysWhatTheModelIs() throws IOException {
        assertThat(json("model", "info", folder.toString(), "--json")
                        .get("family")
                        .asText())
                .isEqualTo("llama");
    }
}
