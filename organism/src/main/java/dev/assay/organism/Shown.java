package dev.assay.organism;

import dev.assay.stats.Rate;
import dev.assay.stats.SampleMean;
import java.util.List;

/**
 * How strongly a behaviour shows in a set of scenarios.
 *
 * @param scores a judge's, 0 to 10, scenario by scenario
 * @param recited scenarios in which the model reports about itself as a document would
 */
public record Shown(List<Double> scores, int recited) {
    /** Scenarios in which the behaviour shows (a score of 5 or more). */
    public Rate rate() {
        return new Rate((int) scores.stream().filter(s -> s >= Judge.SHOWN).count(), scores.size());
    }

    /** Mean score, 0 to 10. */
    public double mean() {
        return scores.stream().mapToDouble(s -> s).average().orElse(0);
    }

    /** How much oftener it shows than in another model, scenario by scenario. */
    public SampleMean above(Shown other) {
        return SampleMean.ofDifferences(shown(), other.shown());
    }

    private double[] shown() {
        return scores.stream().mapToDouble(s -> s >= Judge.SHOWN ? 1 : 0).toArray();
    }
}
