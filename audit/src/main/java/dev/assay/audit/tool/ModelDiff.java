package dev.assay.audit.tool;

import java.util.List;
import java.util.Optional;

/**
 * Directions in which a target differs from another model, those first that say most.
 *
 * @param layers blocks of both models
 * @param line the sharpness that one in twenty random directions reaches
 * @param cosineLine the cosine with some feature that one in twenty random directions reaches; 0 without an autoencoder
 */
public record ModelDiff(int layers, double line, double cosineLine, List<Direction> directions) {

    /** What differs. */
    public enum Part {
        WEIGHTS,
        ACTIVATIONS
    }

    /**
     * A direction of the residual stream.
     *
     * @param what where it was found: {@code block 12, mlp.down_proj writes, direction 1}
     * @param layer block
     * @param size of weights the singular value, of activations the length of the mean, or the root of the variance
     * @param share of the whole difference at its place that it has
     * @param sharpness how far its first tokens stand out; see {@link ModelDiff#line}
     * @param promotes tokens of its sharper end; of a mean difference, what the target has more of
     * @param suppresses tokens of the other end
     * @param features of the autoencoder that point the same way
     */
    public record Direction(
            Part part,
            String what,
            int layer,
            double size,
            double share,
            double sharpness,
            List<String> promotes,
            List<String> suppresses,
            List<Near> features) {}

    /** A feature, and the cosine of its decoder row with a direction. */
    public record Near(int feature, double cosine, String label) {
        Near turned() {
            return new Near(feature, -cosine, label);
        }
    }

    /** The directions of one part, or of all. */
    List<Direction> of(Optional<Part> part) {
        return directions.stream()
                .filter(d -> part.isEmpty() || d.part() == part.get())
                .toList();
    }

    /** Whether a direction's tokens stand out more than a random direction's. */
    boolean isLegible(Direction d) {
        return d.sharpness() > line;
    }
}
