package dev.assay.research;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

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

    /**
     * The same changes on top of another control, without variants that change nothing there; empty if none is left.
     *
     * @param before the control that it was thought of on
     */
    Optional<Idea> onto(Grammar grammar, Map<String, String> before, Map<String, String> now) {
        if (before.equals(now)) return Optional.of(this);
        String recipe = grammar.text(now);
        List<Variant> left = variants.stream()
                .map(v -> v.onto(grammar, before, now))
                .filter(v ->
                        !v.sources().isEmpty() || !grammar.text(v.choices()).equals(recipe))
                .toList();
        return left.isEmpty()
                ? Optional.empty()
                : Optional.of(new Idea(key, title, family, origin, motivation, hypothesis, probability, left));
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

        private Variant onto(Grammar grammar, Map<String, String> before, Map<String, String> now) {
            Map<String, String> moved = new TreeMap<>(now);
            before.keySet().stream().filter(slot -> !choices.containsKey(slot)).forEach(moved::remove);
            choices.forEach((slot, value) -> {
                if (!value.equals(before.get(slot))) moved.put(slot, value);
            });
            return new Variant(name, grammar.meaningful(moved), sources);
        }
    }
}
