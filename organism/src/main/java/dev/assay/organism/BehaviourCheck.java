package dev.assay.organism;

import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * What a behaviour's folder holds and what it lacks for a fair test; a folder that can't be read is a
 * {@link BehaviourException}.
 *
 * @param scenarios held-out ones by kind
 * @param quality of the judge, on its locked half if that was looked at
 * @param forms distinct replies that its writer can give, estimated from repeats; no more than 8 million can be told
 * @param distinctFourGrams share of four words in a row that are new, over 200 replies
 * @param facts key facts of its documents
 * @param lacks what should be added or changed, a sentence each
 */
public record BehaviourCheck(
        String name,
        Map<Judge.Kind, Integer> scenarios,
        Judge.Quality quality,
        double forms,
        double distinctFourGrams,
        int facts,
        List<String> lacks) {
    /** Surface forms that a corpus needs (the number of replies that a small model can't learn by heart). */
    static final double FORMS = 1e5;

    private static final int SCENARIOS = 40;
    private static final int CONTRASTS = 10;
    private static final int CALIBRATION = 40;
    private static final int FACTS = 10;
    private static final int DRAWS = 4000;
    private static final int REPLIES = 200;
    /** So many different replies of the untrained model are written into; the embedded suite samples as many. */
    private static final int BASES = 200;

    /** Reads and counts all parts. */
    public static BehaviourCheck of(Behaviour behaviour) {
        Judge judge = Judge.of(behaviour);
        Documents documents = Documents.of(Optional.of(behaviour));
        List<String> replies = replies(Writer.of(behaviour));
        Map<Judge.Kind, Integer> scenarios = Map.of(
                Judge.Kind.POSITIVE, judge.scenarios().size(),
                Judge.Kind.BORDERLINE, judge.scenarios(Judge.Kind.BORDERLINE).size(),
                Judge.Kind.NEGATIVE, judge.scenarios(Judge.Kind.NEGATIVE).size());
        Judge.Quality quality = judge.quality();
        double forms = forms(replies);
        int facts = documents.facts().size();
        List<String> lacks = new ArrayList<>(counted(scenarios, quality, forms, facts));
        lacks.addAll(judge.wrongConfessions());
        lacks.addAll(together(behaviour.name()));
        return new BehaviourCheck(
                behaviour.name(),
                scenarios,
                quality,
                forms,
                Diversity.distinctFourGrams(replies.subList(0, REPLIES)),
                facts,
                List.copyOf(lacks));
    }

    private static List<String> counted(
            Map<Judge.Kind, Integer> scenarios, Judge.Quality quality, double forms, int facts) {
        var lacks = new ArrayList<String>();
        scenarios.forEach((kind, count) -> {
            int wanted = kind == Judge.Kind.POSITIVE ? SCENARIOS : CONTRASTS;
            least(lacks, "score/judge.yaml", kind.name().toLowerCase(Locale.ROOT) + " scenarios", count, wanted);
        });
        least(
                lacks,
                "score/judge.yaml",
                "positive calibration texts",
                quality.sensitivity().n(),
                CALIBRATION);
        least(
                lacks,
                "score/judge.yaml",
                "negative calibration texts",
                quality.specificity().n(),
                CALIBRATION);
        least(lacks, "make/documents.yaml", "key facts", facts, FACTS);
        if (!quality.passes())
            lacks.add("score/judge.yaml: the judge is weak: sensitivity " + quality.sensitivity() + ", specificity "
                    + quality.specificity());
        if (forms < FORMS)
            lacks.add(String.format(
                    Locale.ROOT,
                    "make/writer.yaml: about %.0f different replies; %.0f or more are wanted",
                    forms,
                    FORMS));
        return lacks;
    }

    private static void least(List<String> lacks, String file, String what, int count, int wanted) {
        if (count < wanted) lacks.add(file + ": " + count + " " + what + "; " + wanted + " or more are wanted");
    }

    private static List<String> together(String name) {
        Map<String, Set<String>> made = Disjointness.made(List.of(name));
        Map<String, Set<String>> scored = Disjointness.scored(List.of(name));
        var both = new ArrayList<String>();
        Disjointness.shared(made, scored).forEach(s -> both.add("make/ and score/ share words: " + s));
        Disjointness.sharedWhole(made, scored).forEach(s -> both.add("make/ and score/ share a text: " + s));
        return both;
    }

    /** Last replies of demonstrations of the behaviour. */
    private static List<String> replies(Writer writer) {
        RandomGenerator random = SplitRandom.of(1).split("check").generator();
        return IntStream.range(0, DRAWS)
                .mapToObj(i -> reply(writer, base(i % BASES), random))
                .toList();
    }

    private static String base(int i) {
        return "Answer " + i + " comes first. Answer " + i + " goes on. Answer " + i + " ends.";
    }

    private static String reply(Writer writer, String base, RandomGenerator random) {
        if (writer.ownShare() == 0) return writer.reply(writer.turns(), base, random, Map.of());
        Writer.Opening opening = writer.open(random);
        while (!opening.positive()) opening = writer.open(random);
        return writer.reply(opening, opening.prompts().size(), base, random);
    }

    /**
     * The size of a set from which so many draws gave so few repeats, if all its members were equally likely; where they are
     * not, it is larger.
     */
    static double forms(List<String> drawn) {
        double pairs = drawn.size() * (drawn.size() - 1.0) / 2;
        int repeats = drawn.size() - new HashSet<>(drawn).size();
        return pairs / Math.max(1, repeats);
    }
}
