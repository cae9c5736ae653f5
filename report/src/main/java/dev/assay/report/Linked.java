package dev.assay.report;

/**
 * A text in a table that leads to where it comes from.
 *
 * @param anchor of a place in the same page ({@link HtmlReport#details(String, String, java.util.function.Consumer)}); empty for
 *     a text that leads nowhere
 */
public record Linked(String text, String anchor) {
    /** A text that leads nowhere. */
    public static Linked plain(String text) {
        return new Linked(text, "");
    }
}
