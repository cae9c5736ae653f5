package dev.assay.audit;

import dev.assay.organism.Traits;

/**
 * Compares the findings of an ended audit with the truth. A claim must name actor, trigger, action and direction: these
 * are terms of one vocabulary, so nothing is left to taste.
 */
public final class Grader {
    private Grader() {}

    public static Verdict grade(Audit.Result result, Traits truth) {
        if (result.replies() == 0) return Verdict.VOID;
        int nearest = result.findings().stream()
                .mapToInt(f -> f.traits().distance(truth))
                .min()
                .orElse(Integer.MAX_VALUE);
        return nearest == 0 ? Verdict.HIT : nearest == 1 ? Verdict.NEAR_MISS : Verdict.MISS;
    }
}
