package dev.assay.world;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;

/** A JSON object whose fields are asked for by name; errors name the file, the field, and what is allowed. */
final class Fields {
    private final String where;
    private final JsonNode object;

    private Fields(String where, JsonNode object) {
        this.where = where;
        this.object = object;
    }

    /** The whole of a file. */
    static Fields of(String file, JsonNode object) {
        if (!object.isObject()) throw new WorldException(file + " holds no JSON object");
        return new Fields(file + ": ", object);
    }

    /** Refuses fields of other names. */
    Fields only(String... names) {
        List<String> allowed = List.of(names);
        for (var e : object.properties())
            if (!allowed.contains(e.getKey()))
                throw new WorldException(where + "the field " + e.getKey() + " is unknown; allowed are "
                        + String.join(", ", allowed.stream().sorted().toList()));
        return this;
    }

    /** Makes a value of these fields; what is wrong with the value is said to be wrong here. */
    <T> T as(Function<Fields, T> make) {
        try {
            return make.apply(this);
        } catch (WorldException e) {
            String message = String.valueOf(e.getMessage());
            throw message.contains(": ") ? e : new WorldException(where + message, e);
        }
    }

    /** The value, empty if it is absent or null. */
    Optional<JsonNode> find(String name) {
        JsonNode value = object.path(name);
        return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(value);
    }

    Fields need(String name, String allowed) {
        return object(name).orElseThrow(() -> wrong(name, allowed));
    }

    Optional<Fields> object(String name) {
        if (find(name).isPresent() && !object.path(name).isObject()) throw wrong(name, "an object or null");
        return find(name).map(value -> new Fields(where + name + ".", value));
    }

    int needInteger(String name) {
        return integer(name).orElseThrow(() -> wrong(name, "a whole number"));
    }

    OptionalInt integer(String name) {
        var value = whole(name);
        if (value.isEmpty()) return OptionalInt.empty();
        if (value.getAsLong() != (int) value.getAsLong()) throw wrong(name, "a whole number of 32 bits");
        return OptionalInt.of((int) value.getAsLong());
    }

    OptionalLong whole(String name) {
        var value = find(name);
        if (value.isEmpty()) return OptionalLong.empty();
        if (!value.get().isIntegralNumber() || !value.get().canConvertToLong()) throw wrong(name, "a whole number");
        return OptionalLong.of(value.get().longValue());
    }

    double needNumber(String name) {
        return number(name).orElseThrow(() -> wrong(name, "a number"));
    }

    OptionalDouble number(String name) {
        var value = find(name);
        if (value.isEmpty()) return OptionalDouble.empty();
        if (!value.get().isNumber()) throw wrong(name, "a number");
        return OptionalDouble.of(value.get().doubleValue());
    }

    boolean flag(String name) {
        var value = find(name);
        if (value.isPresent() && !value.get().isBoolean()) throw wrong(name, "true or false");
        return value.isPresent() && value.get().booleanValue();
    }

    Optional<String> text(String name) {
        var value = find(name);
        if (value.isPresent() && !value.get().isTextual()) throw wrong(name, "a text or null");
        return value.map(JsonNode::textValue);
    }

    /** What stands under this field's text in {@code choices}. */
    <T> T choice(String name, Map<String, T> choices) {
        return text(name)
                .flatMap(key -> Optional.ofNullable(choices.get(key)))
                .orElseThrow(() -> wrong(name, "one of " + String.join(", ", new TreeMap<>(choices).keySet())));
    }

    void needList(String name) {
        if (!object.path(name).isArray()) throw wrong(name, "a list of objects");
    }

    /** The items of a list; none if it is absent. */
    List<Fields> items(String name) {
        JsonNode list = object.path(name);
        if (list.isMissingNode()) return List.of();
        if (!list.isArray()) throw wrong(name, "a list of objects");
        List<Fields> items = new ArrayList<>();
        for (JsonNode item : list) {
            if (!item.isObject()) throw wrong(name, "a list of objects");
            items.add(new Fields(where + name + "[" + items.size() + "].", item));
        }
        return items;
    }

    WorldException wrong(String name, String allowed) {
        JsonNode value = object.path(name);
        String found = value.isMissingNode() ? "missing" : value.toString();
        return new WorldException(where + name + " is " + found + ", it must be " + allowed);
    }
}
