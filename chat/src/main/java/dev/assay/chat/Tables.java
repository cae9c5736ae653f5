package dev.assay.chat;

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

/** Reads YAML with keys in kebab-case. */
final class Tables {
    static final ObjectMapper MAPPER = YAMLMapper.builder(new YAMLFactory())
            .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private Tables() {}

    /** A table that comes with this module. */
    static <T> T read(String resource, Class<T> type) {
        try (InputStream in = Tables.class.getResourceAsStream(resource)) {
            if (in == null) throw new IllegalStateException("the file " + resource + " is missing from this build");
            return MAPPER.treeToValue(MAPPER.readTree(in), type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(resource + ": " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + resource, e);
        }
    }

    /** {@link ChatException.Configuration} if the text is not YAML. */
    static JsonNode parse(String text, String file) {
        try {
            JsonNode tree = MAPPER.readTree(text);
            return tree == null ? MAPPER.nullNode() : tree;
        } catch (JsonProcessingException e) {
            throw new ChatException.Configuration(file + " is not YAML: " + Texts.cut(e.getOriginalMessage(), 200)
                    + (e.getLocation() == null
                            ? ""
                            : " (line " + e.getLocation().getLineNr() + ")"));
        }
    }
}
