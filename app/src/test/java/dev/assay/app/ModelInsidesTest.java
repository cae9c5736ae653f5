package dev.assay.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code assay model patch}, {@code attribute} and {@code lens}. */
class ModelInsidesTest {
    private static final Path FOLDER = Path.of("../lm/src/test/resources/golden/families/llama");
    private static final int FIRST = 9; // where the corrupted prompt differs first
    private static final int LAST = 22;

    @RegisterExtension
    final Captured console = new Captured();

    private final ByteArrayOutputStream out = console.out;
    private final ByteArrayOutputStream err = console.err;
    private final Scope scope = Scope.open();
    private final Map<String, Tensor> golden = Safetensors.read(FOLDER.resolve("insides.safetensors"));

    @AfterEach
    void end() {
        scope.close();
    }

    private String text(String... arguments) {
        out.reset();
        err.reset();
        assertThat(Assay.run(arguments))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    private JsonNode json(String... arguments) throws IOException {
        return new ObjectMapper().readTree(text(arguments));
    }

    private String ids(String name) {
        return Arrays.stream(golden.get(name).longs()).mapToObj(String::valueOf).collect(Collectors.joining(","));
    }

    private String answer(int i) {
        return String.valueOf(golden.get("answers").longs()[i]);
    }

    private double difference(float[] logits) {
        long[] answers = golden.get("answers").longs();
        return logits[(int) answers[0]] - logits[(int) answers[1]];
    }

    private String[] patch(String... more) {
        List<String> all = new ArrayList<>(List.of(
                "model",
                "patch",
                FOLDER.toString(),
                "--clean-ids",
                ids("clean"),
                "--corrupted-ids",
                ids("corrupted"),
                "--answer-id",
                answer(0),
                "--against-id",
                answer(1)));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    void patchesAreThoseOfTransformers() throws IOException {
        JsonNode all = json(patch("--positions", FIRST + "," + LAST, "--heads", "--json"));
        double clean = all.get("clean").get("metric").doubleValue();
        double corrupted = all.get("corrupted").get("metric").doubleValue();
        assertThat(clean).isCloseTo(golden.get("attribution.total").item(), within(1e-4));
        assertThat(all.get("sites")).hasSize(3 * 3);
        assertThat(all.get("heads")).hasSize(3);
        for (String group : List.of("sites", "heads"))
            all.get(group).properties().forEach(site -> {
                Tensor wanted = golden.get("patched." + site.getKey());
                assertThat(site.getValue().get("metric")).hasSize((int) wanted.size(0));
                for (int r = 0; r < wanted.size(0); r++) {
                    double metric = difference(wanted.narrow(0, r, 1).floats());
                    assertThat(site.getValue().get("metric").get(r).doubleValue())
                            .as("%s, %d", site.getKey(), r)
                            .isCloseTo(metric, within(2e-4));
                    assertThat(site.getValue().get("recovered").get(r).doubleValue())
                            .isCloseTo((metric - corrupted) / (clean - corrupted), within(1e-3));
                }
            });
        JsonNode reverse = json(patch("--reverse", "--at", "resid_post:2", "--json"));
        assertThat(reverse.get("from").asText()).isEqualTo("corrupted");
        assertThat(reverse.get("clean").get("metric").doubleValue()).isEqualTo(clean);
        JsonNode last = reverse.get("sites").get("resid_post:2");
        assertThat(last.get("metric")).hasSize(LAST - FIRST + 1);
        assertThat(last.get("metric").get(LAST - FIRST).doubleValue()).isCloseTo(corrupted, within(1e-4));
        assertThat(last.get("recovered").get(LAST - FIRST).doubleValue()).isCloseTo(1, within(1e-4));
    }

    @Test
    void theTableIsAligned() {
        List<String> lines =
                text(patch("--at", "resid_post:*", "--heads")).lines().toList();
        int head = lines.indexOf(lines.stream()
                .filter(l -> l.startsWith("resid_post"))
                .findFirst()
                .orElseThrow());
        List<String> table = lines.subList(head, head + 6);
        assertThat(table.stream().map(String::length).distinct()).hasSize(1);
        assertThat(table.getFirst()).startsWith("resid_post ").endsWith(" " + LAST);
        assertThat(table.getLast()).startsWith("block 2 ").endsWith(" 1.00").contains(" · ");
        assertThat(lines).anyMatch(l -> l.startsWith("attn_z") && l.endsWith("head 3"));
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("patched ");
    }

    @Test
    void attributionIsThatOfTransformers() throws IOException {
        JsonNode all = json(
                "model",
                "attribute",
                FOLDER.toString(),
                "--ids",
                ids("clean"),
                "--against-id",
                answer(1),
                "--heads",
                "--json");
        assertThat(all.get("answer").get("id").asText()).as("the likeliest").isEqualTo(answer(0));
        float[] parts = golden.get("attribution.parts").floats();
        assertThat(all.get("parts").get("embedding").doubleValue()).isCloseTo(parts[0], within(1e-4));
        assertThat(all.get("parts").get("mlp_out:2").doubleValue()).isCloseTo(parts[6], within(1e-4));
        assertThat(all.get("heads").get("attn_out:0").get("bias").doubleValue())
                .isCloseTo(golden.get("attribution.biases").floats()[0], within(1e-4));
        assertThat(all.get("sum").doubleValue()).isCloseTo(all.get("total").doubleValue(), within(1e-5));
        String table = text("model", "attribute", FOLDER.toString(), "--ids", "5,6,7", "--position", "1", "--heads");
        assertThat(table).contains("after position 1", "attn_out  mlp_out  sum so far", "embedding", "head 3", "bias");
        assertThat(table).doesNotContain("-0.000");
    }

    @Test
    void theLensIsThatOfTransformers() throws IOException {
        JsonNode all = json("model", "lens", FOLDER.toString(), "--ids", ids("clean"), "--top", "2", "--json")
                .get("sites");
        assertThat(all).hasSize(3);
        float[] wanted = golden.get("lens.resid_post:0").softmax(-1).floats();
        JsonNode first = all.get("resid_post:0");
        assertThat(first).hasSize(2);
        assertThat(first.get(0).get("probability").doubleValue())
                .isCloseTo(wanted[first.get(0).get("id").asInt()], within(1e-5));
        assertThat(all.get("resid_post:2").get(0).get("id").asText()).isEqualTo(answer(0));
        assertThat(text("model", "lens", FOLDER.toString(), "--ids", "5,6", "--at", "embedding"))
                .contains("after position 1, token 6", "embedding  ");
    }

    /** Tokens are given and shown as text. */
    @Test
    void theEmbeddedModelKnowsItsCapitals() {
        String[] words = {
            "model", "patch", "smollm2", "--clean", "The capital of France is", "--corrupted", "The capital of Italy is"
        };
        String[] some = Arrays.copyOf(words, words.length + 2);
        some[words.length] = "--at";
        some[words.length + 1] = "resid_pre:20,resid_pre:26";
        String table = text(some);
        assertThat(table).contains("logit(\" Paris\") - logit(\" Rome\")");
        List<String> cells = table.lines()
                .filter(l -> l.startsWith("block"))
                .map(l -> l.replaceAll("\\s+", " "))
                .toList();
        assertThat(cells).as("the last token learns of the country in between").hasSize(2);
        assertThat(cells.get(0)).matches("block 20 (0\\.9|1\\.0)\\d (·|-?0\\.0\\d)");
        assertThat(cells.get(1)).matches("block 26 (·|-?0\\.0\\d) (0\\.9|1\\.0)\\d");
        assertThat(table.lines()).anyMatch(l -> l.matches("corrupted +Italy +is"));
        refused(
                "\" Paris, Texas\" is 3 tokens",
                "model",
                "attribute",
                "smollm2",
                "--text",
                "x",
                "--answer",
                " Paris, Texas");
    }

    @Test
    void whatTheUserCanMendIsOneLine() {
        String model = FOLDER.toString();
        refused("3 tokens and the other 2", "model", "patch", model, "--clean-ids", "1,2,3", "--corrupted-ids", "1,2");
        refused("--corrupted TEXT", "model", "patch", model, "--clean-ids", "1,2,3");
        refused("same prompt", "model", "patch", model, "--clean-ids", "1,2", "--corrupted-ids", "1,2");
        refused("resid_mid:LAYER", patch("--at", "resid_post:99"));
        refused("attn_pattern:0 cannot be patched", patch("--at", "attn_pattern:0"));
        refused("0 to 22", patch("--positions", "23"));
        refused("token 9999", "model", "attribute", model, "--ids", "1", "--answer-id", "9999");
        refused("two different", "model", "attribute", model, "--ids", "1", "--answer-id", "9", "--against-id", "9");
        refused("tokenizer.json", "model", "attribute", model, "--ids", "1", "--answer", "x");
        refused("0 to 1", "model", "attribute", model, "--ids", "1,2", "--position", "2");
        refused("residual stream", "model", "lens", model, "--ids", "1", "--at", "mlp_out:0");
        refused("--top", "model", "lens", model, "--ids", "1", "--top", "0");
    }

    private void refused(String named, String... arguments) {
        err.reset();
        assertThat(Assay.run(arguments)).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .contains(named);
    }
}
