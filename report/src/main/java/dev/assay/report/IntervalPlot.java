package dev.assay.report;

import static dev.assay.report.Markup.escape;
import static dev.assay.report.Markup.number;
import static dev.assay.report.Markup.percent;

import dev.assay.report.HtmlReport.Estimate;
import java.util.List;

/** A forest plot: one row per estimate, its label and numbers as text, its strip an SVG that stretches with the page. */
final class IntervalPlot {
    private final Axis axis;
    private final List<Double> ticks;
    private final String grid;

    IntervalPlot(double min, double max) {
        axis = new Axis(min, max, false);
        ticks = axis.ticks(5);
        var lines = new StringBuilder();
        for (double tick : ticks) {
            String x = percent(axis.at(tick));
            boolean zero = tick == 0 && min < 0;
            lines.append("<line class=\"%s\" x1=\"%s\" x2=\"%s\" y1=\"0\" y2=\"100%%\"/>"
                    .formatted(zero ? "zero" : "grid", x, x));
        }
        grid = lines.toString();
    }

    String render(List<Estimate> rows) {
        var out = new StringBuilder("<div class=\"forest\">\n");
        for (Estimate row : rows) out.append(row(row));
        out.append(
                "<div class=\"row axis\" aria-hidden=\"true\"><div class=\"strip\"><svg width=\"100%\" height=\"24\">");
        for (double tick : ticks)
            out.append("<text x=\"%s\" y=\"17\" text-anchor=\"middle\">%s</text>"
                    .formatted(percent(axis.at(tick)), axis.label(tick)));
        return out.append("</svg></div></div>\n</div>\n").toString();
    }

    private String row(Estimate row) {
        String note = row.note().isEmpty() ? "" : "<span class=\"note\" dir=\"auto\">" + escape(row.note()) + "</span>";
        return """
                <div class="row"><div class="label"><span dir="auto">%s</span>%s</div>\
                <div class="strip" aria-hidden="true"><svg width="100%%" height="100%%">%s%s</svg></div>\
                <div class="value">%s</div></div>
                """.formatted(Markup.link(row.label(), row.anchor()), note, grid, drawing(row), numbers(row));
    }

    private String drawing(Estimate row) {
        var out = new StringBuilder();
        if (!Double.isNaN(row.low()) && !Double.isNaN(row.high())) {
            String low = percent(axis.at(row.low()));
            String high = percent(axis.at(row.high()));
            out.append("<line class=\"whisker\" x1=\"%s\" x2=\"%s\" y1=\"50%%\" y2=\"50%%\"/>".formatted(low, high));
            out.append(end(low, row.low() < axis.low() ? "M7 -4L1 0L7 4" : "M0 -5V5"));
            out.append(end(high, row.high() > axis.high() ? "M-7 -4L-1 0L-7 4" : "M0 -5V5"));
        }
        if (axis.low() <= row.value() && row.value() <= axis.high())
            out.append(
                    "<circle class=\"dot\" cx=\"%s\" cy=\"50%%\" r=\"5\"/>".formatted(percent(axis.at(row.value()))));
        return out.toString();
    }

    /** A whisker's end: a bar, or an arrow where the interval goes on beyond the axis. */
    private static String end(String x, String path) {
        return "<svg class=\"end\" x=\"%s\" y=\"50%%\"><path d=\"%s\"/></svg>".formatted(x, path);
    }

    private String numbers(Estimate row) {
        int decimals = axis.decimals();
        String value = "<b>" + number(row.value(), decimals) + "</b>";
        if (Double.isNaN(row.low()) || Double.isNaN(row.high())) return value;
        return value + " <span>[" + number(row.low(), decimals) + ", " + number(row.high(), decimals) + "]</span>";
    }
}
