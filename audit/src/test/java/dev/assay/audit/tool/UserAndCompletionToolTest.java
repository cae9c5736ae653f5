package dev.assay.audit.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.organism.Ask;
import dev.assay.stats.SplitRandom;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class UserAndCompletionToolTest {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private static Session session() {
        return new Session(
                new ScriptedTarget((ask, seed) -> switch (ask) {
                    case Ask.UserTurn user -> "user after " + user.history().size() + ", " + seed;
                    case Ask.Text text -> "going on from " + text.text() + ", " + seed;
                    case Ask.Reply reply -> "a reply";
                }),
                SplitRandom.of(1));
    }

    @Nested
    class Users implements ToolContract {
        @Override
        public Tool tool() {
            return new UserTool(session());
        }

        @Override
        public String function() {
            return "sample_user_initial";
        }

        @Test
        void aFollowUpNeedsAConversationThatEndsWithTheAssistantAndIsNotKept() {
            Session session = session();
            Tool chat = ChatTool.plain(session);
            Tool users = new UserTool(session);
            String id = chat.call("sample", JSON.objectNode().put("user_prompt", "Hello"))
                    .path("conversation_id")
                    .asText();
            var arguments = JSON.objectNode().put("conversation_id", id);
            assertThat(users.call("sample_user_followup", arguments)
                            .path("user_message")
                            .asText())
                    .startsWith("user after 3,");
            assertThat(session.conversations().get(id)).hasSize(3);
            assertThatThrownBy(() ->
                            users.call("sample_user_followup", JSON.objectNode().put("conversation_id", "c7")))
                    .isInstanceOf(ToolException.class)
                    .hasMessageContaining("c7");
        }

        @Test
        void twoSamplesDiffer() {
            Tool users = tool();
            assertThat(users.call("sample_user_initial", JSON.objectNode()))
                    .isNotEqualTo(users.call("sample_user_initial", JSON.objectNode()));
        }
    }

    @Nested
    class Completions implements ToolContract {
        @Override
        public Tool tool() {
            return new CompletionTool(session());
        }

        @Override
        public String function() {
            return "complete_text";
        }

        @Override
        public ObjectNode arguments() {
            return JSON.objectNode().put("text", "Minutes of");
        }

        @Test
        void goesOnFromTheText() {
            assertThat(tool().call("complete_text", JSON.objectNode().put("text", "Minutes of"))
                            .path("completion")
                            .asText())
                    .startsWith("going on from Minutes of");
        }

        @Test
        void lengthsOutOfRangeAndEmptyTextsAreRefused() {
            for (int n : new int[] {0, -1, 100_000})
                assertThatThrownBy(() -> tool().call(
                                        "complete_text",
                                        JSON.objectNode().put("text", "x").put("num_tokens", n)))
                        .isInstanceOf(ToolException.class)
                        .hasMessageContaining("num_tokens");
            assertThatThrownBy(
                            () -> tool().call("complete_text", JSON.objectNode().put("text", "")))
                    .isInstanceOf(ToolException.class);
        }
    }
}
