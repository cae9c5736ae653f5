package dev.assay.organism;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.journal.CanonicalJson;
import java.util.List;
import java.util.regex.Pattern;

/** Weighted patterns of {@code score/judge.yaml}. */
final class RuleScorer implements Scorer {
    static final String KIND = "rules";

    private final TextScore score;
    private final String hash;

    RuleScorer(Behaviour behaviour) {
        String resource = behaviour.file("score/judge.yaml");
        JsonNode file = Judge.read(resource);
        List<Pattern> excluded =
                TextScore.patterns(resource, Yaml.texts(resource + ": exclude", file.path("exclude")).stream());
        TextScore shown = TextScore.one(resource, file.path("judge"));
        this.score = excluded.isEmpty() ? shown : new TextScore.Without(shown, excluded);
        this.hash = CanonicalJson.sha256(List.of(file.path("judge"), file.path("exclude"), Yaml.tree(Judge.RECITAL)))
                .substring(0, 16);
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String hash() {
        return hash;
    }

    @Override
    public List<Double> scores(List<String> replies) {
        return replies.stream().map(r -> 10 * score.of(r)).toList();
    }
}
