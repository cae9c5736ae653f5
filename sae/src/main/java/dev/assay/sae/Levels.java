package dev.assay.sae;

import java.util.List;

/**
 * Matryoshka levels (Bussmann et al., 2025): prefixes of the latents that must reconstruct on their own.
 *
 * @param widths latents of the inner prefixes, rising; the whole dictionary is a level by itself and not named here
 * @param detached whether a level's loss trains only the latents that the level adds
 * @param order what latents are ordered by before prefixes are cut
 * @param weight of each inner level's loss; that of the whole dictionary is 1
 */
public record Levels(List<Integer> widths, boolean detached, Order order, double weight) {
    public static final Levels NONE = new Levels(List.of(), false, Order.INDEX);

    /** What comes first. */
    public enum Order {
        /** As they are numbered. */
        INDEX,
        /** Those that fire most often (average over steps, decay 0.99). */
        FREQUENCY,
        /** Those with the largest expected squared activation (same average). */
        SQUARED_MAGNITUDE
    }

    public Levels {
        widths = List.copyOf(widths);
        for (int i = 0; i < widths.size(); i++)
            if (widths.get(i) <= (i == 0 ? 0 : widths.get(i - 1)))
                throw new SaeException("widths of levels must rise from at least 1, were " + widths);
        if (!(weight >= 0)) throw new SaeException("levels.weight must be 0 or more, was " + weight);
    }

    /** All levels weigh the same. */
    public Levels(List<Integer> widths, boolean detached, Order order) {
        this(widths, detached, order, 1);
    }

    /** As it was before there were weights where they are 1: runs are recorded under this text. */
    @Override
    public String toString() {
        return "Levels[widths=" + widths + ", detached=" + detached + ", order=" + order
                + (weight == 1 ? "" : ", weight=" + weight) + "]";
    }
}
