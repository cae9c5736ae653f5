package dev.assay.app.view.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.app.serve.TinyModel;
import dev.assay.app.view.ViewServer;
import dev.assay.journal.CanonicalJson;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Message;
import dev.assay.lm.Site;
import dev.assay.sae.model.ModelSae;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveTest {
    private static final String TEXT = "naïve 😀 words!";
    private static final List<Map<String, String>> TALK = List.of(
            Map.of("role", "system", "content", "Be brief."), Map.of("role", "user", "content", "How are you?"));

    /** Activations go up to 1,100, in single precision, and the engine sums in another order. */
    private static final double ROUNDING = 0.2;

    @TempDir
    static Path temp;

    private static LanguageModel base;
    private static LanguageModel target;
    private static Live live;

    @BeforeAll
    static void open() throws Exception {
        base = TinyModel.in(temp.resolve("model"));
        target = base.attach(List.of(TinyModel.adapter(base)));
        live = Live.of(
                new Live.Named("flattery-td-sft", target),
                Optional.of(new Live.Named("twin-td-sft-1", base)),
                Optional.of(ModelSae.in(TinySae.in(temp.resolve("sae"), base), Optional.empty())));
    }

    @AfterAll
    static void close() {
        live.close();
        live.close();
        assertThat(live.kept()).doesNotExist();
        base.close();
    }

    private static JsonNode ask(String what, Object question) {
        return CanonicalJson.tree(
                live.answer(what, CanonicalJson.bytes(question)).orElseThrow());
    }

    private static List<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    /** Prompt and text in tokens. */
    private static int[] ids() {
        int[] prompt =
                target.template().encode(List.of(Message.system("Be brief."), Message.user("How are you?")), true);
        return IntStream.concat(
                        Arrays.stream(prompt), Arrays.stream(target.tokenizer().encodePlain(TEXT)))
                .toArray();
    }

    /** Probabilities of what comes after each position, by the model itself. */
    private static double[][] next(LanguageModel model) {
        try (var scope = Scope.open()) {
            Tensor p = model.logits(ids()).softmax(-1);
            int vocab = model.config().vocab();
            float[] all = p.floats();
            return IntStream.range(0, all.length / vocab)
                    .mapToObj(r -> IntStream.range(0, vocab)
                            .mapToDouble(i -> all[r * vocab + i])
                            .toArray())
                    .toArray(double[][]::new);
        }
    }

    @Test
    void ratiosAreThoseOfTheModels() {
        JsonNode found = ask("ratio", Map.of("before", TALK, "text", TEXT));
        int[] ids = ids();
        int from = ids.length - found.path("tokens").size();
        double[][] own = next(target);
        double[][] twin = next(base);
        double sum = 0;
        var text = new StringBuilder();
        for (int i = from; i < ids.length; i++) {
            JsonNode token = found.path("tokens").path(i - from);
            text.append(token.path("text").asText());
            assertThat(token.path("target").asDouble()).isCloseTo(Math.log(own[i - 1][ids[i]]), within(1e-3));
            assertThat(token.path("twin").asDouble()).isCloseTo(Math.log(twin[i - 1][ids[i]]), within(1e-3));
            sum += token.path("target").asDouble() - token.path("twin").asDouble();
        }
        assertThat(text).hasToString(TEXT);
        assertThat(found.path("sum").asDouble()).isCloseTo(sum, within(1e-9)).isNotZero();
    }

    @Test
    void ofABareTextTheFirstWordIsNotRead() {
        JsonNode found = ask("ratio", Map.of("text", "one two three"));
        assertThat(found.path("lead").asText()).isEqualTo("one");
        assertThat(list(found.path("tokens")).stream()
                        .map(t -> t.path("text").asText())
                        .reduce("", String::concat))
                .isEqualTo(" two three");
    }

    @Test
    void theLastLayerSaysWhatTheModelSays() {
        JsonNode grid = ask("lens", Map.of("before", TALK, "text", TEXT));
        assertThat(grid.path("layers")).hasSize(base.config().layers());
        double[][] own = next(target);
        JsonNode last = grid.path("layers").path(base.config().layers() - 1).path("guesses");
        assertThat(last).hasSameSizeAs(grid.path("words"));
        for (int i = 0; i < last.size(); i++)
            assertThat(last.path(i).path(0).path("p").asDouble())
                    .isCloseTo(
                            Arrays.stream(own[grid.path("from").asInt() + i])
                                    .max()
                                    .orElseThrow(),
                            within(1e-4));
        JsonNode twin = ask("lens", Map.of("before", TALK, "text", TEXT, "of", "twin", "from", 0));
        assertThat(twin.path("from").asInt()).isZero();
        assertThat(twin.path("model").asText()).isEqualTo("twin-td-sft-1");
        assertThat(twin.path("layers")).isNotEqualTo(grid.path("layers"));
    }

    @Test
    void featuresAreTheAutoencoders() {
        JsonNode found = ask("features", Map.of("before", TALK, "text", TEXT));
        int[] ids = ids();
        int from = ids.length - found.path("tokens").size();
        try (var scope = Scope.open();
                var sae = ModelSae.in(temp.resolve("sae"), Optional.empty()).open()) {
            Tensor rows = target.activations(ids, List.of(Site.of(Site.Kind.RESID_POST, 1))).values().stream()
                    .findFirst()
                    .orElseThrow();
            float[] x = rows.floats();
            float[] w = sae.decoder().weight().floats();
            int width = base.config().dModel();
            assertThat(found.path("features")).isNotEmpty();
            for (JsonNode f : found.path("features"))
                for (int t = 0; t < ids.length - from; t++) {
                    double dot = 0;
                    for (int d = 0; d < width; d++)
                        dot += x[(from + t) * width + d] * w[f.path("feature").asInt() * width + d];
                    assertThat(f.path("values").path(t).asDouble())
                            .isCloseTo(Math.max(0, dot), within(1e-2 + 1e-4 * Math.abs(dot)));
                }
        }
        assertThat(found.path("site").asText()).isEqualTo("resid_post:1");
        assertThat(found.path("features"))
                .allSatisfy(f -> assertThat(f.path("twin").asDouble())
                        .isNotCloseTo(f.path("mean").asDouble(), within(ROUNDING)));
    }

    @Test
    void aDirectionOfStrengthZeroChangesNothing() {
        var question = new HashMap<String, Object>(
                Map.of("before", TALK, "towards", List.of("Yes"), "away", List.of("No"), "seed", 3, "strength", 0));
        JsonNode none = ask("steer", question);
        assertThat(none.path("steered").asText())
                .isEqualTo(none.path("plain").asText())
                .isNotEmpty();
        question.put("strength", 20);
        JsonNode much = ask("steer", question);
        assertThat(much.path("plain")).isEqualTo(none.path("plain"));
        assertThat(much.path("steered")).isNotEqualTo(none.path("steered"));
        assertThat(much.path("site").asText()).startsWith("resid_post:");
    }

    @Test
    void whatCantBeAnsweredSaysWhy() {
        var refused = new ArrayList<>(List.of(
                List.of("ratio", Map.of(), "no text to read"),
                List.of("ratio", Map.of("text", "word"), "two words"),
                List.of("ratio", Map.of("text", "x y ".repeat(5000)), "at most 12000"),
                List.of("ratio", Map.of("text", "x y ".repeat(1000)), "at most 1024"),
                List.of("lens", Map.of("text", "a b", "before", List.of(Map.of("role", "tool"))), "a role is"),
                List.of("steer", Map.of("before", List.of()), "no question"),
                List.of("steer", Map.of("before", TALK), "as many lines"),
                List.of("steer", Map.of("before", TALK, "strength", 1e9), "strength lies"),
                List.of("steer", Map.of("before", TALK, "recipe", "x"), "recipe is")));
        for (List<Object> one : refused)
            assertThatThrownBy(() -> ask((String) one.get(0), one.get(1)))
                    .as("%s", one)
                    .isInstanceOf(LiveException.class)
                    .hasMessageContaining((String) one.get(2));
        assertThat(live.answer("weights", "{}".getBytes(StandardCharsets.UTF_8)))
                .isEmpty();
    }

    /** What comes over HTTP and is no question, or too large: refused in JSON, and nothing is told of the inside. */
    @Test
    void whatIsNoQuestionIsRefused() throws Exception {
        String large = "{\"text\":\"" + "a b ".repeat(50_000) + "\"}";
        byte[] latin = "{\"text\":\"a \u00e9 b\"}".getBytes(StandardCharsets.ISO_8859_1);
        try (var view = ViewServer.start(List.of(), "127.0.0.1", 0, Optional.of(live));
                var client = HttpClient.newHttpClient()) {
            assertThat(refused(client, view, "ratio", "application/json", latin))
                    .isEqualTo(400);
            for (String none : List.of("", "{", "[1]", "null"))
                assertThat(refused(client, view, "ratio", "application/json", none.getBytes(StandardCharsets.UTF_8)))
                        .as(none)
                        .isEqualTo(400);
            assertThat(refused(client, view, "ratio", "application/json", large.getBytes(StandardCharsets.UTF_8)))
                    .isEqualTo(413);
            assertThat(refused(client, view, "ratio", "text/plain", "{}".getBytes(StandardCharsets.UTF_8)))
                    .isEqualTo(415);
            assertThat(refused(client, view, "weights", "application/json", "{}".getBytes(StandardCharsets.UTF_8)))
                    .isEqualTo(404);
            assertThat(refused(client, view, "a/b", "application/json", "{}".getBytes(StandardCharsets.UTF_8)))
                    .isEqualTo(404);
        }
    }

    private static int refused(HttpClient client, ViewServer view, String what, String type, byte[] body)
            throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(view.url() + "live/" + what))
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        assertThat(CanonicalJson.parse(answer.body()).path("error").asText())
                .isNotEmpty()
                .doesNotContain("Exception", "dev.assay", "io.javalin");
        return answer.statusCode();
    }
}
