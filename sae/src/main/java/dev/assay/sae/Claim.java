package dev.assay.sae;

import dev.assay.stats.SampleMean;
import java.util.Map;

/**
 * What somebody said of a change, as something that runs can contradict.
 *
 * @param says the claim in words
 * @param changes what it says of scores, by their names ({@code f1}, {@code mcc}, {@code ev}, ...); all must be so
 */
public record Claim(String says, Map<String, Change> changes) {
    public Claim {
        changes = Map.copyOf(changes);
        if (changes.isEmpty())
            throw new SaeException("the claim '" + says + "' says nothing of a score; give it one, such as f1: down");
    }

    /** How a score moves. "Not" is the opposite answer to the same question. */
    public enum Change {
        UP,
        DOWN,
        /** By no more than the margin. */
        SAME,
        NOT_UP,
        NOT_DOWN;

        /**
         * Evidence for the change: the p of what would have to be true if it were not so.
         *
         * @param margin differences up to this are none
         */
        double pHolds(SampleMean d, double margin) {
            return switch (this) {
                case UP -> d.pAbove(0);
                case DOWN -> d.pBelow(0);
                case SAME -> Math.max(d.pAbove(-margin), d.pBelow(margin));
                case NOT_UP -> UP.pFails(d, margin);
                case NOT_DOWN -> DOWN.pFails(d, margin);
            };
        }

        /** Evidence against it: the score does not move so, or by less than the margin. */
        double pFails(SampleMean d, double margin) {
            return switch (this) {
                case UP -> d.pBelow(margin);
                case DOWN -> d.pAbove(-margin);
                case SAME -> Math.min(1, 2 * Math.min(d.pAbove(margin), d.pBelow(-margin)));
                case NOT_UP -> UP.pHolds(d, margin);
                case NOT_DOWN -> DOWN.pHolds(d, margin);
            };
        }

        /** Whether a small change counts as this one rather than as none: so "up" and "not up" never both hold. */
        boolean winsTies() {
            return this != NOT_UP && this != NOT_DOWN;
        }
    }
}
