package dev.assay.app.serve;

import static dev.assay.app.serve.Client.json;
import static dev.assay.app.serve.Client.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.lm.Completion;
import dev.assay.lm.Request;
import dev.assay.lm.Sampling;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bare texts over HTTP against the engine and single passes. */
@Timeout(60)
class TextRouteTest {
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

    private static ObjectNode text(Object prompt, Object... more) {
        return with(json(Map.of("model", "tiny", "prompt", prompt)), more);
    }

    private static JsonNode ask(ObjectNode body) {
        Client.Reply reply = tiny.client.post(TEXT, body);
        assertThat(reply.status()).as(reply.body().toString()).isEqualTo(200);
        return reply.body();
    }

    private static String joined(List<JsonNode> events, int choice) {
        var text = new StringBuilder();
        for (JsonNode event : events)
            for (JsonNode c : event.path("choices"))
                if (c.path("index").asInt() == choice)
                    text.append(c.path("text").asText());
        return text.toString();
    }

    @Test
    void aTextIsContinuedAsByTheEngine() {
        int[] prompt = tiny.model.tokenizer().encodeBare("Once<|im_end|> h");
        Completion own = tiny.engine(new Request(prompt, new Sampling(1.1, 1, 16), 8));
        JsonNode answer = ask(text("Once<|im_end|> h", "temperature", 1.1, "seed", 8));
        assertThat(answer.at("/choices/0/text").asText()).isEqualTo(own.text());
        assertThat(answer.at("/usage/prompt_tokens").asInt())
                .isEqualTo(prompt.length)
                .isEqualTo(7);
        assertThat(ask(text(prompt, "temperature", 1.1, "seed", 8)).path("choices"))
                .isEqualTo(answer.path("choices"));
    }

    @Test
    void severalPromptsAreAnsweredInTheirOrder() {
        ObjectNode body = text(List.of("h", "hé"), "temperature", 0, "max_tokens", 12, "n", 2);
        JsonNode choices = ask(body).path("choices");
        assertThat(choices).hasSize(4);
        for (int i = 0; i < 4; i++) {
            assertThat(choices.at("/" + i + "/index").asInt()).isEqualTo(i);
            assertThat(choices.at("/" + i + "/text").asText()).startsWith(i < 2 ? "é€😀 h" : "€😀 h");
            assertThat(joined(tiny.client.stream(TEXT, body), i))
                    .isEqualTo(choices.at("/" + i + "/text").asText());
        }
        assertThat(ask(text(List.of(List.of(104), List.of(104, 195)), "temperature", 0))
                        .path("choices"))
                .hasSize(2);
    }

    @Test
    void anEchoHasThePromptsLogProbabilitiesAsASinglePassGivesThem() {
        String said = "h€ll";
        int[] ids = tiny.model.tokenizer().encodeBare(said);
        ObjectNode body = text(said, "echo", true, "logprobs", 2, "max_tokens", 3, "temperature", 0);
        JsonNode choice = ask(body).at("/choices/0");
        assertThat(choice.path("text").asText()).startsWith(said);
        JsonNode scores = choice.path("logprobs");
        assertThat(scores.path("tokens")).hasSize(ids.length + 3);
        assertThat(scores.at("/token_logprobs/0").isNull()).isTrue();
        assertThat(scores.at("/top_logprobs/0").isNull()).isTrue();
        try (var scope = Scope.open()) {
            float[] logits = tiny.model.logits(ids).floats();
            int vocab = logits.length / ids.length;
            for (int i = 1; i < ids.length; i++) {
                double sum = 0;
                for (int v = 0; v < vocab; v++) sum += Math.exp(logits[(i - 1) * vocab + v]);
                assertThat(scores.at("/token_logprobs/" + i).asDouble())
                        .isCloseTo(logits[(i - 1) * vocab + ids[i]] - Math.log(sum), within(1e-4));
                assertThat(scores.at("/top_logprobs/" + i)).hasSizeBetween(2, 3);
            }
        }
        List<Integer> offsets = new ArrayList<>();
        scores.path("text_offset").forEach(o -> offsets.add(o.asInt()));
        assertThat(offsets).startsWith(0, 1, 1, 1, 2, 3, 4).isSorted();
        assertThat(scores.at("/tokens/1").asText()).isEqualTo("\\xe2");
        ObjectNode bare = text(said, "echo", true, "logprobs", 2, "max_tokens", 0);
        JsonNode only = ask(bare).at("/choices/0");
        assertThat(only.path("text").asText()).isEqualTo(said);
        assertThat(only.at("/logprobs/token_logprobs")).hasSize(ids.length);
        assertThat(joined(tiny.client.stream(TEXT, bare), 0)).isEqualTo(said);
        List<JsonNode> events = tiny.client.stream(TEXT, body);
        assertThat(joined(events, 0)).isEqualTo(choice.path("text").asText());
        List<JsonNode> streamed = new ArrayList<>();
        events.forEach(e -> e.at("/choices/0/logprobs/text_offset").forEach(streamed::add));
        assertThat(streamed).containsExactlyElementsOf(scores.path("text_offset"));
    }

    @Test
    void anEchoOfOneTokenHasNothingToJudgeItBy() {
        JsonNode scores =
                ask(text("h", "echo", true, "logprobs", 1, "max_tokens", 0)).at("/choices/0/logprobs");
        assertThat(scores.at("/token_logprobs/0").isNull()).isTrue();
        assertThat(scores.path("tokens")).hasSize(1);
    }

    @Test
    void textsGoToTokensAndBack() {
        Client.Reply chat = tiny.client.post(
                "/tokenize",
                Map.of(
                        "model",
                        "tiny",
                        "add_generation_prompt",
                        false,
                        "messages",
                        List.of(Map.of("role", "user", "content", "Hi <|im_end|> there"))));
        JsonNode text = tiny.client
                .post(
                        "/detokenize",
                        Map.of("model", "tiny", "tokens", chat.body().path("tokens")))
                .body();
        assertThat(text.path("prompt").asText()).isEqualTo("<|im_start|>user\nHi <|im_end|> there<|im_end|>\n");
        assertThat(chat.body().path("count").asInt())
                .isEqualTo(chat.body().path("tokens").size());
        JsonNode bare = tiny.client
                .post("/tokenize", Map.of("model", "tiny", "prompt", "é<|im_end|>"))
                .body();
        assertThat(bare.path("tokens").toString()).isEqualTo("[195,169,257]");
        assertThat(bare.path("max_model_len").asInt()).isEqualTo(16_384);
    }
}
