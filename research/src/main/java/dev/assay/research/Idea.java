package dev.assay.research;

import java.util.List;
import java.util.Map;

/**
 * What a researcher proposes: one idea for one sprint, with its own statement of how likely it is to come true.
 *
 * @param key the same for the same idea
 * @param origin where it comes from
 * @param motivation why, in words, from what the ledger has
 * @param hypothesis what should be seen if it is true
 * @param probability stated, that it is promoted
 * @param variants ways to carry it out, of which the screen keeps one
 */
public record Idea(
        String key,
        String title,
        String family,
        Origin origin,
        String motivation,
        String hypothesis,
        double probability,
        List<Variant> variants) {
    public Idea {
        variants = List.copyOf(variants);
        if (variants.isEmpty()) throw new ResearchException("the idea '" + title + "' has no variant to run");
        if (!(probability >= 0 && probability <= 1))
            throw new ResearchException("the idea '" + title + "' needs a probability from 0 to 1, not " + probability);
    }

    /** Where an idea comes from; shown in every table. */
    public enum Origin {
        LITERATURE,
        HUMAN_HINT,
        PAST_SPRINT,
        /** Made in a separate run, without sight of past sprints. */
        BLIND,
        OWN
    }

    /**
     * One way to carry it out.
     *
     * @param choices of the grammar, all of them
     * @param sources of a candidate that is code, by file name; empty for a recipe
     */
    public record Variant(String name, Map<String, String> choices, Map<String, String> sources) {
        public Variant {
            choices = Map.copyOf(choices);
            sources = Map.copyOf(sources);
        }

        public Variant(String name, Map<String, String> choices) {
            this(name, choices, Map.of());
        }
    }
}
