package dev.assay.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.journal.CanonicalJson;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The form of a JSON value: the part of JSON Schema that models are told and answers are checked with, {@code type},
 * {@code properties}, {@code required}, {@code additionalProperties: false}, {@code items}, {@code minItems},
 * {@code maxItems}, {@code enum}, {@code minimum}, {@code maximum} and {@code description}.
 */
public final class JsonSchema {
    private static final Set<String> KNOWN = Set.of(
            "type",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "minItems",
            "maxItems",
            "enum",
            "minimum",
            "maximum",
            "description");
    private static final Set<String> TYPES =
            Set.of("object", "array", "string", "number", "integer", "boolean", "null");

    private final JsonNode tree;

    private JsonSchema(JsonNode tree) {
        this.tree = tree;
    }

    /**
     * A schema given as JSON.
     *
     * @throws IllegalArgumentException if it is none, or uses a word that is not checked here
     */
    public static JsonSchema parse(String json) {
        try {
            JsonNode tree = CanonicalJson.parse(json.getBytes(StandardCharsets.UTF_8));
            check(tree, "the schema");
            return new JsonSchema(tree);
        } catch (UncheckedIOException e) {
            throw new IllegalArgumentException("the schema is not JSON: " + e.getMessage(), e);
        }
    }

    private static void check(JsonNode schema, String where) {
        if (!schema.isObject()) throw new IllegalArgumentException(where + " must be an object");
        for (String word : iterable(schema))
            if (!KNOWN.contains(word))
                throw new IllegalArgumentException(where + " uses \"" + word + "\", which is not checked; known: "
                        + KNOWN.stream().sorted().toList());
        JsonNode type = schema.path("type");
        if (!type.isMissingNode() && !TYPES.contains(type.asText()))
            throw new IllegalArgumentException(where + ": \"type\" must be one of "
                    + TYPES.stream().sorted().toList());
        for (String name : iterable(schema.path("properties")))
            check(schema.path("properties").path(name), where + "." + name);
        if (schema.has("items")) check(schema.path("items"), where + "[]");
    }

    /**
     * The schema of a record: strings, numbers, booleans, enums, lists, records, and {@link Optional} for what may be
     * missing. Names are the components', or those of their {@code @JsonProperty}; values of enums in kebab-case.
     *
     * @throws IllegalArgumentException if a component is of another type
     */
    public static JsonSchema of(Class<? extends Record> type) {
        return new JsonSchema(JsonRecords.schema(type));
    }

    /** The schema as JSON, not to be changed. */
    public JsonNode tree() {
        return tree;
    }

    boolean isObject() {
        return tree.path("type").asText().equals("object");
    }

    /** A value that fits the schema of a record as that record. */
    public static <T extends Record> T read(JsonNode value, Class<T> type) {
        return JsonRecords.read(value, type);
    }

    /** What is wrong with a value, a line for each; empty if it fits. */
    public List<String> problems(JsonNode value) {
        List<String> problems = new ArrayList<>();
        check(tree, value, "the answer", problems);
        return problems;
    }

    private static void check(JsonNode schema, JsonNode value, String where, List<String> problems) {
        String type = schema.path("type").asText("");
        if (!type.isEmpty() && !is(type, value)) {
            problems.add(where + " must be of type " + type + ", not " + shown(value));
            return;
        }
        if (schema.has("enum") && !contains(schema.path("enum"), value))
            problems.add(where + " must be one of " + schema.path("enum") + ", not " + shown(value));
        if (value.isNumber()) range(schema, value.doubleValue(), "minimum", "maximum", where + " is", problems);
        if (value.isArray()) {
            range(schema, value.size(), "minItems", "maxItems", "the number of elements of " + where + " is", problems);
            for (int i = 0; schema.has("items") && i < value.size(); i++)
                check(schema.path("items"), value.get(i), where + "[" + i + "]", problems);
        }
        if (value.isObject()) fields(schema, value, where, problems);
    }

    private static void fields(JsonNode schema, JsonNode value, String where, List<String> problems) {
        JsonNode properties = schema.path("properties");
        for (JsonNode name : schema.path("required"))
            if (!value.has(name.asText())) problems.add(where + " lacks the field \"" + name.asText() + "\"");
        boolean closed = schema.has("additionalProperties")
                && !schema.path("additionalProperties").asBoolean(true);
        for (String name : iterable(value)) {
            if (properties.has(name)) check(properties.path(name), value.path(name), where + "." + name, problems);
            else if (closed) problems.add(where + " has the field \"" + name + "\", which is not asked for");
        }
    }

    private static void range(
            JsonNode schema, double value, String min, String max, String what, List<String> problems) {
        if (schema.has(min) && value < schema.path(min).asDouble())
            problems.add(what + " " + number(value) + ", it must be at least " + schema.path(min));
        if (schema.has(max) && value > schema.path(max).asDouble())
            problems.add(what + " " + number(value) + ", it must be at most " + schema.path(max));
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private static boolean is(String type, JsonNode value) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "number" -> value.isNumber();
            case "integer" -> value.isIntegralNumber();
            case "boolean" -> value.isBoolean();
            default -> value.isNull();
        };
    }

    private static boolean contains(JsonNode values, JsonNode value) {
        for (JsonNode one : values) if (one.equals(value)) return true;
        return false;
    }

    private static String shown(JsonNode value) {
        return Texts.cut(value.toString(), 60);
    }

    private static Iterable<String> iterable(JsonNode object) {
        return object::fieldNames;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonSchema schema && schema.tree.equals(tree);
    }

    @Override
    public int hashCode() {
        return tree.hashCode();
    }

    @Override
    public String toString() {
        return tree.toString();
    }
}
