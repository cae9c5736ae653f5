package dev.assay.report;

import static dev.assay.report.Markup.coordinate;
import static dev.assay.report.Markup.escape;

import java.util.Arrays;

/** Cells in {@value #SHADES} shades of one hue over the paper, so that light and dark pages need nothing of their own. */
final class HeatMap {
    private static final int SHADES = 12;

    private final double low;
    private final double high;
    private final double[][] values;
    private final int width;

    HeatMap(double low, double high, double[][] values) {
        if (!(low < high)) throw new IllegalArgumentException("shades need low < high, not " + low + " and " + high);
        this.low = low;
        this.high = high;
        this.values = values;
        this.width = values.length == 0 ? 0 : values[0].length;
        if (Arrays.stream(values).anyMatch(row -> row.length != width))
            throw new IllegalArgumentException("the rows of a heat map are of one length");
    }

    String render(String xLabel, String yLabel) {
        if (width == 0) return "<p class=\"note\">Nothing to draw: there are no cells.</p>\n";
        var paths = new StringBuilder();
        for (int shade = 1; shade <= SHADES; shade++) {
            String cells = cells(shade);
            if (!cells.isEmpty())
                paths.append("<path fill-opacity=\"%s\" d=\"%s\"/>\n".formatted(opacity(shade), cells));
        }
        return """
                <div class="cells">
                <div class="ylabel">%s</div>
                <svg role="img" aria-label="%s" width="100%%" viewBox="0 0 %d %d">
                %s</svg>
                <div class="xlabel">%s</div>
                %s</div>
                """.formatted(
                        escape(yLabel),
                        escape(yLabel + " against " + xLabel + ", " + values.length + " by " + width + " cells"),
                        width,
                        values.length,
                        paths,
                        escape(xLabel),
                        legend());
    }

    /** 0 for paper. */
    private int shade(double value) {
        if (Double.isNaN(value)) return 0;
        return (int) Math.rint(SHADES * Math.clamp((value - low) / (high - low), 0, 1));
    }

    private static String opacity(int shade) {
        return coordinate((double) shade / SHADES);
    }

    /** All cells of a shade as one path, neighbours in a row as one bar. */
    private String cells(int shade) {
        var out = new StringBuilder();
        for (int row = 0; row < values.length; row++)
            for (int from = 0; from < width; from++) {
                int to = from;
                while (to < width && shade(values[row][to]) == shade) to++;
                if (to > from) out.append("M%d %dh%dv1h-%dz".formatted(from, row, to - from, to - from));
                from = Math.max(from, to - 1);
            }
        return out.toString();
    }

    private String legend() {
        var out = new StringBuilder("<div class=\"shades\" aria-hidden=\"true\"><span>" + Markup.number(low, 2)
                + "</span><svg width=\"120\" height=\"10\">");
        for (int shade = 1; shade <= SHADES; shade++)
            out.append("<rect x=\"%s\" y=\"0\" width=\"%s\" height=\"10\" fill-opacity=\"%s\"/>"
                    .formatted(
                            coordinate(120.0 * shade / (SHADES + 1)),
                            coordinate(120.0 / (SHADES + 1)),
                            opacity(shade)));
        return out.append("</svg><span>")
                .append(Markup.number(high, 2))
                .append("</span></div>\n")
                .toString();
    }
}
