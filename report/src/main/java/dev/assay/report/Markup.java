package dev.assay.report;

import java.util.Locale;

/** Text and numbers made fit for markup. Everything a report is given passes through {@link #escape}. */
final class Markup {
    private Markup() {}

    /**
     * A file's beginning, up to its body. Nothing is loaded, and nothing is run but what is allowed.
     *
     * @param allowed what is added to the policy, or nothing
     */
    static String head(String title, String allowed, String style) {
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8"/>
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'%s"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <title>%s</title>
                <style>
                %s</style>
                </head>
                """.formatted(allowed, escape(title), style);
    }

    /**
     * The text as it may stand between tags and inside double or single quotes, well-formed as XML too. C0 controls
     * become their visible pictures (NUL is ␀), what XML can't hold at all becomes U+FFFD.
     */
    static String escape(String text) {
        var out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> appendEscaped(out, c));
        return out.toString();
    }

    /** The text, escaped, leading to a place in the same page if an anchor is given. */
    static String link(String text, String anchor) {
        if (anchor.isEmpty() || text.isEmpty()) return escape(text);
        return "<a href=\"#" + escape(anchor) + "\">" + escape(text) + "</a>";
    }

    private static void appendEscaped(StringBuilder out, int c) {
        switch (c) {
            case '&' -> out.append("&amp;");
            case '<' -> out.append("&lt;");
            case '>' -> out.append("&gt;");
            case '"' -> out.append("&quot;");
            case '\'' -> out.append("&#39;");
            case '\t', '\n', '\r' -> out.append((char) c);
            case 0x7F -> out.append('\u2421');
            default -> out.appendCodePoint(c < 0x20 ? 0x2400 + c : isHeld(c) ? c : 0xFFFD);
        }
    }

    /** Neither a lone surrogate, nor a C1 control, nor a non-character of the basic plane. */
    private static boolean isHeld(int c) {
        return !(c >= 0xD800 && c <= 0xDFFF) && !(c >= 0x80 && c <= 0x9F) && c != 0xFFFE && c != 0xFFFF;
    }

    /** A coordinate: at most two decimals, no trailing zeros, never in scientific notation. */
    static String coordinate(double value) {
        double rounded = Math.rint(value * 100) / 100;
        return rounded == Math.rint(rounded) ? Long.toString((long) rounded) : Double.toString(rounded);
    }

    /** A fraction of the width, as a percentage. */
    static String percent(double fraction) {
        return coordinate(fraction * 100) + "%";
    }

    /** A number for people, with a real minus sign. */
    static String number(double value, int decimals) {
        if (Double.isNaN(value)) return "–";
        if (Double.isInfinite(value)) return value > 0 ? "∞" : "−∞";
        double size = Math.abs(value);
        boolean plain = size < 1e7 && (size == 0 || size >= 0.5 * Math.pow(10, -decimals) || decimals < 5);
        String text = String.format(Locale.ROOT, plain ? "%." + decimals + "f" : "%.2e", size);
        boolean zero = text.chars().noneMatch(c -> c >= '1' && c <= '9');
        return value < 0 && !zero ? "−" + text : text;
    }
}
