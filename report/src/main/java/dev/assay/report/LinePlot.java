package dev.assay.report;

import static dev.assay.report.Markup.coordinate;
import static dev.assay.report.Markup.escape;
import static dev.assay.report.Markup.percent;

import dev.assay.report.HtmlReport.Level;
import dev.assay.report.HtmlReport.Line;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * Lines over a common x, labelled at their ends. The plot stretches with the page: what has to keep its shape (text,
 * dots) is placed by percentages, the lines alone live in a stretched box of {@value #WIDTH} units.
 */
final class LinePlot {
    private static final int WIDTH = 1000;
    private static final int LABEL_HEIGHT = 17;
    private static final int MOST_LABELS = 24;
    private static final int MOST_BARS = 8;
    private static final int HUES = 8;

    private final List<Drawn> lines;
    private final List<Level> levels;
    private final Axis x;
    private final Axis y;
    private final int height;

    /** A line with what is drawn of it: its class in the style sheet and the index of its last drawable point. */
    private record Drawn(Line line, String style, int last) {
        double endX() {
            return line.x()[last];
        }

        double endY() {
            return line.y()[last];
        }
    }

    LinePlot(boolean logY, List<Line> all, List<Level> levels) {
        this.levels = levels.stream().filter(l -> Double.isFinite(l.y())).toList();
        lines = drawn(all);
        boolean whiskers = lines.stream().anyMatch(d -> isSparse(d) && d.line.low().length > 0);
        x = Axis.around(lines.stream().flatMapToDouble(d -> DoubleStream.of(d.line.x())), false, whiskers ? 0.03 : 0);
        var ys = lines.stream()
                .flatMapToDouble(
                        d -> Stream.of(d.line.y(), d.line.low(), d.line.high()).flatMapToDouble(DoubleStream::of));
        y = Axis.around(DoubleStream.concat(ys, this.levels.stream().mapToDouble(Level::y)), logY, 0.06);
        height = Math.max(320, labelled().size() * LABEL_HEIGHT + 24);
    }

    /** The lines that have a point to draw, the emphasised ones last and so on top. */
    private static List<Drawn> drawn(List<Line> all) {
        var drawn = new ArrayList<Drawn>();
        int hue = 0;
        for (Line line : all) {
            String style = line.emphasised() ? "hue" + hue++ % HUES : "other";
            int last = line.x().length - 1;
            while (last >= 0 && !drawable(line, last)) last--;
            if (last >= 0) drawn.add(new Drawn(line, style, last));
        }
        drawn.sort(Comparator.comparing(d -> d.line.emphasised()));
        return drawn;
    }

    private static boolean drawable(Line line, int i) {
        return Double.isFinite(line.x()[i]) && !Double.isNaN(line.y()[i]);
    }

    /** Every line, while there is room to name them all; beyond that the emphasised ones. */
    private List<Drawn> labelled() {
        return lines.size() <= MOST_LABELS
                ? lines
                : lines.stream().filter(d -> d.line.emphasised()).toList();
    }

    String render(String xLabel, String yLabel) {
        if (lines.isEmpty()) return "<p class=\"note\">Nothing to draw: no line has a point.</p>\n";
        int longest = Stream.concat(
                        Stream.of(4),
                        labelled().stream().map(d -> d.line.label().length()))
                .max(Comparator.naturalOrder())
                .orElseThrow();
        return """
                <div class="ylabel">%s</div>
                <div class="chart" style="--ends:%dpx">
                <div class="plot"><svg role="img" aria-label="%s" width="100%%" height="%d">
                %s%s%s%s</svg></div>
                <div class="ends" style="height:%dpx">%s</div>
                <div class="xlabel">%s</div>
                </div>
                %s""".formatted(
                        escape(yLabel),
                        Math.min(250, 24 + 8 * longest),
                        escape(summary(xLabel, yLabel)),
                        height + 26,
                        axes(),
                        paths(),
                        endPoints(),
                        thresholds(),
                        height,
                        labels(),
                        escape(xLabel),
                        unlabelled());
    }

    private double heightOf(double value) {
        return height * (1 - y.at(value));
    }

    private String axes() {
        var out = new StringBuilder();
        for (double tick : y.ticks(6)) {
            String at = coordinate(heightOf(tick));
            out.append("<line class=\"grid\" x1=\"0\" x2=\"100%%\" y1=\"%s\" y2=\"%s\"/>".formatted(at, at));
            out.append("<text x=\"-8\" y=\"%s\" dy=\"4\" text-anchor=\"end\">%s</text>\n".formatted(at, y.label(tick)));
        }
        out.append("<line class=\"base\" x1=\"0\" x2=\"100%%\" y1=\"%d\" y2=\"%d\"/>\n".formatted(height, height));
        for (double tick : x.ticks(6))
            out.append("<text x=\"%s\" y=\"%d\" text-anchor=\"middle\">%s</text>\n"
                    .formatted(percent(x.at(tick)), height + 19, x.label(tick)));
        return out.toString();
    }

    private String paths() {
        var out = new StringBuilder(
                "<svg width=\"100%%\" height=\"%d\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\">\n"
                        .formatted(height, WIDTH, height));
        for (Drawn d : lines)
            if (d.line.low().length > 0)
                out.append("<path class=\"%s %s\" d=\"%s\"/>\n"
                        .formatted(d.style, isSparse(d) ? "bar" : "band", isSparse(d) ? bars(d) : band(d)));
        for (Drawn d : lines)
            out.append("<path class=\"%s\" d=\"%s\"><title>%s</title></path>\n"
                    .formatted(d.style, path(d), escape(d.line.label())));
        return out.append("</svg>\n").toString();
    }

    /** The line's path, broken where a point is missing. */
    private String path(Drawn d) {
        var out = new StringBuilder();
        boolean broken = true;
        for (int i = 0; i <= d.last; i++) {
            if (drawable(d.line, i)) {
                out.append(broken ? 'M' : 'L').append(point(d.line.x()[i], d.line.y()[i]));
            }
            broken = !drawable(d.line, i);
        }
        return out.toString();
    }

    /** Few points have a whisker each, many a band. */
    private static boolean isSparse(Drawn d) {
        return d.last < MOST_BARS;
    }

    private static boolean hasInterval(Line line, int i) {
        return drawable(line, i) && !Double.isNaN(line.low()[i]) && !Double.isNaN(line.high()[i]);
    }

    private String bars(Drawn d) {
        var out = new StringBuilder();
        for (int i = 0; i <= d.last; i++)
            if (hasInterval(d.line, i))
                out.append("M%sV%s"
                        .formatted(point(d.line.x()[i], d.line.low()[i]), coordinate(heightOf(d.line.high()[i]))));
        return out.toString();
    }

    /** From the first to the last interval along the upper ends, and back along the lower ones. */
    private String band(Drawn d) {
        var out = new StringBuilder();
        for (int i = 0; i <= d.last; i++)
            if (hasInterval(d.line, i))
                out.append(out.isEmpty() ? 'M' : 'L').append(point(d.line.x()[i], d.line.high()[i]));
        for (int i = d.last; i >= 0; i--)
            if (hasInterval(d.line, i)) out.append('L').append(point(d.line.x()[i], d.line.low()[i]));
        return out.isEmpty() ? "" : out.append('Z').toString();
    }

    private String point(double atX, double atY) {
        return coordinate(WIDTH * x.at(atX)) + " " + coordinate(heightOf(atY));
    }

    /** A dot where each line ends (at each point, if they are few and have intervals), and a thin lead from there to the edge where its label stands. */
    private String endPoints() {
        var out = new StringBuilder();
        for (Drawn d : lines) {
            String at = percent(x.at(d.endX()));
            String height = coordinate(heightOf(d.endY()));
            if (x.at(d.endX()) < 1 && labelled().contains(d))
                out.append("<line class=\"lead\" x1=\"%s\" x2=\"100%%\" y1=\"%s\" y2=\"%s\"/>\n"
                        .formatted(at, height, height));
            boolean all = isSparse(d) && d.line.low().length > 0;
            for (int i = all ? 0 : d.last; i <= d.last; i++)
                if (drawable(d.line, i))
                    out.append("<circle class=\"%s\" cx=\"%s\" cy=\"%s\" r=\"%s\"/>\n"
                            .formatted(
                                    d.style,
                                    percent(x.at(d.line.x()[i])),
                                    coordinate(heightOf(d.line.y()[i])),
                                    d.line.emphasised() ? "4" : "2.5"));
        }
        return out.toString();
    }

    private String thresholds() {
        double[] placed = Spread.apart(
                levels.stream().mapToDouble(l -> heightOf(l.y()) - 6).toArray(), LABEL_HEIGHT, 12, height - 6);
        var out = new StringBuilder();
        for (int i = 0; i < placed.length; i++) {
            String at = coordinate(heightOf(levels.get(i).y()));
            out.append("<line class=\"level\" x1=\"0\" x2=\"100%%\" y1=\"%s\" y2=\"%s\"/>".formatted(at, at));
            out.append("<text class=\"level\" x=\"8\" y=\"%s\">%s</text>\n"
                    .formatted(coordinate(placed[i]), escape(levels.get(i).label())));
        }
        return out.toString();
    }

    private String labels() {
        var named = labelled();
        double[] placed =
                Spread.apart(named.stream().mapToDouble(d -> heightOf(d.endY())).toArray(), LABEL_HEIGHT, 0, height);
        var leads = new StringBuilder();
        var texts = new StringBuilder();
        for (int i = 0; i < placed.length; i++) {
            Drawn d = named.get(i);
            leads.append("<line class=\"lead\" x1=\"4\" x2=\"15\" y1=\"%s\" y2=\"%s\"/>"
                    .formatted(coordinate(heightOf(d.endY())), coordinate(placed[i])));
            texts.append("<span class=\"%s\" dir=\"auto\" style=\"top:%spx\" title=\"%s\">%s</span>"
                    .formatted(d.style, coordinate(placed[i]), escape(d.line.label()), escape(d.line.label())));
        }
        return "<svg aria-hidden=\"true\" width=\"16\" height=\"%d\">%s</svg>%s".formatted(height, leads, texts);
    }

    private String unlabelled() {
        int left = lines.size() - labelled().size();
        return left == 0 ? "" : "<p class=\"note\">Grey, without labels: " + left + " other lines.</p>\n";
    }

    private String summary(String xLabel, String yLabel) {
        var out = new StringBuilder(yLabel + " over " + xLabel + ".");
        for (Drawn d : lines.reversed())
            if (d.line.emphasised())
                out.append(' ')
                        .append(d.line.label())
                        .append(" ends at ")
                        .append(Markup.number(d.endY(), 2))
                        .append('.');
        return out.toString();
    }
}
