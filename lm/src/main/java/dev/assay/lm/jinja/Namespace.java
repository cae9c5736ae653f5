package dev.assay.lm.jinja;

import java.util.LinkedHashMap;
import java.util.Map;

/** The one thing that a template can change from inside a loop. */
final class Namespace {
    private final Map<String, Object> fields = new LinkedHashMap<>();

    Object get(String name) {
        return fields.getOrDefault(name, new Undefined("the namespace's attribute '" + name + "'"));
    }

    boolean has(String name) {
        return fields.containsKey(name);
    }

    void put(String name, Object value) {
        if (name.startsWith("_")) {
            throw new JinjaException("a namespace can't hold '" + name + "': rename it");
        }
        fields.put(name, value);
    }
}
