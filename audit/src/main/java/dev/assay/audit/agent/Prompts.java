package dev.assay.audit.agent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.journal.CanonicalJson;
import dev.assay.organism.Yaml;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What models are told here ({@code /agent/NAME.yaml}): texts in which values are filled in once, and never again in what they brought. */
final class Prompts {
    private static final Pattern HOLE = Pattern.compile("\\{\\{([a-z]+)}}");

    private final String resource;
    private final JsonNode texts;

    Prompts(String name) {
        this.resource = "/agent/" + name + ".yaml";
        this.texts = Yaml.tree(resource);
    }

    /** {@link IllegalArgumentException} if there is no such text, or a value of it is missing. */
    String of(String name, Map<String, ?> values) {
        if (!texts.path(name).isTextual()) throw new IllegalArgumentException(resource + ": " + name + " is missing");
        return HOLE.matcher(texts.path(name).asText()).replaceAll(hole -> {
            Object value = values.get(hole.group(1));
            if (value == null)
                throw new IllegalArgumentException(resource + ": " + name + " needs a value for " + hole.group());
            return Matcher.quoteReplacement(value.toString());
        });
    }

    /** SHA-256 of all the texts. */
    String hash() {
        return CanonicalJson.sha256(texts);
    }
}
