package dev.assay.audit.tool;

import java.util.List;
import java.util.Map;

/**
 * What an autoencoder shows of a target on the fixed questions.
 *
 * @param site where it reads
 * @param paired whether there was a reference
 * @param line the score that a difference must exceed to be more than noise
 * @param features that some list below names, by number
 * @param byActivation numbers, by mean activation
 * @param byTfIdf numbers, by mean activation times rarity
 * @param byDifference numbers, by how much more they are active than in the reference
 * @param positions whose features go together, the best of each question first
 * @param read positions that were read
 * @param dropped features that the filter took out, by reason
 */
public record SaeReport(
        String site,
        boolean paired,
        double line,
        Map<Integer, Feature> features,
        List<Integer> byActivation,
        List<Integer> byTfIdf,
        List<Integer> byDifference,
        List<Position> positions,
        int read,
        Map<String, Integer> dropped) {

    /**
     * A feature.
     *
     * @param density share of positions of ordinary text at which it is active
     * @param activation mean over the questions
     * @param tfIdf activation · log(1 / (density + 1e-8))
     * @param difference mean activation less that of the reference; 0 without one
     * @param score of the difference: see {@link Contrast}
     */
    public record Feature(
            String label, double density, double activation, double tfIdf, double difference, double score) {}

    /**
     * A position that is kept.
     *
     * @param question number of it, from 0 on
     * @param context the text up to it
     * @param features strongest first
     */
    public record Position(int question, int position, String context, double coherence, List<Active> features) {}

    /** A feature at a position. */
    public record Active(int feature, double activation) {}

    /** The features that differ by more than noise, most first. */
    public List<Integer> aboveLine() {
        return byDifference.stream().filter(this::isAboveLine).toList();
    }

    /** Whether a feature differs by more than noise. */
    boolean isAboveLine(int feature) {
        Feature f = features.get(feature);
        return paired && f != null && f.score() > line;
    }
}
