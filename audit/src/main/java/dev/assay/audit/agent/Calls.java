package dev.assay.audit.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.assay.audit.tool.ToolException;
import dev.assay.chat.Answer;
import dev.assay.chat.ToolCall;
import dev.assay.chat.Turn;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An answer as it is sent again with the conversation. Servers refuse a conversation in which a call has no id, or one that
 * another has, a name that can't be a function's, or arguments that are not JSON: what is wrong there is mended here, and said
 * in the call's result.
 */
final class Calls {
    private static final String NAME = "[a-zA-Z0-9_-]{1,64}";

    private Calls() {}

    /** The calls of an answer, with ids of their own and arguments that are JSON. */
    static List<ToolCall> mended(Answer answer, int turn) {
        List<ToolCall> calls = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (ToolCall call : answer.calls()) {
            String id = call.id();
            if (id.isBlank() || !ids.add(id)) ids.add(id = "call-" + turn + "-" + calls.size());
            calls.add(new ToolCall(
                    id, call.tool().matches(NAME) ? call.tool() : "unknown", Envelope.escaped(arguments(call))));
        }
        return calls;
    }

    private static JsonNode arguments(ToolCall call) {
        try {
            return Toolbox.arguments(call.arguments());
        } catch (ToolException e) {
            return JsonNodeFactory.instance.objectNode();
        }
    }

    /** An answer as a turn: a silent one too has words, since servers refuse empty messages. */
    static Turn turn(Answer answer, List<ToolCall> mended) {
        String said = Envelope.plain(answer.text());
        if (!mended.isEmpty()) return new Turn.Called(said, mended);
        return Turn.assistant(said.isBlank() ? "(nothing)" : said);
    }
}
