package dev.assay.audit.oracle;

import dev.assay.stats.Rate;
import java.util.Locale;

/**
 * How often an oracle was right on a set of questions.
 *
 * @param set {@code secrets}, {@code texts}, {@code context} or {@code planted}, and the form of the answer
 * @param right hits and questions; each question is on a text of its own
 * @param chance share of hits of the best answer that does not look at the activations: the commoner of Yes and No, or the
 *     answer that is commonest in training for such questions
 * @param swapped the same questions asked about the activations of other texts
 */
public record Accuracy(String set, Rate right, double chance, Rate swapped) {
    /** How far above chance the lower bound must be. */
    private static final double MARGIN = 0.1;

    /** Whether the lower bound of Wilson's 95 % interval is at least 10 points above chance. */
    public boolean passes() {
        return right.wilson().low() >= chance + MARGIN;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%s: %s, chance %.2f, with other activations %s", set, right, chance, swapped);
    }
}
