package dev.assay.app.serve;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Tools in the words of a conversation, for models whose template knows none, and calls in what a model wrote. */
final class ToolText {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final String OPEN = "<tool_call>";
    private static final String CLOSE = "</tool_call>";

    private ToolText() {}

    /**
     * A call that a model wrote.
     *
     * @param arguments a JSON object
     */
    record Call(String name, String arguments) {}

    /** What was said before the first call, and the calls. */
    record Parsed(String said, List<Call> calls) {}

    /** For the system's message: which tools there are, and how one is called. */
    static String instructions(List<Map<String, Object>> tools) {
        String list = tools.stream()
                .map(t -> json(t.getOrDefault("function", Map.of())))
                .collect(Collectors.joining("\n"));
        return "You can call these tools, each described by a JSON object:\n<tools>\n" + list + "\n</tools>\n"
                + "To call one, write nothing else than\n" + OPEN + "\n{\"name\": \"TOOL\", \"arguments\": {…}}\n"
                + CLOSE + "\nThe result will be given to you in <tool_response> tags.";
    }

    static String call(String name, JsonNode arguments) {
        return OPEN + "\n{\"name\": " + json(name) + ", \"arguments\": " + arguments + "}\n" + CLOSE;
    }

    static String response(String result) {
        return "<tool_response>\n" + result + "\n</tool_response>";
    }

    /**
     * Finds calls of tools: in tags, or as a bare JSON object with the tool's {@code name} and its {@code arguments} (or
     * {@code parameters}, as Llama 3 writes). What is none stays text.
     */
    static Parsed parse(String text, Set<String> tools) {
        int first = text.indexOf(OPEN);
        if (first < 0) {
            Optional<Call> bare = call(text, tools);
            return bare.isPresent() ? new Parsed("", List.of(bare.get())) : new Parsed(text, List.of());
        }
        List<Call> calls = new ArrayList<>();
        for (int at = first; at >= 0; ) {
            int from = at + OPEN.length();
            int end = text.indexOf(CLOSE, from);
            int next = text.indexOf(OPEN, from);
            int to = end < 0 ? (next < 0 ? text.length() : next) : end;
            call(text.substring(from, to), tools).ifPresent(calls::add);
            at = text.indexOf(OPEN, to);
        }
        return calls.isEmpty()
                ? new Parsed(text, calls)
                : new Parsed(text.substring(0, first).strip(), List.copyOf(calls));
    }

    private static Optional<Call> call(String text, Set<String> tools) {
        JsonNode node;
        try {
            node = JSON.readTree(text.strip());
        } catch (JacksonException none) {
            return Optional.empty();
        }
        if (node == null || !tools.contains(node.path("name").asText())) return Optional.empty();
        JsonNode arguments = node.has("arguments") ? node.path("arguments") : node.path("parameters");
        if (arguments.isMissingNode() || arguments.isNull()) arguments = JSON.createObjectNode();
        return arguments.isObject()
                ? Optional.of(new Call(node.path("name").asText(), arguments.toString()))
                : Optional.empty();
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JacksonException e) {
            throw new IllegalStateException("no JSON: " + e.getOriginalMessage(), e);
        }
    }
}
