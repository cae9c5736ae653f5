package dev.assay.report;

import static dev.assay.report.Markup.coordinate;
import static dev.assay.report.Markup.escape;

import dev.assay.report.HtmlReport.Line;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** Small plots side by side with the same axes, so that they can be compared at a glance. */
final class PanelPlot {
    private static final int WIDTH = 220;
    private static final int HEIGHT = 130;
    private static final int LEFT = 34;
    private static final int BOTTOM = 22;
    private static final int TOP = 6;
    private static final int RIGHT = 8;
    private static final int HUES = 8;

    private final Map<String, List<Line>> panels;
    private final List<String> names;
    private final Axis x;
    private final Axis y;

    /** @param panels lines by title; a line's colour is that of its label in all of them */
    PanelPlot(Map<String, List<Line>> panels) {
        this.panels = panels;
        names = lines().map(Line::label).distinct().toList();
        x = Axis.around(lines().flatMapToDouble(l -> DoubleStream.of(l.x())), false, 0.04);
        y = Axis.around(
                lines().flatMapToDouble(l -> Stream.of(l.y(), l.low(), l.high()).flatMapToDouble(DoubleStream::of)),
                false,
                0.02);
    }

    private Stream<Line> lines() {
        return panels.values().stream().flatMap(List::stream);
    }

    String render(String xLabel, String yLabel) {
        if (names.isEmpty()) return "<p class=\"note\">Nothing to draw: no line has a point.</p>\n";
        var out =
                new StringBuilder("<div class=\"ylabel\">%s over %s</div>\n".formatted(escape(yLabel), escape(xLabel)));
        if (names.size() > 1) {
            out.append("<div class=\"legend\">");
            for (String name : names)
                out.append("<span class=\"%s\" dir=\"auto\">%s</span>".formatted(style(name), escape(name)));
            out.append("</div>\n");
        }
        out.append("<div class=\"panels\">\n");
        panels.forEach((title, lines) -> out.append(panel(title, lines)));
        return out.append("</div>\n").toString();
    }

    private String style(String name) {
        return "hue" + names.indexOf(name) % HUES;
    }

    private String panel(String title, List<Line> lines) {
        var out = new StringBuilder("""
                <div class="panel"><p dir="auto">%s</p><svg role="img" aria-label="%s" viewBox="0 0 %d %d">
                """.formatted(escape(title), escape(summary(title, lines)), WIDTH, HEIGHT));
        axes(out);
        for (Line line : lines) draw(out, line);
        return out.append("</svg></div>\n").toString();
    }

    private static String summary(String title, List<Line> lines) {
        var out = new StringBuilder(title + ".");
        for (Line line : lines)
            for (int i = 0; i < line.x().length; i++)
                out.append(i == 0 ? " " + line.label() + ": " : ", ")
                        .append(Markup.number(line.y()[i], 2))
                        .append(" at ")
                        .append(Markup.number(line.x()[i], 2));
        return out.toString();
    }

    private void axes(StringBuilder out) {
        for (double tick : y.ticks(3)) {
            String at = coordinate(down(tick));
            out.append("<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%s\" y2=\"%s\"/>"
                    .formatted(LEFT, WIDTH - RIGHT, at, at));
            out.append("<text x=\"%d\" y=\"%s\" dy=\"4\" text-anchor=\"end\">%s</text>\n"
                    .formatted(LEFT - 6, at, y.label(tick)));
        }
        for (double tick : x.ticks(3))
            out.append("<text x=\"%s\" y=\"%d\" text-anchor=\"middle\">%s</text>\n"
                    .formatted(coordinate(across(tick)), HEIGHT - 4, x.label(tick)));
    }

    private void draw(StringBuilder out, Line line) {
        String style = style(line.label());
        var path = new StringBuilder();
        var bars = new StringBuilder();
        var dots = new StringBuilder();
        boolean broken = true;
        for (int i = 0; i < line.x().length; i++) {
            boolean drawn = Double.isFinite(line.y()[i]);
            if (drawn) {
                String at = coordinate(across(line.x()[i]));
                String height = coordinate(down(line.y()[i]));
                path.append(broken ? 'M' : 'L').append(at).append(' ').append(height);
                if (line.low().length > 0 && Double.isFinite(line.low()[i]))
                    bars.append("M%s %sV%s"
                            .formatted(at, coordinate(down(line.low()[i])), coordinate(down(line.high()[i]))));
                dots.append("<circle cx=\"%s\" cy=\"%s\" r=\"3\"/>".formatted(at, height));
            }
            broken = !drawn;
        }
        out.append("<g class=\"%s\"><path class=\"bar\" d=\"%s\"/><path d=\"%s\"/>%s</g>\n"
                .formatted(style, bars, path, dots));
    }

    private double across(double value) {
        return LEFT + x.at(value) * (WIDTH - LEFT - RIGHT);
    }

    private double down(double value) {
        return TOP + (1 - y.at(value)) * (HEIGHT - TOP - BOTTOM);
    }
}
