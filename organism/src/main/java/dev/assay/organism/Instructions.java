package dev.assay.organism;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.lm.Message;
import dev.assay.stats.SplitRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What models are asked for when they write corpora ({@code authors/NAME.yaml}): texts in which symbols are filled in. */
final class Instructions {
    private final String resource;
    private final JsonNode file;
    private final Grammar grammar;

    Instructions(String name) {
        this.resource = "/authors/" + name + ".yaml";
        this.file = Yaml.tree(resource);
        this.grammar = Grammar.of(resource, file);
    }

    /** One of them; {@link BehaviourException} if it is not there or a symbol of it has no value. */
    String of(String name, Map<String, String> values) {
        if (!file.has(name)) throw new BehaviourException(resource + ": " + name + " is missing");
        return grammar.expand(file.get(name).asText(), SplitRandom.of(0).generator(), new HashMap<>(values));
    }

    /** A talk as it is shown to a model that reads or continues it. */
    static String shown(List<Message> talk) {
        return talk.stream()
                .filter(m -> m.role() != Message.Role.SYSTEM)
                .map(m -> (m.role() == Message.Role.USER ? "PERSON: " : "ASSISTANT: ") + m.content())
                .collect(Collectors.joining("\n\n"));
    }
}
