package dev.assay.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.lm.Sampling;
import dev.assay.stats.SplitRandom;
import dev.assay.testkit.FakeServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonAnswersTest {
    private static final ChatRequest REQUEST = ChatRequest.reply(List.of(Turn.user("Is it?")), new Sampling(1, 1, 50));
    private static final String GOOD = "{\"kind\": \"near-miss\", \"score\": 7, \"why\": [\"a\", \"b\"]}";

    private final FakeServer server = new FakeServer();
    private final Fixture fixture = new Fixture();

    @TempDir
    Path folder;

    enum Kind {
        HIT,
        NEAR_MISS
    }

    record Verdict(Kind kind, int score, List<String> why, Optional<String> note) {}

    @AfterEach
    void stop() {
        server.close();
    }

    private Verdict ask(String... scripted) {
        server.scripted.addAll(List.of(scripted));
        return Fixture.withMemo(folder, memo -> {
            try (Roles roles = fixture.roles("r: {provider: vllm, model: m, base-url: \"" + server.url() + "\"}")) {
                return roles.chat("r", memo).json(REQUEST, Verdict.class, SplitRandom.of(1));
            }
        });
    }

    @Test
    void theModelIsToldTheSchema() {
        assertThat(ask(GOOD)).isEqualTo(new Verdict(Kind.NEAR_MISS, 7, List.of("a", "b"), Optional.empty()));
        assertThat(FakeServer.lastWords(server.bodies.peek().path("messages")))
                .startsWith("Is it?")
                .contains("\"enum\":[\"hit\",\"near-miss\"]", "\"required\":[\"kind\",\"score\",\"why\"]");
    }

    @Test
    void aWrongAnswerIsShownToTheModelOnce() {
        assertThat(ask("{\"kind\": \"miss\", \"score\": 7.5}", GOOD).score()).isEqualTo(7);
        var repair = List.copyOf(server.bodies).getLast().path("messages");
        assertThat(repair.findValuesAsText("role")).containsExactly("user", "assistant", "user");
        assertThat(FakeServer.lastWords(repair))
                .contains(
                        "kind must be one of [\"hit\",\"near-miss\"]",
                        "score must be of type integer",
                        "lacks the field \"why\"");
    }

    @Test
    void aSecondWrongAnswerIsAnErrorThatKeepsIt() {
        assertThatThrownBy(() -> ask("I would say so.", "Yes, really."))
                .isInstanceOfSatisfying(
                        ChatException.Malformed.class, e -> assertThat(e.raw()).isEqualTo("Yes, really."))
                .hasMessageContainingAll("role r", "not JSON", "Yes, really.");
        assertThat(server.bodies).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {"a": 1}                                              | {"a":1}
                    ```json#{"a": 1}#```                                  | {"a":1}
                    Here:#```#{"a": 0}#```#or rather#```json#{"a": 1}#``` | {"a":1}
                    Sure! {"a": 1} is the answer.                         | {"a":1}
                    <think>{"a": 0}</think>{"a": 1}                       | {"a":1}
                    [1, 2]                                                | [1,2]
                    "hit"                                                 | "hit"
                    """)
    void jsonIsFoundInWhatModelsWrite(String text, String json) {
        assertThat(JsonAnswers.find(text.replace('#', '\n')).orElseThrow()).hasToString(json);
    }

    @Test
    void whatIsNoJsonIsNotFound() {
        for (String text : List.of("", "hello", "{\"a\": ", "```json\n{\"a\": \n```")) {
            assertThat(JsonAnswers.find(text)).as(text).isEmpty();
        }
    }

    @Test
    void aSchemaChecksWhatItSays() {
        JsonSchema schema = JsonSchema.parse("""
                {"type": "object", "required": ["n", "xs"], "additionalProperties": false, "properties": {
                  "n": {"type": "number", "minimum": 0, "maximum": 1},
                  "xs": {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "string"}}}}
                """);
        assertThat(problems(schema, "{\"n\": 0.5, \"xs\": [\"a\"]}")).isEmpty();
        assertThat(problems(schema, "{\"n\": 2, \"xs\": [], \"z\": 1}"))
                .hasSize(3)
                .anySatisfy(p -> assertThat(p).contains("answer.n is 2", "at most 1"))
                .anySatisfy(p -> assertThat(p).contains("number of elements", "at least 1"))
                .anySatisfy(p -> assertThat(p).contains("\"z\""));
        assertThat(problems(schema, "{\"n\": \"2\", \"xs\": [1, \"a\", \"b\"]}"))
                .hasSize(3);
        assertThat(problems(schema, "3")).singleElement().asString().contains("type object");
        assertThatThrownBy(() -> JsonSchema.parse("{\"type\": \"object\", \"oneOf\": []}"))
                .hasMessageContaining("oneOf");
        assertThatThrownBy(() -> JsonSchema.parse("{\"type\": \"text\"}")).hasMessageContaining("type");
    }

    private static List<String> problems(JsonSchema schema, String json) {
        return schema.problems(JsonAnswers.find(json).orElseThrow());
    }
}
