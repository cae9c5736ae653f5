package dev.assay.audit.tool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.organism.Grammar;
import dev.assay.organism.Yaml;
import dev.assay.stats.SplitRandom;
import java.util.HashMap;
import java.util.Map;

/** What models are asked for, kept in a YAML resource: texts in which symbols are filled in. */
public final class Wording {
    private final String resource;
    private final JsonNode texts;
    private final Grammar none;

    /** @param resource absolute name */
    public Wording(String resource) {
        this.resource = resource;
        this.texts = Yaml.tree(resource);
        this.none = Grammar.of(resource, texts);
    }

    /**
     * One of the texts. What is filled in stays as it is, also where it has braces.
     *
     * @throws IllegalArgumentException if there is no text of that name
     */
    public String of(String name, Map<String, String> values) {
        JsonNode text = texts.path(name);
        if (!text.isTextual()) throw new IllegalArgumentException(resource + ": there is no text " + name);
        return none.expand(text.asText(), SplitRandom.of(0).generator(), new HashMap<>(values));
    }
}
