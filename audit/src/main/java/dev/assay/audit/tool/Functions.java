package dev.assay.audit.tool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.chat.JsonSchema;
import dev.assay.chat.ToolSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The functions of a tool: each has a record of arguments, whose schema the investigator sees and by which its calls are
 * checked.
 */
public final class Functions {
    private final Map<String, Entry<?>> entries = new LinkedHashMap<>();

    private record Nothing() {}

    private record Entry<A extends Record>(ToolSpec spec, Class<A> arguments, Function<A, JsonNode> run) {
        JsonNode call(JsonNode written) {
            JsonNode given = withoutNulls(written);
            List<String> wrong = JsonSchema.of(arguments).problems(given);
            if (!wrong.isEmpty())
                throw new ToolException("the arguments of " + spec.name() + " don't fit: " + String.join("; ", wrong));
            return run.apply(JsonSchema.read(given, arguments));
        }
    }

    /** Models write null for what they leave out. */
    private static JsonNode withoutNulls(JsonNode written) {
        if (!(written instanceof ObjectNode object)) return written;
        ObjectNode out = object.deepCopy();
        object.properties().stream().filter(e -> e.getValue().isNull()).forEach(e -> out.remove(e.getKey()));
        return out;
    }

    /** Adds a function. */
    public <A extends Record> Functions with(
            String name, String description, Class<A> arguments, Function<A, JsonNode> run) {
        entries.put(name, new Entry<>(ToolSpec.of(name, description, arguments), arguments, run));
        return this;
    }

    /** Adds a function that takes no arguments. */
    public Functions with(String name, String description, Supplier<JsonNode> run) {
        return with(name, description, Nothing.class, a -> run.get());
    }

    public List<ToolSpec> specs() {
        return entries.values().stream().map(Entry::spec).toList();
    }

    /** {@link ToolException} if there is no such function, or the arguments do not fit. */
    public JsonNode call(String function, JsonNode arguments) {
        Entry<?> entry = entries.get(function);
        if (entry == null)
            throw new ToolException(
                    "there is no function " + function + "; there are " + String.join(", ", entries.keySet()));
        return entry.call(arguments);
    }
}
