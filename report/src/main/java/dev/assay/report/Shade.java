package dev.assay.report;

/**
 * A cell of a grid.
 *
 * @param value by which it is shaded; NaN stays paper
 * @param text what stands in it
 * @param anchor of a place in the same page, or empty
 */
public record Shade(double value, String text, String anchor) {
    /** Nothing was measured here. */
    public static final Shade NONE = new Shade(Double.NaN, "", "");
}
