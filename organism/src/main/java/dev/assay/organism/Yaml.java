package dev.assay.organism;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Reads the data files of behaviours and of the bank (docs/formats/behaviour.md); keys are in kebab-case. */
public final class Yaml {
    private static final ObjectMapper MAPPER = YAMLMapper.builder(new YAMLFactory())
            .addModule(new Jdk8Module())
            .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private static final String FORMAT = " (docs/formats/behaviour.md)";

    private Yaml() {}

    /** A file, or the resource of that absolute name, as a record; an unknown or missing field is an error that names the file. */
    public static <T> T read(String resource, Class<T> type) {
        return convert(resource, tree(resource), type);
    }

    /** Part of a file as a record. */
    public static <T> T convert(String resource, JsonNode tree, Class<T> type) {
        try {
            return MAPPER.treeToValue(tree, type);
        } catch (JsonProcessingException e) {
            throw new BehaviourException(resource + ": " + e.getOriginalMessage() + FORMAT, e);
        }
    }

    /** What a file holds. It is named by its URI, a resource of this build by its absolute name. */
    public static JsonNode tree(String resource) {
        try (InputStream in = open(resource)) {
            return MAPPER.readTree(in);
        } catch (JsonProcessingException e) {
            throw new BehaviourException(resource + " is not YAML: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + resource + ": " + e.getMessage(), e);
        }
    }

    /** The same; a field that is neither required nor optional, or a required one that is missing, is an error. */
    static JsonNode tree(String resource, Set<String> required, Set<String> optional) {
        JsonNode file = tree(resource);
        if (!file.isObject()) throw new BehaviourException(resource + ": fields were expected" + FORMAT);
        for (String field : required)
            if (!file.has(field)) throw new BehaviourException(resource + ": " + field + " is missing" + FORMAT);
        file.fieldNames().forEachRemaining(field -> {
            if (!required.contains(field) && !optional.contains(field))
                throw new BehaviourException(resource + ": unknown field " + field + "; there are "
                        + String.join(", ", new TreeSet<>(required)) + ", "
                        + String.join(", ", new TreeSet<>(optional)) + FORMAT);
        });
        return file;
    }

    /** The texts of a list, or the one text. */
    static List<String> texts(String where, JsonNode node) {
        if (node.isTextual()) return List.of(node.asText());
        var texts = new ArrayList<String>();
        for (JsonNode n : node) {
            if (!n.isTextual())
                throw new BehaviourException(where + ": a text was expected, found " + n
                        + "; a text with a colon or a leading sign must stand in quotation marks");
            texts.add(n.asText());
        }
        return List.copyOf(texts);
    }

    public static boolean exists(String resource) {
        return isFile(resource)
                ? Files.exists(Path.of(URI.create(resource)))
                : Yaml.class.getResource(resource) != null;
    }

    private static InputStream open(String resource) throws IOException {
        InputStream in = !exists(resource)
                ? null
                : isFile(resource)
                        ? Files.newInputStream(Path.of(URI.create(resource)))
                        : Yaml.class.getResourceAsStream(resource);
        if (in == null)
            throw new BehaviourException(resource + " is missing" + (isFile(resource) ? FORMAT : " from this build"));
        return in;
    }

    private static boolean isFile(String resource) {
        return resource.startsWith("file:");
    }
}
