package dev.assay.sae;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The fields of one section of a recipe, read by name with defaults; {@link #done} complains about names never asked for. */
final class Fields {
    private final String file;
    private final String path;
    private final JsonNode node;
    private final Set<String> known = new HashSet<>();

    Fields(String file, String path, JsonNode node) {
        this.file = file;
        this.path = path;
        this.node = node;
        if (!node.isObject() && !node.isMissingNode() && !node.isNull())
            throw new SaeException(file + ": " + path + " must be a section of fields, was " + node);
    }

    /** A section; empty if it is not there. */
    Fields section(String name) {
        known.add(name);
        return new Fields(file, name(name), node.path(name));
    }

    /** Of all fields. */
    List<String> names() {
        var names = new ArrayList<String>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    boolean has(String name) {
        known.add(name);
        return node.has(name);
    }

    double number(String name, double otherwise) {
        known.add(name);
        JsonNode value = node.path(name);
        if (value.isMissingNode()) return otherwise;
        if (!value.isNumber()) throw wrong(name, "a number", value);
        return value.asDouble();
    }

    double number(String name) {
        if (!has(name)) throw new SaeException(file + ": " + name(name) + " is missing; give it a number");
        return number(name, 0);
    }

    long whole(String name, long otherwise) {
        known.add(name);
        JsonNode value = node.path(name);
        if (value.isMissingNode()) return otherwise;
        if (value.isNumber()
                && value.asDouble() == Math.rint(value.asDouble())
                && Math.abs(value.asDouble()) <= 1L << 53) return (long) value.asDouble();
        throw wrong(name, "a whole number", value);
    }

    /** A whole number from {@code least} on that fits an int. */
    int count(String name, int least, int otherwise) {
        long value = whole(name, otherwise);
        if (value < least || value > Integer.MAX_VALUE - 8)
            throw wrong(name, "a whole number of at least " + least + " and below 2^31", node.path(name));
        return (int) value;
    }

    /** A number from {@code least} to {@code most}. */
    double within(String name, double least, double most, double otherwise) {
        double value = number(name, otherwise);
        if (value < least || value > most)
            throw wrong(
                    name,
                    most == Double.POSITIVE_INFINITY
                            ? "a number of at least " + least
                            : "a number from " + least + " to " + most,
                    node.path(name));
        return value;
    }

    /** A number above 0. */
    double positive(String name, double otherwise) {
        double value = number(name, otherwise);
        if (!(value > 0)) throw wrong(name, "a number above 0", node.path(name));
        return value;
    }

    boolean flag(String name, boolean otherwise) {
        known.add(name);
        JsonNode value = node.path(name);
        if (value.isMissingNode()) return otherwise;
        if (!value.isBoolean()) throw wrong(name, "true or false", value);
        return value.asBoolean();
    }

    String text(String name, String otherwise) {
        known.add(name);
        JsonNode value = node.path(name);
        if (value.isMissingNode()) return otherwise;
        if (!value.isTextual()) throw wrong(name, "a word", value);
        return value.asText();
    }

    List<Integer> wholes(String name) {
        known.add(name);
        List<Integer> out = new ArrayList<>();
        JsonNode values = node.path(name);
        if (!values.isArray() && !values.isMissingNode()) throw wrong(name, "a list of whole numbers", values);
        for (JsonNode v : values) {
            if (!v.isInt()) throw wrong(name, "a list of whole numbers", values);
            out.add(v.asInt());
        }
        return out;
    }

    /** One of an enum's constants, written in kebab-case. */
    <E extends Enum<E>> E one(Class<E> of, String name, E otherwise) {
        String text = text(name, kebab(otherwise));
        for (E constant : of.getEnumConstants()) if (kebab(constant).equals(text)) return constant;
        List<String> names = new ArrayList<>();
        for (E constant : of.getEnumConstants()) names.add(kebab(constant));
        throw new SaeException(
                file + ": " + name(name) + " is '" + text + "'; possible are " + String.join(", ", names));
    }

    /** Throws if the section has a field that nobody asked for. */
    void done() {
        node.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name))
                throw new SaeException(file + ": there is no field " + name(name) + " here; known are "
                        + String.join(", ", known.stream().sorted().toList()));
        });
    }

    static String kebab(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private String name(String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    private SaeException wrong(String name, String wanted, JsonNode value) {
        return new SaeException(file + ": " + name(name) + " must be " + wanted + ", was " + value);
    }
}
