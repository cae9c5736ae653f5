package dev.assay.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

class AnthropicProviderTest extends ServerContract {
    @Override
    String model() {
        return "claude-sonnet-4-5";
    }

    @Override
    String yaml() {
        return "r: {provider: anthropic, model: %s, base-url: \"%s\", key: MY_KEY, timeout: 60, concurrency: 50}"
                .formatted(model(), server.url());
    }

    @Test
    void itSpeaksAnthropicsLanguage() {
        chat.ask(ChatRequest.reply(HELLO, SHORT), RANDOM);
        JsonNode body = server.bodies.peek();
        assertThat(server.paths).containsExactly("/v1/messages");
        assertThat(server.keys.peek()).isEqualTo("null|" + Fixture.SECRET);
        assertThat(body.path("model").asText()).isEqualTo(model());
        assertThat(body.path("max_tokens").asInt()).isEqualTo(8);
        assertThat(body.path("system").toString()).contains("Be brief.");
        assertThat(body.path("messages").size()).isEqualTo(1);
        assertThat(body.has("temperature") || body.has("top_p") || body.has("seed"))
                .isFalse();
    }

    @Test
    void aPrefillIsTheLastMessage() {
        chat.ask(new ChatRequest(new Prompt.Prefill(HELLO, "Dear"), SHORT), RANDOM);
        JsonNode messages = server.bodies.peek().path("messages");
        assertThat(messages.path(1).path("role").asText()).isEqualTo("assistant");
        assertThat(messages.path(1).toString()).contains("Dear");
    }
}
