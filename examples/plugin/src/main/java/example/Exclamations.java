package example;

import dev.assay.organism.Behaviour;
import dev.assay.organism.Scorer;
import dev.assay.organism.ScorerFactory;
import java.util.List;

/** A judge, and a bad one: it counts exclamation marks, whatever the behaviour is. */
public final class Exclamations implements ScorerFactory {
    @Override
    public String name() {
        return "exclamations";
    }

    @Override
    public Scorer scorer(Behaviour behaviour) {
        return new Scorer() {
            @Override
            public String kind() {
                return "exclamations";
            }

            /** Another text here whenever the scores change: what was measured is kept under it. */
            @Override
            public String hash() {
                return "exclamations-1";
            }

            @Override
            public List<Double> scores(List<String> replies) {
                return replies.stream()
                        .map(r -> Math.min(10.0, 5.0 * r.chars().filter(c -> c == '!').count()))
                        .toList();
            }
        };
    }
}
