package dev.assay.chat;

import dev.assay.lm.Message;
import java.util.List;

/** One turn of a conversation that may hold tool calls. */
public sealed interface Turn {

    /** A plain message of the system, the user or the assistant. */
    record Said(Message message) implements Turn {}

    /**
     * The assistant calls tools.
     *
     * @param content what it says with that, often nothing
     * @param calls at least one
     */
    record Called(String content, List<ToolCall> calls) implements Turn {
        public Called {
            if (calls.isEmpty()) throw new IllegalArgumentException("a turn that calls tools needs a call");
            calls = List.copyOf(calls);
        }
    }

    /** What a tool gave back for a call of the turn before. */
    record Returned(ToolCall call, String result) implements Turn {}

    static Turn system(String content) {
        return new Said(Message.system(content));
    }

    static Turn user(String content) {
        return new Said(Message.user(content));
    }

    static Turn assistant(String content) {
        return new Said(Message.assistant(content));
    }

    /** Plain messages as turns. */
    static List<Turn> of(List<Message> messages) {
        return messages.stream().<Turn>map(Said::new).toList();
    }

    /** Who this turn belongs to: a tool's result stands where a user's message would. */
    default Message.Role role() {
        return switch (this) {
            case Said said -> said.message().role();
            case Called called -> Message.Role.ASSISTANT;
            case Returned returned -> Message.Role.USER;
        };
    }
}
