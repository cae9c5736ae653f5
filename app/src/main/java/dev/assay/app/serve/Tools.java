package dev.assay.app.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The tools of a request. */
record Tools(List<Map<String, Object>> all, Set<String> names) {
    private static final Tools NONE = new Tools(List.of(), Set.of());
    private static final int MOST = 128;

    static Tools of(Fields body) {
        for (String old : List.of("functions", "function_call"))
            if (body.has(old)) throw Refusal.unsupported(old, old + " is of an older interface; use tools");
        List<Map<String, Object>> all = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        for (Fields tool : body.objects("tools")) {
            if (all.size() == MOST) throw body.wrong("tools", "a list of at most " + MOST);
            names.add(name(tool));
            all.add(tool.map());
        }
        return shown(body, all.isEmpty()) ? new Tools(all, names) : NONE;
    }

    private static String name(Fields tool) {
        if (!tool.text("type").equals("function")) throw tool.wrong("type", "function: there are no other tools here");
        if (!tool.has("function")) throw Refusal.missing(tool.name("function"));
        Fields function = tool.object("function");
        String name = function.text("name");
        if (!name.matches("[a-zA-Z0-9_-]{1,64}"))
            throw function.wrong("name", "made of 1 to 64 letters, digits, _ and -");
        function.optionalText("description");
        function.object("parameters");
        return name;
    }

    private static boolean shown(Fields body, boolean none) {
        Optional<JsonNode> choice = body.find("tool_choice");
        if (choice.isEmpty() || choice.get().asText().equals("auto")) return !none;
        if (choice.get().asText().equals("none")) return false;
        throw Refusal.unsupported("tool_choice", "a call can't be forced here; tool_choice takes auto or none");
    }

    boolean isEmpty() {
        return all.isEmpty();
    }
}
