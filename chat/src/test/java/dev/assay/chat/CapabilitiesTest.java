package dev.assay.chat;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CapabilitiesTest {
    @ParameterizedTest
    @CsvSource({
        "anthropic, claude-3-5-haiku-latest, true, true",
        "anthropic, claude-haiku-4-5, true, true",
        "anthropic, claude-haiku-4-5-20251001, true, true",
        "anthropic, claude-sonnet-4-20250514, true, true",
        "anthropic, claude-opus-4-6, false, true",
        "anthropic, claude-sonnet-4-6, false, true",
        "anthropic, claude-opus-4-7, false, false",
        "anthropic, claude-opus-5-5, false, false",
        "anthropic, claude-of-the-future, false, false",
        "openai, gpt-4.1-mini, false, true",
        "openai, gpt-5-mini, false, false",
        "openai, gpt-5.6-luna, false, false",
        "openai, gpt-5-chat-latest, false, true",
        "openai, o4-mini, false, false",
        "openrouter, anthropic/claude-sonnet-4.5, false, true",
        "openrouter, anthropic/claude-opus-4.7, false, false",
        "openrouter, meta-llama/llama-3.3-70b-instruct, false, true",
        "vllm, anything, true, true",
        "assay, model-1, true, true",
        "ollama, qwen3, false, true",
        "local, smollm2, true, true"
    })
    void prefillAndTemperature(String provider, String model, boolean prefill, boolean temperature) {
        var can = Capabilities.shipped().of(provider, model);
        assertThat(can.contains(Feature.PREFILL)).as("prefill").isEqualTo(prefill);
        assertThat(can.contains(Feature.TEMPERATURE)).as("temperature").isEqualTo(temperature);
        assertThat(can.contains(Feature.CHAT)).isTrue();
    }

    @Test
    void someCompleteTextsAndDoNotChat() {
        assertThat(Capabilities.shipped().of("openai", "gpt-3.5-turbo-instruct"))
                .contains(Feature.COMPLETION)
                .doesNotContain(Feature.CHAT);
    }

    @ParameterizedTest
    @CsvSource({
        "openai, gpt-4.1-mini, 0.4, 1.6",
        "openai, gpt-4.1-mini-2025-04-14, 0.4, 1.6",
        "openai, gpt-4.1, 2, 8",
        "openai, gpt-5-mini, 0.25, 2",
        "openai, gpt-5, 1.25, 10",
        "anthropic, claude-haiku-4-5-20251001, 1, 5",
        "anthropic, claude-sonnet-4-6, 3, 15",
        "anthropic, claude-opus-4-20250514, 15, 75",
        "anthropic, claude-opus-4-8, 5, 25",
        "anthropic, claude-opus-5, 5, 25",
        "anthropic, claude-opus-5-5, 4, 20"
    })
    void prices(String provider, String model, double input, double output) {
        assertThat(Price.of(provider, model)).contains(new Price(input, output));
    }

    @Test
    void anUnknownModelHasNoPrice() {
        assertThat(Price.of("openai", "gpt-99")).isEmpty();
        assertThat(Price.of("nobody", "gpt-5")).isEmpty();
        assertThat(Role.of("r", "vllm", "m").known()).contains(Price.FREE);
    }
}
