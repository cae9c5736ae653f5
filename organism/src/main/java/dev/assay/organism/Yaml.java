package dev.assay.organism;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Reads the data files of behaviours and of the bank (docs/formats/behaviour.md); keys are in kebab-case. */
public final class Yaml {
    private static final ObjectMapper MAPPER = YAMLMapper.builder(new YAMLFactory())
            .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private Yaml() {}

    /** The resource of that absolute name as a record; an unknown or missing field is an error that names the file. */
    public static <T> T read(String resource, Class<T> type) {
        return convert(resource, tree(resource), type);
    }

    /** Part of a file as a record. */
    public static <T> T convert(String resource, JsonNode tree, Class<T> type) {
        try {
            return MAPPER.treeToValue(tree, type);
        } catch (JsonProcessingException e) {
            throw new BehaviourException(resource + ": " + e.getOriginalMessage() + " (docs/formats/behaviour.md)", e);
        }
    }

    public static JsonNode tree(String resource) {
        try (InputStream in = Yaml.class.getResourceAsStream(resource)) {
            if (in == null) throw new BehaviourException("the file " + resource + " is missing from this build");
            return MAPPER.readTree(in);
        } catch (JsonProcessingException e) {
            throw new BehaviourException(resource + " is not YAML: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + resource, e);
        }
    }
}
