package dev.assay.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The one way in which values become JSON here: UTF-8, no white space, keys of objects in the order of their UTF-16
 * units, doubles as the shortest text that reads back as the same double. Equal values give equal bytes, so hashes of
 * them can be compared.
 *
 * <p>Values are what Jackson can write: records, maps, lists, strings, numbers, {@link JsonNode}, and optionals, of which an
 * empty one is null. {@code 1} and {@code 1L} are written alike, {@code 1.0} is not. NaN and infinities are written as strings, and read as numbers
 * where a number is asked for.
 */
public final class CanonicalJson {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private CanonicalJson() {}

    /**
     * The canonical bytes of a value.
     *
     * @throws IllegalArgumentException if Jackson can't write it
     */
    public static byte[] bytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(MAPPER.<JsonNode>valueToTree(value));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("can't be written as JSON: " + value.getClass(), e);
        }
    }

    /**
     * A value as a tree, exactly as it would be read back from a file: so that a run sees the same before and after it
     * was resumed.
     *
     * @throws IllegalArgumentException if Jackson can't write it
     */
    public static JsonNode tree(Object value) {
        return parse(bytes(value));
    }

    /** SHA-256 of the {@linkplain #bytes canonical bytes}, as 64 hex digits. */
    public static String sha256(Object value) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes(value)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /**
     * A tree as a value of a type; fields of the JSON that the type lacks are passed over, so that old records load.
     *
     * @throws IllegalArgumentException if the tree is not of that type
     */
    public static <T> T value(JsonNode tree, Class<T> type) {
        try {
            return MAPPER.treeToValue(tree, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a " + type.getSimpleName() + ": " + e.getOriginalMessage(), e);
        }
    }

    /**
     * Parses one JSON text.
     *
     * @throws UncheckedIOException if it is none
     */
    public static JsonNode parse(byte[] json) {
        try {
            return MAPPER.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Canonical but indented, for files that people read. */
    public static byte[] pretty(Object value) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(tree(value));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("can't be written as JSON: " + value.getClass(), e);
        }
    }
}
