package dev.assay.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code assay model template} with tools and options, beside what jinja2 made of the same conversations. */
class ModelTemplateTest {
    private static final Path GOLDEN = Path.of("../lm/src/test/resources/golden");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private JsonNode golden;

    @BeforeEach
    void begin() throws IOException {
        golden = JSON.readTree(Files.readAllBytes(GOLDEN.resolve("chat-templates.json")));
        for (String name : new String[] {"config.json", "tokenizer.json", "tokenizer_config.json"})
            Files.copy(GOLDEN.resolve("hf-tokens/qwen").resolve(name), folder.resolve(name));
        Files.writeString(
                folder.resolve("chat_template.jinja"),
                golden.at("/templates/qwen3/source").asText());
    }

    private Path file(String name, JsonNode json) throws IOException {
        return Files.write(folder.resolve(name), JSON.writeValueAsBytes(json));
    }

    private static String run(String... arguments) {
        PrintStream real = System.out;
        var out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            assertThat(Assay.run(arguments)).isZero();
        } finally {
            System.setOut(real);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void toolsAndOptionsAreRenderedAsByJinja2() throws IOException {
        int seen = 0;
        for (JsonNode c : golden.get("cases")) {
            if (!c.get("template").asText().equals("qwen3") || !c.at("/options").has("tools") || !c.has("text"))
                continue;
            ObjectNode together = c.get("options").deepCopy();
            together.set("messages", c.get("messages"));
            String text = c.get("text").asText() + System.lineSeparator();
            String all = file("all.json", together).toString();
            assertThat(run("model", "template", folder.toString(), "--messages", all))
                    .isEqualTo(text);

            ObjectNode rest = c.get("options").deepCopy();
            rest.remove("tools");
            var command = new ArrayList<>(List.of("model", "template", folder.toString()));
            command.add("--messages=" + file("messages.json", c.get("messages")));
            command.add("--tools=" + file("tools.json", c.at("/options/tools")));
            rest.properties().forEach(o -> command.add("--option=" + o.getKey() + "=" + o.getValue()));
            assertThat(run(command.toArray(String[]::new))).isEqualTo(text);
            seen++;
        }
        assertThat(seen).isGreaterThan(10);
    }

    @Test
    void anOptionThatIsNoJsonIsAText() throws IOException {
        Path good = file("a.json", JSON.readTree("[{\"role\": \"user\", \"content\": \"Hi\"}]"));
        Conversation talk = Conversation.read(good)
                .withOption("date_string=26 Jul 2024")
                .withOption("enable_thinking=false")
                .withOption("note=a=b");
        assertThat(talk.options())
                .isEqualTo(Map.of("date_string", "26 Jul 2024", "enable_thinking", false, "note", "a=b"));
    }

    @Test
    void aBadConversationIsNamed() throws IOException {
        assertThatThrownBy(() -> Conversation.read(file("a.json", JSON.readTree("[{\"content\": \"Hi\"}]"))))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("message 0 has no role");
        assertThatThrownBy(() -> Conversation.read(file("a.json", JSON.readTree("[{\"role\": \"user\"}]"))))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("neither content nor tool_calls");
        assertThatThrownBy(() -> Conversation.read(file("a.json", JSON.readTree("{\"messages\": []}"))))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("holds no messages");
        Path good = file("a.json", JSON.readTree("[{\"role\": \"user\", \"content\": \"Hi\"}]"));
        assertThatThrownBy(() -> Conversation.read(good).withOption("thinking"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("NAME=VALUE");
    }
}
