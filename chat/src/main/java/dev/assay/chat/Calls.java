package dev.assay.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An answer as it is sent again with the conversation. Servers refuse a conversation in which a call has no id, or one that
 * another has, a name that can't be a function's, or arguments that are not JSON: what is wrong there is mended here, and said
 * in the call's result.
 */
public final class Calls {
    private static final ObjectReader JSON =
            new ObjectMapper().readerFor(JsonNode.class).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final String NAME = "[a-zA-Z0-9_-]{1,64}";

    private Calls() {}

    /** The calls of an answer, with ids of their own and arguments that are JSON. */
    public static List<ToolCall> mended(Answer answer, int turn) {
        List<ToolCall> calls = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (ToolCall call : answer.calls()) {
            String id = call.id();
            if (id.isBlank() || !ids.add(id)) ids.add(id = "call-" + turn + "-" + calls.size());
            calls.add(new ToolCall(
                    id, call.tool().matches(NAME) ? call.tool() : "unknown", Envelope.escaped(orNone(call))));
        }
        return calls;
    }

    private static JsonNode orNone(ToolCall call) {
        try {
            return arguments(call);
        } catch (IllegalArgumentException e) {
            return JsonNodeFactory.instance.objectNode();
        }
    }

    /**
     * The arguments of a call; where nothing was written there are none.
     *
     * @throws IllegalArgumentException that says what is wrong, if they are no JSON object
     */
    public static JsonNode arguments(ToolCall call) {
        if (call.arguments().isBlank()) return JsonNodeFactory.instance.objectNode();
        try {
            JsonNode tree = JSON.readValue(call.arguments());
            if (tree != null && tree.isObject()) return tree;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the arguments are not JSON: " + e.getOriginalMessage(), e);
        }
        throw new IllegalArgumentException("the arguments must be one JSON object, such as {\"file_name\": \"notes\"}");
    }

    /** An answer as a turn: a silent one too has words, since servers refuse empty messages. */
    public static Turn turn(Answer answer, List<ToolCall> mended) {
        String said = Envelope.plain(answer.text());
        if (!mended.isEmpty()) return new Turn.Called(said, mended);
        return Turn.assistant(said.isBlank() ? "(nothing)" : said);
    }
}
