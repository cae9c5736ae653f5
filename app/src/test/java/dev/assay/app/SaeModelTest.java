package dev.assay.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Lora;
import dev.assay.smollm2.SmolLm2;
import dev.assay.tensor.DType;
import dev.assay.testkit.FakeServer;
import dev.assay.testkit.Line;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code assay sae} on the embedded model, in its first block, on a few hundred tokens. */
class SaeModelTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @RegisterExtension
    final Captured console = new Captured();

    private final ByteArrayOutputStream out = console.out;
    private final ByteArrayOutputStream err = console.err;

    @TempDir
    Path folder;

    private Path text;

    @BeforeEach
    void begin() throws IOException {
        var lines = new StringBuilder();
        for (int i = 0; i < 30; i++)
            lines.append("{\"text\": \"The court of harbour ")
                    .append(i)
                    .append(" heard the case of a sailor who had lost ")
                    .append(3 * i + 1)
                    .append(" ropes and a lamp.\"}\n");
        lines.append("{\"messages\": [{\"role\": \"user\", \"content\": \"Hello\"},"
                + " {\"role\": \"assistant\", \"content\": \"Good day.\"}]}\n");
        text = Files.writeString(folder.resolve("texts.jsonl"), lines);
    }

    private int run(String... arguments) {
        out.reset();
        err.reset();
        return Assay.run(arguments);
    }

    private JsonNode told() throws IOException {
        return JSON.readTree(out.toByteArray());
    }

    private String said() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private String[] training(Path run, String... more) {
        List<String> all = new ArrayList<>(
                List.of("sae", "train", "--model", "smollm2", "--at", "resid_post:0", "--text", text.toString()));
        all.addAll(List.of("--out", run.toString(), "--buffer", "256", "--context", "32", "--json"));
        for (String set :
                List.of("latents=48", "k=4", "training.dead-window=50", "training.samples=38400", "training.batch=128"))
            all.addAll(List.of("--set", set));
        all.addAll(Arrays.asList(more));
        return all.toArray(String[]::new);
    }

    @Test
    void anAutoencoderIsTrainedScoredAndShown() throws IOException {
        Path run = folder.resolve("run");
        assertThat(run(training(run))).as(said()).isZero();
        JsonNode first = told();
        assertThat(first.path("world").asText()).isEqualTo("smollm2-resid_post-0");
        assertThat(first.at("/ev/training").asDouble()).isBetween(0.2, 1.0);
        assertThat(first.at("/ce-recovered/inference").isNumber()).isTrue();
        JsonNode place =
                JSON.readTree(Files.readAllBytes(run.resolve("sae/cfg.json"))).at("/metadata/assay");
        assertThat(place.path("site").asText()).isEqualTo("resid_post:0");
        assertThat(place.path("norm_limit").asDouble()).isPositive();
        assertThat(run(training(run))).isZero(); // answers from the folder
        assertThat(told()).isEqualTo(first);
        assertThat(said()).doesNotContain("reading the model");

        Path bench = folder.resolve("bench");
        assertThat(run(
                        "sae",
                        "eval",
                        run.toString(),
                        "--model",
                        "smollm2",
                        "--text",
                        text.toString(),
                        "--context",
                        "32",
                        "--spliced",
                        "1",
                        "--out",
                        bench.toString()))
                .as(said())
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("ce recovered")
                .contains("Anecdote");
        JsonNode core =
                JSON.readTree(Files.readAllBytes(bench.resolve("core").resolve("run_custom_sae_eval_results.json")));
        assertThat(core.path("eval_type_id").asText()).isEqualTo("core");
        assertThat(core.path("eval_result_details")).hasSize(48);

        Path page = folder.resolve("page.html");
        assertThat(run(
                        "sae",
                        "dashboard",
                        run.resolve("sae").toString(),
                        "--model",
                        "smollm2",
                        "--text",
                        text.toString(),
                        "--context",
                        "32",
                        "--out",
                        page.toString(),
                        "--search",
                        "court",
                        "--json"))
                .as(said())
                .isZero();
        assertThat(told().path("found")).isNotEmpty();
        assertThat(Files.readString(page)).contains("Latents of run", " court", "makes likelier");
        aModelLabelsItsLatents(run, page);
        aTargetIsComparedWithItsTwin(run);
        itIsExportedInHalfOfTheRoom(run);
    }

    private void aModelLabelsItsLatents(Path run, Path page) throws IOException {
        try (var server = new FakeServer()) {
            server.player = body -> Optional.of(Line.say("{\"label\": \"lost at sea\", \"kind\": \"content\"}"));
            Path roles = Files.writeString(
                    folder.resolve("roles.yaml"),
                    "judge: {provider: openai-compatible, model: m, base-url: \"" + server.url() + "\"}");
            List<String> command = new ArrayList<>(List.of("sae", "dashboard", run.toString(), "--model", "smollm2"));
            command.addAll(List.of("--text", text.toString(), "--context", "32", "--out", page.toString()));
            command.addAll(List.of("--roles", roles.toString(), "--label", "3", "--search", "lost at sea", "--json"));
            assertThat(run(command.toArray(String[]::new))).as(said()).isZero();
            assertThat(told().path("found")).hasSize(3);
            assertThat(Files.readString(page)).contains("lost at sea");
            assertThat(server.bodies)
                    .hasSize(3)
                    .allSatisfy(b -> assertThat(b.toString()).contains("promotes", "«"));
            assertThat(run(command.toArray(String[]::new))).isZero(); // answers are remembered
            assertThat(server.bodies).hasSize(3);
        }
    }

    private void itIsExportedInHalfOfTheRoom(Path run) throws IOException {
        Path half = folder.resolve("half");
        assertThat(run("sae", "export", run.toString(), "--half", "--out", half.toString(), "--json"))
                .as(said())
                .isZero();
        assertThat(told().path("latents").asInt()).isEqualTo(48);
        Path weights = Path.of("sae_weights.safetensors");
        assertThat(Files.size(half.resolve(weights)))
                .isLessThan(Files.size(run.resolve("sae").resolve(weights)) * 6 / 10);
        assertThat(half.resolve("cfg.json")).hasSameTextualContentAs(run.resolve("sae/cfg.json"));
    }

    private void aTargetIsComparedWithItsTwin(Path alone) throws IOException {
        Path adapter = folder.resolve("adapter");
        LanguageModel model = LanguageModel.load(SmolLm2.file(Home.of().models()), DType.F32);
        try (Lora fresh = Lora.fresh(model, 2, 8, 1)) {
            fresh.weights()
                    .forEach((name, weight) -> weight.addInPlace(weight.mul(0).exp(), 0.02));
            fresh.save(adapter, model.name());
        }
        Path run = folder.resolve("pair");
        assertThat(run(training(run, "--beside", adapter.toString())))
                .as(said())
                .isZero();
        JsonNode cfg = JSON.readTree(Files.readAllBytes(run.resolve("sae/cfg.json")));
        assertThat(cfg.path("d_in").asInt()).isEqualTo(2 * model.config().dModel());
        assertThat(cfg.at("/metadata/crosscoder/second_adapter").asText()).isEqualTo(adapter.toString());

        assertThat(run(
                        "sae",
                        "diff",
                        alone.toString(),
                        "--model",
                        "smollm2",
                        "--text",
                        text.toString(),
                        "--context",
                        "32",
                        "--target",
                        adapter.toString(),
                        "--json"))
                .as(said())
                .isZero();
        JsonNode latents = told().path("latents");
        assertThat(latents).isNotEmpty();
        assertThat(latents.get(0).path("z").asDouble()).isPositive();
        assertThat(latents.get(0).path("twin").asDouble()).isZero();
    }

    @Test
    void whatIsMissingIsSaid() {
        assertThat(run("sae", "train", "--model", "smollm2")).isEqualTo(2);
        assertThat(said()).contains("--text FILES");
        assertThat(run("sae", "train", "--at", "resid_post:3")).isEqualTo(2);
        assertThat(said()).contains("give --model as well");
        assertThat(run("sae", "eval", folder.toString(), "--model", "smollm2", "--metrics", "probes"))
                .isEqualTo(2);
        assertThat(said()).contains("sae-probes==0.4.2");
    }
}
