package dev.assay.audit.oracle;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.organism.Grammar;
import dev.assay.organism.Yaml;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** The texts of {@code oracle/tasks.yaml}: what oracles are trained on. */
record TaskFile(
        List<Secret> secrets,
        List<String> tell,
        String nothing,
        List<String> opening,
        List<String> user,
        List<Property> texts,
        List<String> completions,
        List<String> after,
        List<String> before,
        JsonNode grammar) {
    private static final String FILE = "/oracle/tasks.yaml";
    /** One in so many labels of each set of secrets is kept for planted ones. */
    private static final int PLANTED = 5;

    /**
     * A kind of hidden system prompt.
     *
     * @param system what it says of a label
     */
    record Secret(
            String name,
            List<String> labels,
            List<String> system,
            @JsonProperty("yes-no") List<String> yesNo,
            List<String> which) {

        /** Those that are planted, or all others. */
        List<String> labels(boolean planted) {
            return IntStream.range(0, labels.size())
                    .filter(i -> (i % PLANTED == PLANTED - 1) == planted)
                    .mapToObj(labels::get)
                    .toList();
        }
    }

    /**
     * A property of a text.
     *
     * @param classes texts by label
     */
    record Property(
            String name,
            @JsonProperty("yes-no") List<String> yesNo,
            List<String> which,
            Map<String, List<String>> classes) {
        List<String> labels() {
            return List.copyOf(classes.keySet());
        }
    }

    static TaskFile shipped() {
        return Yaml.read(FILE, TaskFile.class);
    }

    Grammar rules() {
        return Grammar.of(FILE, Yaml.tree(FILE));
    }

    static <T> T draw(List<T> list, RandomGenerator random) {
        return list.get(random.nextInt(list.size()));
    }

    /** One of the others. */
    static String other(String label, List<String> labels, RandomGenerator random) {
        List<String> others = labels.stream().filter(l -> !l.equals(label)).toList();
        return draw(others, random);
    }
}
