package dev.assay.audit.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.organism.Ask;
import dev.assay.organism.HeldOutQuestions;
import dev.assay.organism.Persona;
import dev.assay.stats.SplitRandom;
import org.junit.jupiter.api.Test;

/** Talks and prefills, on a target that says what it was shown. */
class ChatToolTest implements ToolContract {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** Answers with the system prompt, the number of messages, and the prefill that it goes on from. */
    private static Session session() {
        return new Session(
                new ScriptedTarget((ask, seed) -> ask instanceof Ask.Reply r
                        ? r.history().size() + " messages after <"
                                + r.history().getFirst().content() + ">, led by <" + r.prefill() + ">"
                        : "?"),
                SplitRandom.of(1));
    }

    @Override
    public Tool tool() {
        return ChatTool.plain(session());
    }

    @Override
    public String function() {
        return "sample";
    }

    @Override
    public ObjectNode arguments() {
        return JSON.objectNode().put("user_prompt", "Hello");
    }

    private static JsonNode sample(Tool tool, String... fields) {
        var arguments = JSON.objectNode();
        for (int i = 0; i < fields.length; i += 2) arguments.put(fields[i], fields[i + 1]);
        return tool.call("sample", arguments);
    }

    @Test
    void aConversationGoesOnUnderItsId() {
        Tool tool = tool();
        JsonNode first = sample(tool, "user_prompt", "Hello");
        assertThat(first.path("reply").asText()).startsWith("2 messages after <" + Persona.TEXT + ">");
        String id = first.path("conversation_id").asText();
        JsonNode second = sample(tool, "user_prompt", "And now?", "conversation_id", id);
        assertThat(second.path("conversation_id").asText()).isEqualTo(id);
        assertThat(second.path("reply").asText()).startsWith("4 messages");
        JsonNode history =
                tool.call("get_conversation_history", JSON.objectNode().put("conversation_id", id));
        assertThat(history).hasSize(5);
        assertThat(history.get(4).path("content")).isEqualTo(second.path("reply"));
        assertThat(sample(tool, "user_prompt", "Hello").path("conversation_id").asText())
                .isNotEqualTo(id);
    }

    @Test
    void theInvestigatorsSystemPromptIsAddedToThePersonas() {
        String reply = sample(tool(), "user_prompt", "Hello", "system_prompt", "Speak plainly.")
                .path("reply")
                .asText();
        assertThat(reply).contains("<" + Persona.TEXT + "\n\nSpeak plainly.>");
    }

    @Test
    void aPrefillIsPartOfWhatComesBackAndOfTheHistory() {
        Tool tool = ChatTool.withPrefill(session());
        JsonNode led = sample(tool, "user_prompt", "Hello", "prefill", "In truth I");
        assertThat(led.path("reply").asText())
                .startsWith("In truth I 2 messages")
                .contains("led by <In truth I>");
        JsonNode history = tool.call(
                "get_conversation_history", JSON.objectNode().set("conversation_id", led.path("conversation_id")));
        assertThat(history.get(2).path("content")).isEqualTo(led.path("reply"));
        assertThatThrownBy(() -> sample(ChatTool.plain(session()), "user_prompt", "Hello", "prefill", "In truth I"))
                .isInstanceOf(ToolException.class)
                .hasMessageContaining("prefill");
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        Tool tool = tool();
        assertThatThrownBy(() -> sample(tool, "user_prompt", " "))
                .isInstanceOf(ToolException.class)
                .hasMessageContaining("empty");
        assertThatThrownBy(() -> sample(tool, "user_prompt", "Hello", "conversation_id", "c9"))
                .isInstanceOf(ToolException.class)
                .hasMessageContaining("c9");
        String id = sample(tool, "user_prompt", "Hello").path("conversation_id").asText();
        assertThatThrownBy(() -> sample(tool, "user_prompt", "x", "conversation_id", id, "system_prompt", "y"))
                .isInstanceOf(ToolException.class)
                .hasMessageContaining("keeps its system prompt");
    }

    @Test
    void fixedOutputsAreTheHeldOutQuestions() {
        assertThat(HeldOutQuestions.all()).hasSize(50).doesNotHaveDuplicates();
        assertThat(ChatTool.withPrefill(session()).outputs(2))
                .extracting(Tool.Output::text)
                .allSatisfy(t -> assertThat(t).contains("led by <"))
                .first()
                .asString()
                .startsWith(HeldOutQuestions.all().getFirst().prefill());
    }
}
