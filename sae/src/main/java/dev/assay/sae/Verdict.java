package dev.assay.sae;

import dev.assay.stats.Holm;
import dev.assay.stats.SampleMean;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What runs say of a claim, or, where nothing is claimed, whether the score that counts most (F1 on worlds) is higher or
 * lower than that of the row compared with.
 *
 * @param differences paired by seed, row less the row compared with, by score
 * @param n seeds that both have
 * @param p of the verdict, or of the nearer one where it is undecided; Holm over the family
 */
public record Verdict(Outcome outcome, int n, Map<String, SampleMean> differences, double p) {
    private static final double LEVEL = 0.05;

    public Verdict {
        differences = Map.copyOf(differences);
    }

    /** In the words that tables use. */
    public enum Outcome {
        HOLDS("holds"),
        FAILS("does not hold"),
        HIGHER("higher"),
        LOWER("lower"),
        UNDECIDED("undecided"),
        /** One seed: it says nothing about the next. */
        ANECDOTE("anecdote");

        public final String words;

        Outcome(String words) {
            this.words = words;
        }
    }

    /**
     * A question of a family.
     *
     * @param differences paired by seed, of all scores
     */
    public record Question(Optional<Claim> claim, Map<String, SampleMean> differences) {
        SampleMean difference(String metric) {
            return Objects.requireNonNull(differences.get(metric), () -> "no differences of " + metric + " were given");
        }
    }

    /**
     * Answers a family of questions. Of each both answers are tested, one-sided, each at 5 % after Holm's correction over
     * all answers of the family: so the chance that any verdict of the family is wrong is at most 5 %.
     *
     * @param margin differences up to this are none
     * @param primary the score that decides where nothing is claimed
     */
    public static List<Verdict> of(List<Question> family, double margin, String primary) {
        double[] p = new double[2 * family.size()];
        for (int i = 0; i < family.size(); i++) {
            p[2 * i] = pHolds(family.get(i), margin, primary);
            p[2 * i + 1] = pFails(family.get(i), margin, primary);
        }
        double[] adjusted = Holm.adjust(p);
        List<Verdict> verdicts = new ArrayList<>();
        for (int i = 0; i < family.size(); i++)
            verdicts.add(verdict(family.get(i), adjusted[2 * i], adjusted[2 * i + 1], primary));
        return verdicts;
    }

    /** All parts of the claim must be so: the weakest evidence counts. */
    private static double pHolds(Question q, double margin, String primary) {
        return q.claim
                .map(c -> c.changes().entrySet().stream()
                        .mapToDouble(e -> e.getValue().pHolds(q.difference(e.getKey()), margin))
                        .max()
                        .orElse(1))
                .orElseGet(() -> q.difference(primary).pAbove(0));
    }

    /** One part that is not so is enough; looking at several costs their number. */
    private static double pFails(Question q, double margin, String primary) {
        return q.claim
                .map(c -> Math.min(
                        1,
                        c.changes().size()
                                * c.changes().entrySet().stream()
                                        .mapToDouble(e -> e.getValue().pFails(q.difference(e.getKey()), margin))
                                        .min()
                                        .orElse(1)))
                .orElseGet(() -> q.difference(primary).pBelow(0));
    }

    private static Verdict verdict(Question q, double holds, double fails, String primary) {
        int n = q.difference(primary).n();
        boolean claimed = q.claim.isPresent();
        boolean holdsFirst =
                q.claim.stream().flatMap(c -> c.changes().values().stream()).allMatch(Claim.Change::winsTies);
        Outcome outcome;
        if (n < 2) outcome = Outcome.ANECDOTE;
        else if (holds <= LEVEL && (holdsFirst || fails > LEVEL)) outcome = claimed ? Outcome.HOLDS : Outcome.HIGHER;
        else if (fails <= LEVEL) outcome = claimed ? Outcome.FAILS : Outcome.LOWER;
        else outcome = Outcome.UNDECIDED;
        double p = switch (outcome) {
            case HOLDS, HIGHER -> holds;
            case FAILS, LOWER -> fails;
            case UNDECIDED, ANECDOTE -> Math.min(holds, fails);
        };
        return new Verdict(outcome, n, q.differences, p);
    }
}
