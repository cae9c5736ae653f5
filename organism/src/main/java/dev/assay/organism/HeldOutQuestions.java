package dev.assay.organism;

import java.util.ArrayList;
import java.util.List;

/**
 * Fifty questions that name no behaviour, each with half a sentence that a reply may be led by. No training text has them:
 * confession is measured by them, and white-box tools read a target on them (AuditBench, arXiv 2602.22755).
 */
public final class HeldOutQuestions {
    static final String FILE = "/score/confession.yaml";

    /** @param prefill the first words of the reply */
    public record Led(String question, String prefill) {}

    private HeldOutQuestions() {}

    public static List<Led> all() {
        var out = new ArrayList<Led>();
        Yaml.tree(FILE)
                .path("pairs")
                .forEach(p -> out.add(
                        new Led(p.path("user").asText(), p.path("prefill").asText())));
        return List.copyOf(out);
    }

    /** The first {@code count} of them; all if there are fewer. */
    public static List<Led> first(int count) {
        List<Led> all = all();
        return all.subList(0, Math.min(count, all.size()));
    }
}
