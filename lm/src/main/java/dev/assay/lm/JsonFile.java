package dev.assay.lm;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A JSON object from a file, or one inside another, whose fields are read with their types. A field that is missing, or is
 * of another type, is a {@link ModelFormatException} that names file and field.
 *
 * @param where the file, for messages
 * @param prefix of field names in messages: empty, or the object's place followed by a dot
 */
record JsonFile(Path where, String prefix, JsonNode node) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Reads a file. */
    static JsonFile read(Path file) {
        try {
            JsonNode node = JSON.readTree(Files.readAllBytes(file));
            if (!node.isObject()) throw new ModelFormatException(file + ": is not a JSON object");
            return new JsonFile(file, "", node);
        } catch (JacksonException e) {
            throw new ModelFormatException(
                    file + ": is not JSON: "
                            + e.getOriginalMessage().lines().findFirst().orElse(""),
                    e);
        } catch (NoSuchFileException e) {
            throw new ModelFormatException(file + ": is missing", e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** Reads a file if it is there. */
    static Optional<JsonFile> find(Path file) {
        return Files.exists(file) ? Optional.of(read(file)) : Optional.empty();
    }

    /** Whether the field is there and not null. */
    boolean has(String field) {
        return node.hasNonNull(field);
    }

    /** An object in this one. */
    JsonFile object(String field) {
        JsonNode inner = node.path(field);
        if (!inner.isObject()) throw wrong(field, "an object");
        return new JsonFile(where, prefix + field + ".", inner);
    }

    int integer(String field) {
        JsonNode value = node.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToInt()) throw wrong(field, "an integer");
        return value.intValue();
    }

    int integer(String field, int missing) {
        return has(field) ? integer(field) : missing;
    }

    double decimal(String field) {
        if (!node.path(field).isNumber()) throw wrong(field, "a number");
        return node.path(field).doubleValue();
    }

    double decimal(String field, double missing) {
        return has(field) ? decimal(field) : missing;
    }

    boolean flag(String field, boolean missing) {
        if (!has(field)) return missing;
        if (!node.path(field).isBoolean()) throw wrong(field, "true or false");
        return node.path(field).booleanValue();
    }

    String text(String field) {
        if (!node.path(field).isTextual()) throw wrong(field, "a string");
        return node.path(field).textValue();
    }

    String text(String field, String missing) {
        return has(field) ? text(field) : missing;
    }

    /** A list of strings. */
    List<String> texts(String field) {
        List<String> out = new ArrayList<>();
        for (JsonNode n : array(field)) {
            if (!n.isTextual()) throw wrong(field, "a list of strings");
            out.add(n.textValue());
        }
        return out;
    }

    /** One integer, or a list of them; nothing where the field is missing. */
    List<Integer> integers(String field) {
        if (!has(field)) return List.of();
        if (!node.path(field).isArray()) return List.of(integer(field));
        List<Integer> out = new ArrayList<>();
        for (JsonNode n : node.path(field)) {
            if (!n.isIntegralNumber() || !n.canConvertToInt()) throw wrong(field, "integers");
            out.add(n.intValue());
        }
        return out;
    }

    /** The first of {@link #integers}. */
    OptionalInt first(String field) {
        return integers(field).stream().mapToInt(i -> i).findFirst();
    }

    JsonNode array(String field) {
        if (!node.path(field).isArray()) throw wrong(field, "a list");
        return node.path(field);
    }

    /** An exception about a field. */
    ModelFormatException wrong(String field, String wanted) {
        JsonNode value = node.path(field);
        String found = value.isMissingNode() ? "is missing" : "is " + shortened(value.toString());
        return new ModelFormatException(where + ": " + prefix + field + " should be " + wanted + ", but " + found);
    }

    /** An exception about a field whose value is understood and not supported. */
    ModelFormatException unsupported(String field, String supported) {
        return new ModelFormatException(where + ": " + prefix + field + " is "
                + shortened(node.path(field).toString()) + "; supported: " + supported);
    }

    private static String shortened(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "..." : text;
    }
}
