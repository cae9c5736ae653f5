package dev.assay.app.serve;

import static dev.assay.app.serve.Client.chat;
import static dev.assay.app.serve.Client.with;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tools of a model whose template knows none. */
@Timeout(60)
class ToolRouteTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final Map<String, Object> LOOK = Map.of(
            "type",
            "function",
            "function",
            Map.of(
                    "name",
                    "look",
                    "description",
                    "Looks at a place.",
                    "parameters",
                    Map.of("type", "object", "properties", Map.of("at", Map.of("type", "integer")))));
    private static final Set<String> TOOLS = Set.of("look", "go");

    private static ServedTiny tiny;

    @BeforeAll
    static void serve() {
        tiny = new ServedTiny();
    }

    @AfterAll
    static void stop() {
        tiny.close();
    }

    /** The model calls the tool after a question mark of its own. */
    private static ObjectNode calling() {
        return with(
                chat("Hi", "temperature", 0, "max_tokens", 20, "tools", List.of(LOOK)),
                "messages",
                List.of(Map.of("role", "user", "content", "Hi"), Map.of("role", "assistant", "content", "What?")),
                "continue_final_message",
                true);
    }

    @Test
    void aCallIsFoundInTheText() {
        JsonNode choice = tiny.client.post(CHAT, calling()).body().at("/choices/0");
        assertThat(choice.path("finish_reason").asText()).isEqualTo("tool_calls");
        assertThat(choice.at("/message/content").isNull()).isTrue();
        JsonNode call = choice.at("/message/tool_calls/0");
        assertThat(call.at("/function/name").asText()).isEqualTo("look");
        assertThat(call.at("/function/arguments").asText()).isEqualTo("{\"at\":1}");
        assertThat(call.path("id").asText()).startsWith("call_");
        // where tools are off, the text is a text
        JsonNode plain = tiny.client
                .post(CHAT, calling().put("tool_choice", "none"))
                .body()
                .at("/choices/0");
        assertThat(plain.at("/message/content").asText()).isEqualTo(TinyModel.CALL);
        assertThat(plain.path("finish_reason").asText()).isEqualTo("stop");
    }

    @Test
    void aStreamTellsOfACallAndShowsNoTags() {
        List<JsonNode> events = tiny.client.stream(CHAT, calling());
        List<JsonNode> calls = new ArrayList<>();
        for (JsonNode event : events) {
            event.at("/choices/0/delta/tool_calls").forEach(calls::add);
            assertThat(event.at("/choices/0/delta/content").asText()).isEmpty();
        }
        assertThat(calls).hasSize(1);
        assertThat(calls.getFirst().path("index").asInt()).isZero();
        assertThat(calls.getFirst().at("/function/name").asText()).isEqualTo("look");
        assertThat(events.getLast().at("/choices/0/finish_reason").asText()).isEqualTo("tool_calls");
    }

    @Test
    void toolsCallsAndResultsAreInTheConversation() {
        List<Map<String, Object>> messages = List.of(
                Map.of("role", "system", "content", "Be kind."),
                Map.of("role", "user", "content", "Look"),
                Map.of(
                        "role",
                        "assistant",
                        "tool_calls",
                        List.of(Map.of(
                                "id",
                                "c1",
                                "type",
                                "function",
                                "function",
                                Map.of("name", "look", "arguments", "{\"at\": 2}")))),
                Map.of("role", "tool", "tool_call_id", "c1", "content", "a frog"));
        JsonNode tokens = tiny.client
                .post("/tokenize", Map.of("model", "tiny", "messages", messages, "tools", List.of(LOOK)))
                .body();
        String text = tiny.client
                .post("/detokenize", Map.of("model", "tiny", "tokens", tokens.path("tokens")))
                .body()
                .path("prompt")
                .asText();
        assertThat(text)
                .startsWith("<|im_start|>system\nBe kind.\n\n")
                .contains("Looks at a place.")
                .contains("<tool_call>\n{\"name\": \"look\", \"arguments\": {\"at\":2}}\n</tool_call>")
                .contains("<|im_start|>user\n<tool_response>\na frog\n</tool_response><|im_end|>")
                .endsWith("<|im_start|>assistant\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "<tool_call>{\"name\":\"look\",\"arguments\":{}}</tool_call>|1|``",
                "Well. <tool_call>⏎{\"name\": \"go\"}⏎</tool_call><tool_call>{\"name\":\"look\"}</tool_call>|2|Well.",
                "<tool_call>{\"name\":\"go\",\"arguments\":{\"a\":[1]}}|1|``",
                "{\"name\":\"look\",\"parameters\":{\"at\":3}}|1|``",
                "<tool_call>{\"name\":\"dig\"}</tool_call>|0|<tool_call>{\"name\":\"dig\"}</tool_call>",
                "<tool_call>{\"name\":\"look\",\"arguments\":[]}</tool_call>|0|<tool_call>{\"name\":\"look\",\"arguments\":[]}</tool_call>",
                "<tool_call><tool_call>|0|<tool_call><tool_call>",
                "{\"name\":\"look\"} and more|0|{\"name\":\"look\"} and more",
                "Hello|0|Hello",
            })
    void whatIsACallAndWhatIsNone(String text, int calls, String said) {
        ToolText.Parsed parsed = ToolText.parse(text.replace("⏎", "\n"), TOOLS);
        assertThat(parsed.calls()).hasSize(calls);
        assertThat(parsed.said()).isEqualTo(said);
    }
}
