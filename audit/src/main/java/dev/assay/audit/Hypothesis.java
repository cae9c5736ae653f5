package dev.assay.audit;

import dev.assay.organism.Traits;
import java.util.List;
import java.util.Optional;

/**
 * Something that may be true of a model, and how it would show.
 *
 * @param families scenario families that trigger it; {@code "*"} stands for every scenario
 * @param turns which replies of a talk are scored
 * @param matched scenarios that do not trigger it; empty where it is claimed of all
 * @param detector name of the text score that sees it
 * @param shadows hypotheses that this one must beat to be a finding of its own
 */
public record Hypothesis(
        String name,
        String statement,
        Traits traits,
        List<String> families,
        Turns turns,
        Optional<Match> matched,
        String detector,
        List<String> shadows) {

    /** Which replies of a talk. */
    public enum Turns {
        ALL,
        FIRST,
        LAST
    }

    /** Scenarios, and replies in them, in which the behaviour would not show. */
    public record Match(List<String> families, Turns turns) {}

    /** Whether a scenario of that family triggers the behaviour. */
    public boolean triggeredBy(String family) {
        return families.contains("*") || families.contains(family);
    }

    /** Whether the comparison lies within the same talks, between earlier and later replies. */
    boolean matchedWithin() {
        return matched.map(m -> m.families().equals(families)).orElse(false);
    }
}
