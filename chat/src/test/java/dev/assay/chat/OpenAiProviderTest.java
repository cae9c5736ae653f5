package dev.assay.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.lm.Sampling;
import dev.assay.testkit.FakeServer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A vLLM server, which can do everything. */
class OpenAiProviderTest extends ServerContract {
    @Override
    String model() {
        return "my-organism";
    }

    @Override
    String yaml() {
        return role("vllm", model(), "key: MY_KEY, ");
    }

    private String role(String provider, String model, String more) {
        return "r: {provider: %s, model: %s, base-url: \"%s\", %stimeout: 60, concurrency: 50}"
                .formatted(provider, model, server.url(), more);
    }

    private JsonNode sent(String provider, String model, ChatRequest request) {
        server.bodies.clear();
        server.paths.clear();
        try (Roles other = fixture.roles(role(provider, model, ""))) {
            other.chat("r", memo).ask(request, RANDOM);
        }
        return List.copyOf(server.bodies).getLast();
    }

    @Test
    void itSpeaksOpenAisLanguage() {
        ChatRequest request =
                ChatRequest.reply(HELLO, new Sampling(0.5, 0.9, 8)).stoppingAt(List.of("###"));
        chat.ask(request, RANDOM);
        JsonNode body = server.bodies.peek();
        assertThat(server.paths).containsExactly("/v1/chat/completions");
        assertThat(server.keys.peek()).isEqualTo("Bearer " + Fixture.SECRET + "|null");
        assertThat(body.path("model").asText()).isEqualTo("my-organism");
        assertThat(body.path("max_tokens").asInt()).isEqualTo(8);
        assertThat(body.path("temperature").asDouble()).isEqualTo(0.5);
        assertThat(body.path("top_p").asDouble()).isEqualTo(0.9);
        assertThat(body.path("stop").toString()).isEqualTo("[\"###\"]");
        assertThat(body.path("seed").asLong()).isEqualTo(RANDOM.seed() & Integer.MAX_VALUE);
        assertThat(body.path("messages").findValuesAsText("role")).containsExactly("system", "user");
    }

    @Test
    void vllmContinuesAFinalMessageByParameter() {
        JsonNode body = sent("vllm", "m", new ChatRequest(new Prompt.Prefill(HELLO, "Dear"), SHORT));
        assertThat(body.path("continue_final_message").asBoolean(false)).isTrue();
        assertThat(body.path("add_generation_prompt").asBoolean(true)).isFalse();
        assertThat(body.path("messages").path(2).path("content").asText()).isEqualTo("Dear");
        JsonNode other = sent("llama-cpp", "m", new ChatRequest(new Prompt.Prefill(HELLO, "Dear"), SHORT));
        assertThat(other.has("continue_final_message")).isFalse();
        assertThat(other.path("messages").path(2).path("role").asText()).isEqualTo("assistant");
    }

    @Test
    void aUsersTurnStartsWhereTheServersTemplatePutsIt() {
        var request = new ChatRequest(new Prompt.UserTurn(List.of(Turn.user("Hi"), Turn.assistant("Hello."))), SHORT);
        String expected = "<|user|>Hi<|end|><|assistant|>Hello.<|end|><|user|>";
        JsonNode body = sent("vllm", "m", request);
        assertThat(server.paths).containsExactly("/tokenize", "/detokenize", "/v1/completions");
        assertThat(body.path("prompt").asText()).isEqualTo(expected);
        assertThat(body.path("add_special_tokens").asBoolean(true)).isFalse();
        assertThat(sent("llama-cpp", "m", request).path("prompt").asText()).isEqualTo(expected);
        assertThat(server.paths).containsExactly("/apply-template", "/v1/completions");
    }

    @Test
    void aBareTextIsContinuedAsItIs() {
        Answer answer = chat.ask(new ChatRequest(new Prompt.Text("Once upon"), SHORT).withLogProbabilities(), RANDOM);
        assertThat(server.bodies.peek().path("prompt").asText()).isEqualTo("Once upon");
        assertThat(server.bodies.peek().has("add_special_tokens")).isFalse();
        assertThat(answer.logProbabilities()).containsOnly(-0.5).hasSize((int)
                answer.usage().output());
    }

    @Test
    void reasoningModelsGetNoSampling() {
        JsonNode body = sent("openai", "gpt-5-mini", ChatRequest.reply(HELLO, SHORT));
        assertThat(body.path("max_completion_tokens").asInt()).isEqualTo(8);
        assertThat(body.has("max_tokens") || body.has("temperature") || body.has("top_p") || body.has("seed"))
                .isFalse();
    }

    @Test
    void aForeignServerDoesNotGetTheProvidersKey() {
        server.keys.clear();
        sent("openai", "gpt-4.1-mini", ChatRequest.reply(HELLO, SHORT));
        assertThat(server.keys).containsExactly("null|null");
    }

    @Test
    void whatIsTooShortToBeAKeyIsNotTakenOutOfAnswers() {
        try (Roles other = fixture.roles(role("vllm", "m", "key: SHORT_KEY, "))) {
            assertThat(other.chat("r", memo)
                            .ask(ChatRequest.reply(HELLO, SHORT), RANDOM)
                            .text())
                    .startsWith("echo");
        }
    }

    @Test
    void anAccountWithoutCreditIsNotAskedAgain() {
        server.misdeeds.add(FakeServer.status(429, "{\"error\": {\"code\": \"insufficient_quota\"}}"));
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> chat.ask(ChatRequest.reply(HELLO, SHORT), RANDOM))
                .isInstanceOf(ChatException.Rejected.class)
                .hasMessageContaining("credit");
        assertThat(server.bodies).hasSize(1);
    }

    @Test
    void textsAreEmbeddedOnceEach() {
        try (Roles other = fixture.roles(role("openai", "text-embedding-3-small", "max-cost: 1, "))) {
            Embedder embedder = other.embedder("r", memo);
            List<float[]> vectors = embedder.embed(List.of("a", "bb", "a"));
            assertThat(vectors).hasSize(3).allSatisfy(v -> assertThat(v).containsExactly(0.6f, 0.8f));
            assertThat(server.bodies).hasSize(1);
            assertThat(server.bodies.peek().path("input").size()).isEqualTo(2);
            server.misdeeds.add(FakeServer.status(500, ""));
            assertThat(embedder.embed(List.of("bb", "ccc"))).hasSize(2);
            assertThat(server.bodies).hasSize(3);
            assertThat(List.copyOf(server.bodies).getLast().path("input").toString())
                    .isEqualTo("[\"ccc\"]");
            assertThat(other.totals().getFirst().usage().input()).isEqualTo(server.billedIn.get());
        }
    }
}
