package dev.assay.app.serve;

import static dev.assay.app.serve.Client.chat;
import static dev.assay.app.serve.Client.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are none, or can't be answered, in OpenAI's form; whatever comes in, the server does not break. */
@Timeout(60)
class RefusalTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String TEXT = "/v1/completions";

    private static ServedTiny tiny;

    @BeforeAll
    static void serve() {
        tiny = new ServedTiny();
    }

    @AfterAll
    static void stop() {
        tiny.close();
    }

    @Test
    void bodiesThatAreNoneAreRefused() {
        List<byte[]> bodies = new ArrayList<>();
        for (String text : List.of(
                "", "{", "[]", "null", "\"x\"", "{\"model\": }", "{}{}", "{\"a\":NaN}", "[".repeat(100_000), "{'a':1}"))
            bodies.add(text.getBytes(StandardCharsets.UTF_8));
        bodies.add(new byte[] {'{', '"', (byte) 0xc3, '(', '"', ':', '1', '}'}); // no UTF-8
        bodies.add("{\"model\":\"tiny\"}".getBytes(StandardCharsets.UTF_16LE));
        bodies.add(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80});
        for (byte[] body : bodies) {
            Client.Reply reply = tiny.client.post(CHAT, body);
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.error().path("code").asText()).isEqualTo("malformed_request");
        }
        HttpRequest.Builder form = tiny.client
                .request(CHAT)
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString(chat("Hi").toString()));
        assertThat(tiny.client.send(form).status()).isEqualTo(415);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "max_tokens|0",
                "max_tokens|-1",
                "max_tokens|2.5",
                "max_tokens|2147483647",
                "max_completion_tokens|'\"5\"'",
                "temperature|-0.1",
                "temperature|2.1",
                "temperature|1e999",
                "top_p|1.01",
                "n|0",
                "n|129",
                "seed|1.5",
                "seed|9223372036854775808",
                "stop|[\"\"]",
                "stop|3",
                "top_logprobs|21",
                "stream|\"yes\"",
                "stream_options|1",
                "messages|[]",
                "messages|\"Hi\"",
                "messages|[{\"content\":\"x\"}]",
                "messages|[{\"role\":\"nobody\",\"content\":\"x\"}]",
                "messages|[{\"role\":\"user\"}]",
                "messages|[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]",
                "messages|[{\"role\":\"tool\",\"content\":\"x\",\"tool_call_id\":\"y\"}]",
                "messages|[{\"role\":\"user\",\"content\":\"x\",\"tool_call_id\":5}]",
                "messages|[{\"role\":\"user\",\"content\":\"x\",\"tool_calls\":5}]",
                "messages|[{\"role\":\"user\",\"tool_calls\":[{\"id\":\"a\",\"function\":{\"name\":\"f\"}}]}]",
                "messages|[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"a\",\"type\":\"custom\",\"function\":{\"name\":\"f\"}}]}]",
                "frequency_penalty|0.5",
                "logit_bias|{\"5\":1}",
                "response_format|{\"type\":\"json_object\"}",
                "tools|[{\"type\":\"function\"}]",
                "tool_choice|\"required\"",
                "functions|[]",
                "steering|{\"site\":\"resid_post:9\",\"vector\":[]}",
                "steering|{\"site\":\"resid_post:1\",\"vector\":[1]}",
                "top_k|5",
            })
    void whatCannotBeIsRefusedByItsName(String field, String value) {
        ObjectNode body = chat("Hi");
        body.set(field, value(value));
        Client.Reply reply = tiny.client.post(CHAT, body);
        assertThat(reply.status()).as(reply.body().toString()).isEqualTo(400);
        assertThat(reply.error().path("param").asText())
                .startsWith(field.equals("top_logprobs") ? "top_logprobs" : field);
        assertThat(reply.error().path("message").asText()).contains(field.replace("functions", "tools"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "prompt|null|missing_required_parameter",
                "prompt|\"\"|invalid_value",
                "prompt|[]|invalid_value",
                "prompt|[[]]|invalid_value",
                "prompt|[1,260]|invalid_value",
                "prompt|[-1]|invalid_value",
                "prompt|[\"a\",{}]|invalid_value",
                "prompt|{}|invalid_value",
                "suffix|\"x\"|unsupported_value",
                "best_of|3|unsupported_value",
                "max_tokens|0|invalid_value",
                "logprobs|21|invalid_value",
                "logprobs|true|invalid_value",
            })
    void aBareTextThatCannotBeIsRefusedByItsName(String field, String value, String code) {
        ObjectNode body = json(Map.of("model", "tiny", "prompt", "Hi", "max_tokens", 3));
        body.set(field, value(value));
        Client.Reply reply = tiny.client.post(TEXT, body);
        assertThat(reply.status()).as(reply.body().toString()).isEqualTo(400);
        assertThat(reply.error().path("param").asText()).isEqualTo(field);
        assertThat(reply.error().path("code").asText()).isEqualTo(code);
    }

    private static JsonNode value(String json) {
        return Client.tree(("[" + json + "]").getBytes(StandardCharsets.UTF_8)).get(0);
    }

    /** A field that is passed over where it says nothing is still refused when it is of a wrong kind. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/tokenize|chat_template_kwargs|[]",
                "/tokenize|tool_choice|\"any\"",
                "/assay/lens|tools|5",
                "/assay/lens|continue_final_message|1",
                "/assay/activations|add_generation_prompt|\"\"",
            })
    void besideAPromptToo(String path, String field, String value) {
        ObjectNode body = json(Map.of("model", "tiny", "prompt", "Hi"));
        assertThat(tiny.client.post(path, body).status()).isEqualTo(200);
        body.set(field, value(value));
        Client.Reply reply = tiny.client.post(path, body);
        assertThat(reply.status()).as(reply.body().toString()).isEqualTo(400);
        assertThat(reply.error().path("param").asText()).isEqualTo(field);
    }

    @Test
    void whatIsNotThereIsSaidSo() {
        assertThat(tiny.client.post(CHAT, chat("Hi").put("model", "gpt-4")).status())
                .isEqualTo(404);
        assertThat(tiny.client.get("/v1/models/gpt-4").error().path("code").asText())
                .isEqualTo("model_not_found");
        assertThat(tiny.client.get("/v2").status()).isEqualTo(404);
        Client.Reply embeddings = tiny.client.post("/v1/embeddings", Map.of("model", "tiny", "input", "Hi"));
        assertThat(embeddings.status()).isEqualTo(400);
        assertThat(embeddings.error().path("code").asText()).isEqualTo("unsupported_endpoint");
        assertThat(tiny.client.get("/v1/models").body().path("data").findValuesAsText("id"))
                .containsExactly("tiny", "other");
    }

    /** As HTTP has it, 405 comes with the methods that there are. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET|/v1/chat/completions|POST",
                "OPTIONS|/v1/chat/completions|POST",
                "DELETE|/v1/models/tiny|GET, HEAD",
                "POST|/health|GET, HEAD",
                "PATCH|/assay/lens|POST",
            })
    void aMethodThatARouteDoesNotTakeIsToldWhichItTakes(String method, String path, String taken) {
        Client.Reply reply =
                tiny.client.send(tiny.client.request(path).method(method, HttpRequest.BodyPublishers.noBody()));
        assertThat(reply.status()).isEqualTo(405);
        assertThat(reply.header("Allow")).contains(taken);
        assertThat(reply.error().path("code").asText()).isEqualTo("method_not_allowed");
    }

    /** What was written, or asked, may be a page: it goes out as text of JSON that no browser takes for one. */
    @Test
    void whatLooksLikeAPageStaysText() {
        String page = "<script>alert(1)</script><img src=x onerror=alert(2)>";
        ObjectNode body = json(Map.of("model", "tiny", "prompt", page, "max_tokens", 0, "echo", true));
        Client.Reply text = tiny.client.post(TEXT, body);
        assertThat(text.text()).isEqualTo(page);
        Client.Reply refused = tiny.client.post(TEXT, body.put("model", page));
        assertThat(refused.error().path("message").asText()).contains(page);
        for (Client.Reply reply : List.of(text, refused)) {
            assertThat(reply.header("Content-Type")).contains("application/json");
            assertThat(reply.header("X-Content-Type-Options")).contains("nosniff");
        }
    }

    @Test
    void aPromptThatDoesNotFitIsRefused() {
        Client.Reply reply = tiny.client.post(CHAT, chat("x".repeat(17_000)));
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error().path("code").asText()).isEqualTo("context_length_exceeded");
        assertThat(tiny.client
                        .post(TEXT, json(Map.of("model", "tiny", "prompt", "x", "max_tokens", 16_384)))
                        .error()
                        .path("code")
                        .asText())
                .isEqualTo("context_length_exceeded");
    }

    /** A temperature that would divide logits out of the range of numbers, and steering that would add to it. */
    @Test
    void extremesHarmNobody() {
        assertThat(tiny.client
                        .post(CHAT, chat("Hi", "temperature", 1e-300, "max_tokens", 11))
                        .text())
                .isEqualTo(TinyModel.CYCLE);
        assertThat(tiny.client
                        .post(CHAT, chat("Hi", "top_p", 0, "max_tokens", 11))
                        .text())
                .isEqualTo(TinyModel.CYCLE);
        var huge = new float[264];
        Arrays.fill(huge, 3e38f);
        Client.Reply steered = tiny.client.post(
                CHAT,
                chat(
                        "Hi",
                        "max_tokens",
                        5,
                        "steering",
                        Map.of("site", "resid_post:0", "vector", huge, "strength", 10)));
        assertThat(steered.status()).isEqualTo(400);
        assertThat(steered.error().path("param").asText()).isEqualTo("steering");
        assertThat(tiny.client
                        .post(CHAT, chat("Hi", "temperature", 0, "max_tokens", 11))
                        .text())
                .isEqualTo(TinyModel.CYCLE);
    }

    /** Bodies with fields of random kinds and values: each is answered or refused, and none breaks anything. */
    @ParameterizedTest
    @ValueSource(
            strings = {CHAT, TEXT, "/tokenize", "/detokenize", "/assay/activations", "/assay/lens", "/assay/steer"})
    void nothingBreaksTheServer(String path) {
        var random = new Random(path.hashCode());
        List<ObjectNode> sane = List.of(
                chat("Hi", "max_tokens", 2),
                json(Map.of("model", "tiny", "prompt", "Hi", "max_tokens", 2)),
                json(Map.of("model", "tiny", "tokens", List.of(1, 2))));
        for (int i = 0; i < 80; i++) {
            ObjectNode body = sane.get(random.nextInt(sane.size())).deepCopy();
            for (int changes = random.nextInt(4); changes >= 0; changes--)
                body.set(FIELDS.get(random.nextInt(FIELDS.size())), value(random, 0));
            HttpRequest request = tiny.client.posting(path, body).build();
            int status = tiny.client.exchange(request).statusCode();
            assertThat(status).as(path + " " + body).isIn(200, 400, 404);
        }
        assertThat(tiny.server.texts()).isZero();
    }

    private static final List<String> FIELDS = List.of(
            "messages",
            "prompt",
            "tokens",
            "sites",
            "positions",
            "position",
            "steering",
            "stop",
            "n",
            "seed",
            "stream",
            "stream_options",
            "temperature",
            "top_p",
            "logprobs",
            "top_logprobs",
            "echo",
            "tools",
            "tool_choice",
            "continue_final_message",
            "add_generation_prompt",
            "chat_template_kwargs",
            "encoding_format",
            "top_k",
            "max_completion_tokens",
            "add_special_tokens",
            "suffix",
            "response_format",
            "modalities",
            "logit_bias");

    private static JsonNode value(Random random, int depth) {
        var nodes = JsonNodeFactory.instance;
        switch (random.nextInt(depth > 2 ? 6 : 9)) {
            case 0:
                return nodes.nullNode();
            case 1:
                return nodes.booleanNode(random.nextBoolean());
            case 2:
                return nodes.numberNode(random.nextInt(9) - 3);
            case 3:
                return nodes.numberNode(random.nextDouble() * Math.pow(10, random.nextInt(40) - 20));
            case 4:
                return nodes.textNode(
                        List.of("", "Hi", "user", "assistant", "resid_post:*", "logits", "auto", "\ud800", "\0")
                                .get(random.nextInt(9)));
            case 5:
                return nodes.numberNode(random.nextLong());
            case 6, 7:
                ArrayNode list = nodes.arrayNode();
                for (int i = random.nextInt(4); i > 0; i--) list.add(value(random, depth + 1));
                return list;
            default:
                ObjectNode object = nodes.objectNode();
                List<String> names = List.of(
                        "role",
                        "content",
                        "type",
                        "function",
                        "name",
                        "site",
                        "vector",
                        "toward",
                        "away",
                        "strength",
                        "tool_calls",
                        "text",
                        "include_usage");
                for (int i = random.nextInt(5); i > 0; i--)
                    object.set(names.get(random.nextInt(names.size())), value(random, depth + 1));
                return object;
        }
    }
}
