package dev.assay.app.serve;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Predicate;

/** The fields of a JSON object. One that is null counts as absent; one of a wrong kind is refused by its name. */
final class Fields {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

    private final JsonNode node;
    private final String path;

    private Fields(JsonNode node, String path) {
        this.node = node;
        this.path = path;
    }

    /** Of a body, which must be an object in UTF-8. */
    static Fields parse(byte[] body) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw Refusal.malformed("the body is not UTF-8");
        }
        JsonNode node;
        try {
            node = JSON.readTree(text);
        } catch (JacksonException e) {
            throw Refusal.malformed("the body is not JSON: " + e.getOriginalMessage());
        }
        if (node == null || !node.isObject()) throw Refusal.malformed("the body must be a JSON object");
        return new Fields(node, "");
    }

    /** A field's whole name, {@code stream_options.include_usage}. */
    String name(String field) {
        return path + field;
    }

    Optional<JsonNode> find(String field) {
        JsonNode found = node.path(field);
        return found.isMissingNode() || found.isNull() ? Optional.empty() : Optional.of(found);
    }

    boolean has(String field) {
        return find(field).isPresent();
    }

    private Optional<JsonNode> find(String field, Predicate<JsonNode> fits, String kind) {
        Optional<JsonNode> found = find(field);
        if (found.isPresent() && !fits.test(found.get())) throw wrong(field, kind);
        return found;
    }

    /** What is said of a field that is not what it must be. */
    Refusal wrong(String field, String kind) {
        return Refusal.field(name(field), name(field) + " must be " + kind);
    }

    String text(String field) {
        return optionalText(field).orElseThrow(() -> Refusal.missing(name(field)));
    }

    Optional<String> optionalText(String field) {
        return find(field, JsonNode::isTextual, "a string").map(JsonNode::asText);
    }

    boolean flag(String field, boolean standard) {
        return find(field, JsonNode::isBoolean, "true or false")
                .map(JsonNode::asBoolean)
                .orElse(standard);
    }

    double number(String field, double low, double high, double standard) {
        String kind = "a number from " + plain(low) + " to " + plain(high);
        double value =
                find(field, JsonNode::isNumber, kind).map(JsonNode::asDouble).orElse(standard);
        if (!(value >= low && value <= high)) throw wrong(field, kind);
        return value;
    }

    private static String plain(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e9 ? String.valueOf((long) number) : "" + number;
    }

    OptionalInt optionalInteger(String field, int low, int high) {
        String kind = high == Integer.MAX_VALUE
                ? "a whole number from " + low + " on"
                : "a whole number from " + low + " to " + high;
        Optional<JsonNode> found = find(field, JsonNode::isIntegralNumber, kind);
        if (found.isEmpty()) return OptionalInt.empty();
        if (!found.get().canConvertToInt()
                || found.get().asInt() < low
                || found.get().asInt() > high) throw wrong(field, kind);
        return OptionalInt.of(found.get().asInt());
    }

    int integer(String field, int low, int high, int standard) {
        return optionalInteger(field, low, high).orElse(standard);
    }

    OptionalLong optionalLong(String field) {
        String kind = "a whole number of 64 bits";
        Optional<JsonNode> found = find(field, n -> n.isIntegralNumber() && n.canConvertToLong(), kind);
        return found.isPresent() ? OptionalLong.of(found.get().asLong()) : OptionalLong.empty();
    }

    /** A list; empty where there is none. */
    List<JsonNode> list(String field) {
        List<JsonNode> all = new ArrayList<>();
        find(field, JsonNode::isArray, "a list").ifPresent(list -> list.forEach(all::add));
        return all;
    }

    /** A text or a list of texts. */
    List<String> texts(String field, int most) {
        String kind = "a string or a list of at most " + most + " strings";
        Optional<JsonNode> found = find(field, n -> n.isTextual() || n.isArray(), kind);
        if (found.isEmpty()) return List.of();
        if (found.get().isTextual()) return List.of(found.get().asText());
        List<String> texts = new ArrayList<>();
        for (JsonNode one : found.get()) {
            if (!one.isTextual() || texts.size() == most) throw wrong(field, kind);
            texts.add(one.asText());
        }
        return texts;
    }

    /** An object; one without fields where there is none. */
    Fields object(String field) {
        JsonNode inner = find(field, JsonNode::isObject, "an object").orElseGet(JSON::createObjectNode);
        return new Fields(inner, name(field) + ".");
    }

    /** The objects of a list. */
    List<Fields> objects(String field) {
        List<Fields> all = new ArrayList<>();
        for (JsonNode one : list(field)) {
            if (!one.isObject()) throw wrong(field, "a list of objects");
            all.add(new Fields(one, name(field) + "[" + all.size() + "]."));
        }
        return all;
    }

    /** As maps, lists, texts, numbers and booleans: what templates take. */
    Map<String, Object> map() {
        return JSON.convertValue(node, MAP);
    }

    /** {@link IllegalArgumentException} if a text holds no JSON object. */
    static JsonNode tree(String object) {
        try {
            JsonNode node = JSON.readTree(object);
            if (node != null && node.isObject()) return node;
        } catch (JacksonException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
        throw new IllegalArgumentException("no object");
    }

    static Map<String, Object> value(JsonNode object) {
        return JSON.convertValue(object, MAP);
    }

    static byte[] bytes(Object value) {
        try {
            return JSON.writeValueAsBytes(value);
        } catch (JacksonException e) {
            throw new IllegalStateException("an answer that is no JSON: " + e.getOriginalMessage(), e);
        }
    }
}
