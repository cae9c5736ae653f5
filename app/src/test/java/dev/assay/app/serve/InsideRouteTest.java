package dev.assay.app.serve;

import static dev.assay.app.serve.Client.chat;
import static dev.assay.app.serve.Client.json;
import static dev.assay.app.serve.Client.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.LogitLens;
import dev.assay.lm.Sampling;
import dev.assay.lm.SequenceHook;
import dev.assay.lm.Site;
import dev.assay.tensor.Scope;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The insides over HTTP against the model's own, and the file that describes all routes. */
@Timeout(60)
class InsideRouteTest {
    private static final String CHAT = "/v1/chat/completions";

    private static ServedTiny tiny;

    @BeforeAll
    static void serve() {
        tiny = new ServedTiny();
    }

    @AfterAll
    static void stop() {
        tiny.close();
    }

    private static JsonNode ask(String path, Object body) {
        Client.Reply reply = tiny.client.post(path, body);
        assertThat(reply.status()).as(reply.body().toString()).isEqualTo(200);
        return reply.body();
    }

    @Test
    void activationsAreThoseOfTheModelWithItsAdapter() {
        Map<String, Object> body = Map.of(
                "model",
                "other",
                "prompt",
                "Hello",
                "sites",
                List.of("resid_post:*", "final_norm", "attn_z:1"),
                "positions",
                List.of(0, -1));
        JsonNode answer = ask("/assay/activations", body);
        assertThat(answer.path("positions").toString()).isEqualTo("[0,4]");
        assertThat(answer.at("/tokens/1/token").asText()).isEqualTo("e");
        assertThat(answer.path("sites")).hasSize(4);
        assertThat(answer.at("/sites/attn_z:1/shape").toString()).isEqualTo("[2,4,66]");
        int[] ids = tiny.model.tokenizer().encodeBare("Hello");
        var site = Site.of(Site.Kind.RESID_POST, 1);
        try (LanguageModel other = tiny.model.attach(List.of(tiny.adapter));
                var scope = Scope.open()) {
            float[] own = other.activations(ids, List.of(site)).get(site).floats();
            JsonNode last = answer.at("/sites/resid_post:1/values/1");
            for (int i = 0; i < 264; i++)
                assertThat(last.path(i).floatValue()).isCloseTo(own[4 * 264 + i], within(1e-4f));
        }
        JsonNode packed = ask("/assay/activations", with(json(body), "encoding_format", "base64"));
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder()
                        .decode(packed.at("/sites/resid_post:1/values/1").asText()))
                .order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.getFloat(0))
                .isEqualTo(answer.at("/sites/resid_post:1/values/1/0").floatValue());
    }

    @Test
    void theLensIsTheModelsOwn() {
        JsonNode answer = ask("/assay/lens", Map.of("model", "tiny", "prompt", "Hello", "position", 2, "top_k", 3));
        int[] ids = tiny.model.tokenizer().encodeBare("Hello");
        var site = Site.of(Site.Kind.RESID_POST, 0);
        List<LogitLens.Guess> own =
                LogitLens.read(tiny.model, ids, 2, List.of(site), 3).get(site);
        JsonNode guesses = answer.at("/sites/resid_post:0");
        for (int i = 0; i < 3; i++) {
            assertThat(guesses.at("/" + i + "/id").asInt()).isEqualTo(own.get(i).token());
            assertThat(guesses.at("/" + i + "/probability").asDouble())
                    .isCloseTo(own.get(i).probability(), within(1e-6));
        }
        assertThat(tiny.client
                        .post("/assay/lens", Map.of("model", "tiny", "prompt", "Hello", "sites", "mlp_out:0"))
                        .error()
                        .path("param")
                        .asText())
                .isEqualTo("sites");
    }

    @Test
    void aSteeredReplyIsTheEnginesUnderTheSameHook() {
        var random = new Random(3);
        var vector = new float[264];
        for (int i = 0; i < vector.length; i++) vector[i] = (float) random.nextGaussian();
        var site = Site.of(Site.Kind.RESID_POST, 0);
        SequenceHook own = new SequenceHook() {
            @Override
            public List<Site> sites() {
                return List.of(site);
            }

            @Override
            public void at(Site at, int position, float[] values, int from, int width) {
                for (int i = 0; i < width; i++) values[from + i] += (float) (0.3 * vector[i]);
            }
        };
        ObjectNode body = chat(
                "Hi",
                "temperature",
                1.3,
                "top_p",
                0.95,
                "max_tokens",
                30,
                "seed",
                2,
                "steering",
                List.of(Map.of("site", "resid_post:0", "vector", vector, "strength", 0.3)));
        String steered =
                ask("/assay/steer", body).at("/choices/0/message/content").asText();
        var request = tiny.request("Hi", new Sampling(1.3, 0.95, 30), 2);
        assertThat(steered).isEqualTo(tiny.engine(request.hooked(own)).text());
        assertThat(steered).isNotEqualTo(tiny.engine(request).text());
        assertThat(ask(CHAT, body).at("/choices/0/message/content").asText()).isEqualTo(steered);
        assertThat(tiny.client
                        .post("/assay/steer", chat("Hi"))
                        .error()
                        .path("param")
                        .asText())
                .isEqualTo("steering");
    }

    @Test
    void aDirectionIsTheDifferenceOfTwoSetsOfTexts() {
        JsonNode one = ask(
                "/assay/activations",
                Map.of("model", "tiny", "prompt", "yes", "sites", "resid_post:1", "positions", List.of(-1)));
        JsonNode two = ask(
                "/assay/activations",
                Map.of("model", "tiny", "prompt", "no", "sites", "resid_post:1", "positions", List.of(-1)));
        List<Double> vector = new ArrayList<>();
        for (int i = 0; i < 264; i++)
            vector.add(one.at("/sites/resid_post:1/values/0/" + i).asDouble()
                    - two.at("/sites/resid_post:1/values/0/" + i).asDouble());
        ObjectNode body = chat("Hi", "temperature", 0, "max_tokens", 20, "logprobs", true);
        JsonNode given =
                ask(CHAT, with(body, "steering", Map.of("site", "resid_post:1", "vector", vector, "strength", 2)));
        JsonNode told = ask(
                CHAT,
                with(
                        body,
                        "steering",
                        Map.of("site", "resid_post:1", "toward", "yes", "away", List.of("no"), "strength", 2)));
        assertThat(told.findValues("logprob")).hasSize(20);
        for (int i = 0; i < 20; i++) {
            String at = "/choices/0/logprobs/content/" + i + "/logprob";
            assertThat(told.at(at).asDouble()).isCloseTo(given.at(at).asDouble(), within(1e-4));
        }
        assertThat(told.at("/choices/0/logprobs"))
                .isNotEqualTo(ask(CHAT, with(body, "steering", null)).at("/choices/0/logprobs"));
    }

    @Test
    void theServedFileDescribesAllRoutesAndNoOthers() {
        JsonNode file = tiny.client.get("/openapi.json").body();
        assertThat(file.path("openapi").asText()).startsWith("3.1");
        assertThat(file.at("/components/schemas/ModelId/enum").toString()).isEqualTo("[\"tiny\",\"other\"]");
        var described = new TreeSet<String>();
        file.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    described.add(operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey());
                    assertThat(operation.getValue().path("summary").asText())
                            .as(path.getKey())
                            .isNotEmpty();
                    assertThat(operation.getValue().path("responses"))
                            .as(path.getKey())
                            .isNotEmpty();
                }));
        assertThat(described).isEqualTo(new TreeSet<>(tiny.server.routes()));
        for (String reference : file.findValuesAsText("$ref"))
            assertThat(file.at(reference.substring(1)).isMissingNode())
                    .as(reference)
                    .isFalse();
    }

    @Test
    void aListOfOnePromptIsThatPrompt() {
        JsonNode one = ask("/assay/lens", Map.of("model", "tiny", "prompt", "Hi"));
        assertThat(ask("/assay/lens", Map.of("model", "tiny", "prompt", List.of("Hi"))))
                .isEqualTo(one);
        List<Integer> ids = one.path("tokens").findValues("id").stream()
                .map(JsonNode::asInt)
                .toList();
        assertThat(ask("/assay/lens", Map.of("model", "tiny", "prompt", List.of(ids))))
                .isEqualTo(one);
        Client.Reply two = tiny.client.post("/assay/lens", Map.of("model", "tiny", "prompt", List.of("Hi", "Ho")));
        assertThat(two.status()).isEqualTo(400);
        assertThat(two.error().path("param").asText()).isEqualTo("prompt");
    }

    /** Clients that read the file show a token where one is needed, and none where it is not. */
    @Test
    void theServedFileSaysWhetherThisServerWantsAToken() {
        assertThat(tiny.client.get("/openapi.json").body().path("security")).isEmpty();
        try (var closed = new ServedTiny(ServedTiny.settings().withToken("secret"), "Authorization", "Bearer secret")) {
            JsonNode file = closed.client.get("/openapi.json").body();
            assertThat(file.path("security").toString()).isEqualTo("[{\"token\":[]}]");
            assertThat(file.at("/paths/~1health/get/security").toString()).isEqualTo("[{}]");
        }
    }

    /** A field that is null counts as absent, so the file must let every one be null that may be absent. */
    @Test
    void theServedFileSaysThatFieldsMayBeNull() {
        JsonNode file = tiny.client.get("/openapi.json").body();
        List<String> strict = new ArrayList<>();
        for (JsonNode body : file.findValues("requestBody"))
            strictFields(file, body.at("/content/application~1json/schema"), "", new HashSet<>(), strict);
        assertThat(strict).isEmpty();
    }

    private static void strictFields(JsonNode file, JsonNode at, String path, Set<String> seen, List<String> strict) {
        if (at.has("$ref")) {
            String reference = at.path("$ref").asText();
            if (seen.add(reference)) strictFields(file, file.at(reference.substring(1)), reference, seen, strict);
            return;
        }
        boolean object = at.path("type").toString().contains("object");
        for (var field : object ? at.path("properties").properties() : Set.<Map.Entry<String, JsonNode>>of()) {
            boolean needed =
                    at.path("required").valueStream().anyMatch(r -> r.asText().equals(field.getKey()));
            if (!needed && !mayBeNull(field.getValue())) strict.add(path + "/" + field.getKey());
        }
        for (JsonNode inner : at) if (inner.isContainerNode()) strictFields(file, inner, path, seen, strict);
    }

    private static boolean mayBeNull(JsonNode schema) {
        if (schema.has("enum")) return schema.path("enum").valueStream().anyMatch(JsonNode::isNull);
        return schema.path("type").toString().contains("\"null\"")
                || Stream.of("anyOf", "oneOf")
                        .flatMap(some -> schema.path(some).valueStream())
                        .anyMatch(InsideRouteTest::mayBeNull);
    }
}
