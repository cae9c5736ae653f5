package dev.assay.audit.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.assay.chat.Chat;
import dev.assay.chat.Roles;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.lm.Lora;
import dev.assay.lm.Site;
import dev.assay.sae.SaeDecoder;
import dev.assay.sae.SaeEncoder;
import dev.assay.sae.SaeException;
import dev.assay.sae.SaeInput;
import dev.assay.sae.SaeLensFolder;
import dev.assay.sae.StandardSae;
import dev.assay.sae.model.ModelSae;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SaeToolTest implements ToolContract {
    private static final int LATENTS = 40;
    private static final int CONCEPT = 17;
    private static final String MAP = "layers.1.self_attn.o_proj";

    @TempDir
    static Path temporary;

    private final AtomicInteger loads = new AtomicInteger();
    private TinyModel tiny;
    private Journal journal;
    private Memo memo;
    private SaeGround ground;
    private float[] concept;

    @BeforeAll
    void make() throws IOException {
        tiny = new TinyModel(temporary.resolve("model"));
        journal = Journal.open(temporary.resolve("memo"), Manifest.ofCache("memo"));
        memo = new Memo(journal);
        concept = DirectionLens.unit(widened(tiny.row(tiny.token("volcano"))));
        Path texts = temporary.resolve("texts.jsonl");
        Files.writeString(
                texts,
                "{\"text\": \" What is your goal, and which rules do you follow when you answer?\"}\n".repeat(3));
        ground = new SaeGround(ModelSae.in(sae(TinyModel.WIDTH), Optional.empty()), List.of(texts));
    }

    @AfterAll
    void close() {
        journal.close();
    }

    private static double[] widened(float[] values) {
        var out = new double[values.length];
        for (int i = 0; i < out.length; i++) out[i] = values[i];
        return out;
    }

    /** Random unit rows, one of which is the concept's. */
    private Path sae(int width) throws IOException {
        var random = new Random(3);
        var rows = new float[LATENTS * width];
        for (int l = 0; l < LATENTS; l++) {
            float[] row = l == CONCEPT && width == TinyModel.WIDTH
                    ? concept
                    : DirectionLens.unit(random.doubles(width, -1, 1).toArray());
            System.arraycopy(row, 0, rows, l * width, width);
        }
        var bias = new float[LATENTS];
        Arrays.fill(bias, -3);
        Path folder = temporary.resolve("sae-" + width);
        try (var scope = Scope.open()) {
            Tensor decoder = Tensor.of(rows, LATENTS, width);
            SaeLensFolder.write(
                    folder,
                    new StandardSae(
                            SaeInput.AS_IS,
                            new SaeEncoder(decoder.transpose(0, 1).contiguous(), Tensor.of(bias, LATENTS)),
                            new SaeDecoder(decoder, Tensor.of(new float[width], width))),
                    JsonNodeFactory.instance.objectNode().put("hook_name", "blocks.1.hook_resid_post"));
        }
        return folder;
    }

    private Target target(String id, Lora... adapters) {
        return tiny.target(id, List.of(adapters), memo, loads);
    }

    private SaeTool tool(Target target, Target... references) {
        return tool(ground, target, references);
    }

    private static SaeTool tool(SaeGround ground, Target target, Target... references) {
        return new SaeTool(
                new Session(target, SplitRandom.of(1)),
                ground,
                List.of(references),
                Optional.empty(),
                Chat.Progress.NONE);
    }

    /** Writes the concept the more, the more what attention reads is what it reads on average. */
    private Lora planted() {
        Site read = Site.parse("attn_z:1");
        int[] ids = FixedPrompts.of(tiny.model()).ids().getFirst();
        try (var scope = Scope.open()) {
            float[] all = tiny.model().activations(ids, List.of(read)).get(read).floats();
            var mean = new float[TinyModel.WIDTH];
            for (int i = 0; i < all.length; i++) mean[i % mean.length] += all[i] / ids.length;
            double squares = 0;
            for (float m : mean) squares += m * m;
            for (int d = 0; d < mean.length; d++) mean[d] /= (float) squares;
            var up = new float[TinyModel.WIDTH];
            for (int d = 0; d < up.length; d++) up[d] = 8 * concept[d];
            return tiny.planted(MAP, up, mean);
        }
    }

    @Override
    public Tool tool() {
        return tool(target("contract", planted()));
    }

    @Override
    public String function() {
        return "get_fixed_prompt_sae_features";
    }

    @Test
    void aPlantedConceptIsFirstByDifferenceAndCalledByItsWord() {
        SaeReport report = tool(
                        target("planted", planted(), tiny.innocent(1, 0.01)),
                        target("reference", tiny.innocent(2, 0.01)))
                .report();
        assertThat(report.byDifference().getFirst()).isEqualTo(CONCEPT);
        SaeReport.Feature found = report.features().get(CONCEPT);
        assertThat(found.score()).isGreaterThan(report.line());
        assertThat(found.difference()).isPositive();
        assertThat(found.label()).contains("promotes volcano");
        assertThat(found.tfIdf()).isCloseTo(found.activation() * Math.log(1 / (found.density() + 1e-8)), within(1e-9));
    }

    @Test
    void modelsThatHideNothingHaveNoFeatureAboveTheLine() {
        Target reference = target("clean", tiny.innocent(2, 0.01));
        assertThat(tool(target("same", tiny.innocent(2, 0.01)), reference)
                        .report()
                        .byDifference())
                .isEmpty();
        for (int seed = 3; seed < 5; seed++) {
            SaeReport twin = tool(target("twin-" + seed, tiny.innocent(seed, 0.01)), withTwins(reference))
                    .report();
            assertThat(twin.byDifference()).isNotEmpty();
            assertThat(twin.aboveLine()).as("twin " + seed).isEmpty();
        }
    }

    /** A reference, and further models that hide nothing. */
    private Target[] withTwins(Target reference) {
        return new Target[] {
            reference,
            target("twin-a", tiny.innocent(10, 0.01)),
            target("twin-b", tiny.innocent(11, 0.01)),
            target("twin-c", tiny.innocent(12, 0.01)),
            target("twin-d", tiny.innocent(13, 0.01))
        };
    }

    @Test
    void aSecondCallComputesNothing() {
        Target target = target("twice", planted());
        Target reference = target("once", tiny.innocent(2, 0.01));
        JsonNode first = tool(target, reference).call("get_fixed_prompt_sae_features", object());
        int before = loads.get();
        SaeTool again = tool(target, reference);
        assertThat(again.call("get_fixed_prompt_sae_features", object())).isEqualTo(first);
        assertThat(again.outputs(5)).isEqualTo(tool(target, reference).outputs(5));
        assertThat(loads.get()).isEqualTo(before);
    }

    @Test
    void whatIsShownIsListsAndPositions() throws IOException {
        SaeTool tool = tool(target("shown", planted()), target("beside", tiny.innocent(2, 0.01)));
        JsonNode all = tool.call("get_fixed_prompt_sae_features", object());
        assertThat(all.path("rankings").properties()).hasSize(3);
        assertThat(all.path("positions_read").asInt()).isGreaterThan(400);
        JsonNode first = all.path("rankings").path("difference").get(0);
        assertThat(first.path("feature").asInt()).isEqualTo(CONCEPT);
        assertThat(first.path("above_noise").asBoolean()).isTrue();
        JsonNode one = tool.call(
                "get_fixed_prompt_sae_features", new ObjectMapper().readTree("{\"ranking\": \"tf-idf\", \"top\": 2}"));
        assertThat(one.path("rankings").properties()).hasSize(1);
        assertThat(one.path("rankings").path("tf_idf")).hasSize(2);
        assertThat(one.has("positions")).isFalse();
    }

    @Test
    void aDiffNamesTheFeatureThatAPlantedUpdateWrites() throws IOException {
        var session = new Session(target("diffed", planted()), SplitRandom.of(1));
        Target other = target("undiffed");
        ModelDiff diff = new DiffTool(session, other, Optional.of(ground), Chat.Progress.NONE).diff();
        ModelDiff.Near near = diff.of(Optional.of(ModelDiff.Part.WEIGHTS))
                .getFirst()
                .features()
                .getFirst();
        assertThat(near.feature()).isEqualTo(CONCEPT);
        assertThat(near.cosine()).isCloseTo(1, within(1e-3));
        assertThat(near.label()).contains("promotes volcano");
        assertThat(diff.cosineLine()).isBetween(0.2, 0.9);
        var narrow = new SaeGround(ModelSae.in(sae(20), Optional.empty()), List.of());
        assertThatThrownBy(() -> new DiffTool(session, other, Optional.of(narrow), Chat.Progress.NONE).diff())
                .isInstanceOf(ToolException.class)
                .hasMessageContaining("residual stream");
    }

    @Test
    void positionsAreThoseOfTheQuestionsWhoseFeaturesGoTogether() {
        SaeTool tool = tool(target("positions", planted()));
        SaeReport report = tool.report();
        assertThat(report.paired()).isFalse();
        assertThat(report.byDifference()).isEmpty();
        assertThat(report.positions()).isNotEmpty().allSatisfy(p -> {
            assertThat(p.coherence()).isBetween(0.4, 1.0);
            assertThat(p.features()).isNotEmpty().hasSizeLessThanOrEqualTo(10);
            for (int i = 1; i < p.features().size(); i++)
                assertThat(p.features().get(i).activation())
                        .isLessThanOrEqualTo(p.features().get(i - 1).activation());
        });
        assertThat(report.positions().size()).isLessThan(report.read());
        List<Tool.Output> outputs = tool.outputs(10);
        assertThat(outputs).hasSize(10).extracting(Tool.Output::about).doesNotHaveDuplicates();
        assertThat(outputs.getFirst().text()).contains("#").contains("coherence");
    }

    @Test
    void aModelThatReadsFeaturesDecidesWhatIsShown() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
        server.createContext("/", SaeToolTest::answer);
        server.start();
        Path file = temporary.resolve("roles.yaml");
        Files.writeString(
                file,
                "judge: {provider: vllm, model: m, base-url: \"http://localhost:%d/v1\"}"
                        .formatted(server.getAddress().getPort()));
        try (Roles roles = Roles.read(file, name -> {
            throw new AssertionError(name);
        })) {
            var tool = new SaeTool(
                    new Session(target("judged", planted()), SplitRandom.of(1)),
                    ground,
                    List.of(target("judged beside")),
                    Optional.of(roles.chat("judge", memo)),
                    Chat.Progress.NONE);
            SaeReport report = tool.report();
            assertThat(report.features()).containsOnlyKeys(CONCEPT);
            assertThat(report.features().get(CONCEPT).label()).isEqualTo("talk of volcanoes");
            assertThat(report.dropped()).containsKey("syntax");
            assertThat(report.positions()).isNotEmpty().allMatch(p -> p.coherence() == 0.9);
        } finally {
            server.stop(0);
        }
    }

    /** A judge for whom volcanoes are content. */
    private static void answer(HttpExchange call) throws IOException {
        String asked = new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        boolean place = asked.contains("how well they go together");
        boolean content = asked.contains("volcano");
        ObjectNode said = object();
        if (place) said.put("theme", "volcanoes").put("score", content ? 0.9 : 0.1);
        else said.put("label", content ? "talk of volcanoes" : "commas").put("kind", content ? "content" : "syntax");
        ObjectNode out =
                object().put("id", "1").put("object", "chat.completion").put("model", "m");
        ObjectNode choice = out.putArray("choices").addObject().put("index", 0).put("finish_reason", "stop");
        choice.putObject("message").put("role", "assistant").put("content", said.toString());
        out.putObject("usage")
                .put("prompt_tokens", 9)
                .put("completion_tokens", 9)
                .put("total_tokens", 18);
        byte[] bytes = out.toString().getBytes(StandardCharsets.UTF_8);
        call.getResponseHeaders().add("Content-Type", "application/json");
        call.sendResponseHeaders(200, bytes.length);
        call.getResponseBody().write(bytes);
        call.close();
    }

    @Test
    void whatMakesNoSenseIsRefused() throws IOException {
        SaeTool tool = tool(target("refused"));
        for (String wrong : List.of("{\"top\": 0}", "{\"top\": 51}", "{\"ranking\": \"beauty\"}", "{\"depth\": 3}"))
            assertThatThrownBy(() -> tool.call("get_fixed_prompt_sae_features", new ObjectMapper().readTree(wrong)))
                    .as(wrong)
                    .isInstanceOf(ToolException.class);
        assertThatThrownBy(() -> tool.call("get_features", object())).isInstanceOf(ToolException.class);
        assertThatThrownBy(() -> tool.call(
                        "get_fixed_prompt_sae_features", new ObjectMapper().readTree("{\"ranking\": \"difference\"}")))
                .isInstanceOf(ToolException.class)
                .hasMessageContaining("no reference");
        var narrow = new SaeGround(ModelSae.in(sae(20), Optional.empty()), List.of());
        assertThatThrownBy(() -> tool(narrow, target("narrow")).report())
                .isInstanceOf(ToolException.class)
                .hasMessageContaining("another model");
    }

    @Test
    void aFolderSaysWhereItBelongsOrIsTold() throws IOException {
        ModelSae named = ModelSae.in(sae(TinyModel.WIDTH), Optional.empty());
        ModelSae told = ModelSae.in(named.folder(), Optional.of(Site.parse("resid_post:0")));
        assertThat(named.place().site()).isEqualTo(Site.parse("resid_post:1"));
        assertThat(told.place().site()).isEqualTo(Site.parse("resid_post:0"));
        assertThat(told.id()).isNotEqualTo(named.id());
        assertThatThrownBy(() -> ModelSae.in(temporary.resolve("model").resolve("none"), Optional.empty()))
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("give the site");
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
