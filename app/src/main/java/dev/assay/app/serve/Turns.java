package dev.assay.app.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The messages of a request. */
record Turns(List<Turn> all) {
    private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant", "tool");

    /** A call of a tool that an assistant's message holds. */
    record Called(String id, String name, JsonNode arguments) {}

    /**
     * A message.
     *
     * @param role system, user, assistant or tool
     * @param answers the call whose result a tool's message is
     */
    record Turn(String role, String content, List<Called> calls, Optional<Called> answers) {}

    static Turns of(Fields body) {
        if (!body.has("messages")) throw Refusal.missing("messages");
        List<Turn> all = new ArrayList<>();
        Map<String, Called> calls = new HashMap<>();
        for (Fields message : body.objects("messages")) {
            Turn turn = turn(message, calls);
            turn.calls().forEach(c -> calls.put(c.id(), c));
            all.add(turn);
        }
        return new Turns(all);
    }

    private static Turn turn(Fields message, Map<String, Called> known) {
        String role = message.text("role");
        if (!ROLES.contains(role)) throw message.wrong("role", "system, developer, user, assistant or tool");
        List<Called> calls = calls(message);
        if (!calls.isEmpty() && !role.equals("assistant"))
            throw message.wrong("tool_calls", "left out: only the assistant calls tools");
        message.optionalText("tool_call_id");
        if (calls.isEmpty() && !message.has("content")) throw Refusal.missing(message.name("content"));
        Optional<Called> answers = Optional.empty();
        if (role.equals("tool")) {
            answers = Optional.ofNullable(known.get(message.text("tool_call_id")));
            if (answers.isEmpty()) throw message.wrong("tool_call_id", "the id of a call in a message before it");
        }
        return new Turn(role.equals("developer") ? "system" : role, content(message), calls, answers);
    }

    /** A text, or the texts of a list of parts. */
    private static String content(Fields message) {
        Optional<JsonNode> content = message.find("content");
        if (content.isEmpty()) return "";
        if (content.get().isTextual()) return content.get().asText();
        if (!content.get().isArray()) throw message.wrong("content", "a string or a list of parts");
        var text = new StringBuilder();
        for (Fields part : message.objects("content")) {
            String type = part.text("type");
            if (type.equals("refusal")) text.append(part.text("refusal"));
            else if (type.equals("text")) text.append(part.text("text"));
            else
                throw Refusal.unsupported(
                        part.name("type"), part.name("type") + " must be text: nothing else is read here");
        }
        return text.toString();
    }

    private static List<Called> calls(Fields message) {
        List<Called> calls = new ArrayList<>();
        for (Fields call : message.objects("tool_calls")) {
            if (!call.optionalText("type").orElse("function").equals("function"))
                throw call.wrong("type", "function: there are no other calls here");
            Fields function = call.object("function");
            String arguments = function.optionalText("arguments").orElse("{}");
            try {
                calls.add(new Called(
                        call.text("id"), function.text("name"), Fields.tree(arguments.isBlank() ? "{}" : arguments)));
            } catch (IllegalArgumentException e) {
                throw function.wrong("arguments", "a string that holds a JSON object");
            }
        }
        return calls;
    }

    /** Whether tools were called. */
    boolean called() {
        return all.stream().anyMatch(t -> !t.calls().isEmpty() || t.answers().isPresent());
    }

    /** As templates take them that know tools. */
    List<Map<String, Object>> maps() {
        return all.stream().map(Turns::map).toList();
    }

    private static Map<String, Object> map(Turn turn) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("role", turn.role());
        map.put("content", turn.content());
        if (!turn.calls().isEmpty())
            map.put(
                    "tool_calls",
                    turn.calls().stream()
                            .map(c -> Map.of(
                                    "id",
                                    c.id(),
                                    "type",
                                    "function",
                                    "function",
                                    Map.of("name", c.name(), "arguments", Fields.value(c.arguments()))))
                            .toList());
        turn.answers().ifPresent(c -> {
            map.put("name", c.name());
            map.put("tool_call_id", c.id());
        });
        return map;
    }
}
