package dev.assay.report;

import static dev.assay.report.Markup.escape;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Builds one self-contained HTML file: no script that runs, no fonts, nothing fetched; its plots are inline SVG. It follows
 * the reader's light or dark setting, fits a phone, and prints.
 *
 * <p>Every text given is taken as untrusted (it may be a model's output) and shown as it is, never as markup. The same
 * calls give the same bytes. Not thread-safe.
 */
public final class HtmlReport implements Page {
    /** How a verdict reads at a glance. */
    public enum Tone {
        GOOD("M5 10.5l3.5 3.5L15 6.5"),
        WARN("M10 5v6M10 14.5v.5"),
        BAD("M6 6l8 8M14 6l-8 8"),
        NEUTRAL("M6 10h8");

        private final String sign;

        Tone(String sign) {
            this.sign = sign;
        }

        private String style() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One row of a forest plot: a value with its interval; NaN where there is none. An empty note shows nothing.
     *
     * @param anchor of a place in the same page that the label leads to; empty for none
     */
    public record Estimate(String label, double value, double low, double high, String note, String anchor) {
        /** One that leads nowhere. */
        public Estimate(String label, double value, double low, double high, String note) {
            this(label, value, low, high, note, "");
        }
    }

    /**
     * One line of a plot, point by point. NaN breaks the line; on a log axis what isn't positive lies at the bottom.
     *
     * @param low the lower ends of intervals around the points, NaN where there is none; empty if no point has one
     * @param high the upper ends
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Line(String label, double[] x, double[] y, double[] low, double[] high, boolean emphasised) {
        /** @throws IllegalArgumentException if there isn't one y per x, or neither none nor one interval */
        public Line {
            if (x.length != y.length)
                throw new IllegalArgumentException(
                        "line '" + label + "' has " + x.length + " x but " + y.length + " y: give one y per x");
            if (low.length != high.length || (low.length != 0 && low.length != y.length))
                throw new IllegalArgumentException("line '" + label + "' has " + y.length + " points but " + low.length
                        + " lower and " + high.length + " upper ends: give one of each per point, or none");
        }

        /** Without intervals. */
        public Line(String label, double[] x, double[] y, boolean emphasised) {
            this(label, x, y, new double[0], new double[0], emphasised);
        }
    }

    /** A dashed threshold. */
    public record Level(double y, String label) {}

    /** A stretch of a turn's text, in {@code String} offsets, {@code to} exclusive. What lies outside the text is ignored. */
    public record Mark(int from, int to) {}

    /** One message: "user", "assistant" and "system" are styled apart, any other speaker plainly. */
    public record Turn(String speaker, String text, List<Mark> marks) {
        public Turn {
            marks = List.copyOf(marks);
        }
    }

    /** A cell that is read as a number: begins like one and holds nothing but what numbers and intervals are written with. */
    private static final Pattern NUMERIC =
            Pattern.compile("[<>≤≥≈~±]?\\s?[-+−]?[\\d.(\\[∞][\\d.,'\\s%×±+−–/()\\[\\]eE∞-]*+");

    private static final Pattern BLANK = Pattern.compile("\\s*+|[-–—]|n/a|NaN");
    private static final String STYLE = style();

    private final String title;
    private final String subtitle;
    private final Map<String, String> headings = new LinkedHashMap<>(); // anchor -> heading
    private final StringBuilder body = new StringBuilder();
    private final StringBuilder attached = new StringBuilder();
    private int depth; // of the details that are open

    /** An empty report; an empty subtitle shows nothing. */
    public HtmlReport(String title, String subtitle) {
        this.title = title;
        this.subtitle = subtitle;
    }

    /** Begins a section, listed in the contents; inside {@link #details} it is a lower heading, not listed. */
    @Override
    public HtmlReport section(String heading) {
        if (depth > 0) return add("<h3 dir=\"auto\">%s</h3>\n", escape(heading));
        String anchor = anchor(heading);
        headings.put(anchor, heading);
        return add("<h2 id=\"%s\" dir=\"auto\">%s</h2>\n", anchor, escape(heading));
    }

    /** A paragraph; its line breaks are kept. */
    @Override
    public HtmlReport prose(String text) {
        return add("<p class=\"prose\" dir=\"auto\">%s</p>\n", escape(text));
    }

    /** The finding in one word, large, with a sentence beside it. */
    @Override
    public HtmlReport verdict(Tone tone, String word, String explanation) {
        return add("""
                <div class="verdict %s"><svg aria-hidden="true" width="40" height="40" viewBox="0 0 20 20">\
                <circle cx="10" cy="10" r="9.5"/><path d="%s"/></svg>\
                <div><p class="word" dir="auto">%s</p><p class="why" dir="auto">%s</p></div></div>
                """, tone.style(), tone.sign, escape(word), escape(explanation));
    }

    /** Names with their values, in the map's order: give a map that has one. */
    @Override
    public HtmlReport facts(Map<String, String> facts) {
        add("<dl class=\"facts\">\n");
        facts.forEach(
                (name, value) -> add("<div><dt>%s</dt><dd dir=\"auto\">%s</dd></div>\n", escape(name), escape(value)));
        return add("</dl>\n");
    }

    /**
     * A table; a column whose cells are all numbers is aligned right. It scrolls sideways where the page is too narrow.
     *
     * @throws IllegalArgumentException if a row has more or fewer cells than the head
     */
    @Override
    public HtmlReport table(String caption, List<String> head, List<List<String>> rows) {
        return linked(
                caption,
                head,
                rows.stream()
                        .map(row -> row.stream().map(Linked::plain).toList())
                        .toList());
    }

    @Override
    public HtmlReport linked(String caption, List<String> head, List<List<Linked>> rows) {
        for (var row : rows)
            if (row.size() != head.size())
                throw new IllegalArgumentException("table '" + caption + "' has " + head.size()
                        + " columns, but a row has " + row.size() + " cells");
        List<List<String>> texts = texts(rows);
        List<String> styles = IntStream.range(0, head.size())
                .mapToObj(column -> isNumeric(texts, column) ? " class=\"number\"" : "")
                .toList();
        open("table", caption);
        add("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table>\n", escape(caption));
        List<Linked> top = head.stream().map(Linked::plain).toList();
        add("<thead>%s</thead>\n<tbody>\n", row(top, styles, "th scope=\"col\"", "th"));
        for (var row : rows) add("%s\n", row(row, styles, "td", "td"));
        return add("</tbody></table></div></figure>\n");
    }

    static List<List<String>> texts(List<List<Linked>> rows) {
        return rows.stream().map(row -> row.stream().map(Linked::text).toList()).toList();
    }

    @Override
    public HtmlReport grid(
            String caption, List<String> rows, List<String> columns, List<List<Shade>> cells, double low, double high) {
        return open("grid", caption).add("%s</figure>\n", new Grid(rows, columns, cells, low, high).html());
    }

    /**
     * A forest plot: a dot and a whisker per estimate over a common axis, and the numbers as text. An interval that goes
     * beyond the axis ends in an arrow; a value beyond it has no dot.
     *
     * @throws IllegalArgumentException unless min and max are finite and min is less than max
     */
    @Override
    public HtmlReport intervals(String caption, double min, double max, List<Estimate> rows) {
        String plot = new IntervalPlot(min, max).render(rows);
        return open("intervals", caption).add("%s</figure>\n", plot);
    }

    /** Lines over a common x, each labelled where it ends; those not emphasised are grey. The axes fit the lines and the levels. */
    @Override
    public HtmlReport lines(
            String caption, String xLabel, String yLabel, boolean logY, List<Line> lines, List<Level> levels) {
        String plot = new LinePlot(logY, lines, levels).render(xLabel, yLabel);
        return open("lines", caption).add("%s</figure>\n", plot);
    }

    /** A small plot for each title, in the map's order, all with the same axes; a label has one colour in all of them. */
    public HtmlReport panels(String caption, String xLabel, String yLabel, Map<String, List<Line>> panels) {
        String plot = new PanelPlot(panels).render(xLabel, yLabel);
        return open("panels", caption).add("%s</figure>\n", plot);
    }

    /**
     * Cells in shades from {@code low} (paper) to {@code high} (ink), the first row at the top; what lies beyond is held at
     * the end it is beyond, NaN stays paper.
     *
     * @param values rows of equal length
     * @throws IllegalArgumentException unless low is less than high and the rows are of one length
     */
    public HtmlReport heatMap(
            String caption, String xLabel, String yLabel, double low, double high, double[][] values) {
        String plot = new HeatMap(low, high, values).render(xLabel, yLabel);
        return open("heat", caption).add("%s</figure>\n", plot);
    }

    /** Two conversations turn by turn, side by side (one below the other on a phone), their marks highlighted. */
    public HtmlReport transcripts(
            String caption, String leftTitle, List<Turn> left, String rightTitle, List<Turn> right) {
        open("transcripts", caption);
        add("<div class=\"pair\" style=\"--turns:%d\">\n", 1 + Math.max(left.size(), right.size()));
        return transcript(leftTitle, left).transcript(rightTitle, right).add("</div></figure>\n");
    }

    /** Content that opens at a click. */
    public HtmlReport details(String summary, Consumer<HtmlReport> inside) {
        return details(summary, "", inside);
    }

    /** The same, which opens too where somebody goes to its anchor. */
    public HtmlReport details(String summary, String anchor, Consumer<HtmlReport> inside) {
        add("<details><summary dir=\"auto\">%s</summary>\n", escape(summary));
        if (!anchor.isEmpty()) add("<div class=\"here\" id=\"%s\"></div>\n", escape(anchor));
        depth++;
        try {
            inside.accept(this);
        } finally {
            depth--;
            add("</details>\n");
        }
        return this;
    }

    /** Data that the page carries at its end and nobody sees; {@link Attachment#read} gets them back. */
    public HtmlReport attach(String id, String type, byte[] bytes) {
        attached.append(Attachment.element(id, type, bytes));
        return this;
    }

    /** The whole file, well-formed as XML too. Its policy lets nothing be loaded or run, should an escape ever be missed. */
    public String toHtml() {
        return Markup.head(title, "", STYLE)
                + """
                <body>
                <header>
                <h1 dir="auto">%s</h1>
                %s</header>
                %s<main>
                %s</main>
                %s</body>
                </html>
                """.formatted(
                        escape(title),
                        subtitle.isEmpty() ? "" : "<p class=\"subtitle\" dir=\"auto\">" + escape(subtitle) + "</p>\n",
                        contents(),
                        body,
                        attached);
    }

    private HtmlReport transcript(String title, List<Turn> turns) {
        add("<section><h3 dir=\"auto\">%s</h3>\n", escape(title));
        for (Turn turn : turns)
            add(
                    "<div class=\"turn %s\"><p class=\"speaker\">%s</p><div class=\"text\""
                            + " dir=\"auto\">%s</div></div>\n",
                    speakerStyle(turn.speaker()), escape(turn.speaker()), Highlight.of(turn.text(), turn.marks()));
        return add("</section>\n");
    }

    private static String speakerStyle(String speaker) {
        return switch (speaker) {
            case "user", "assistant", "system" -> speaker;
            default -> "someone";
        };
    }

    private HtmlReport open(String style, String caption) {
        add("<figure class=\"%s\">\n", style);
        return caption.isEmpty() ? this : add("<figcaption dir=\"auto\">%s</figcaption>\n", escape(caption));
    }

    @SuppressWarnings("AnnotateFormatMethod")
    private HtmlReport add(String format, Object... escaped) {
        body.append(format.formatted(escaped));
        return this;
    }

    static boolean isNumeric(List<List<String>> rows, int column) {
        var filled = rows.stream()
                .map(row -> row.get(column))
                .filter(cell -> !BLANK.matcher(cell).matches())
                .toList();
        return !filled.isEmpty()
                && filled.stream().allMatch(cell -> NUMERIC.matcher(cell).matches());
    }

    private static String row(List<Linked> cells, List<String> styles, String open, String close) {
        var out = new StringBuilder("<tr>");
        for (int i = 0; i < cells.size(); i++)
            out.append("<%s%s dir=\"auto\">%s</%s>"
                    .formatted(
                            open,
                            styles.get(i),
                            Markup.link(cells.get(i).text(), cells.get(i).anchor()),
                            close));
        return out.append("</tr>").toString();
    }

    private String anchor(String heading) {
        String words =
                heading.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
        String base = words.isEmpty() ? "section" : words;
        String anchor = base;
        for (int i = 2; headings.containsKey(anchor); i++) anchor = base + "-" + i;
        return anchor;
    }

    private String contents() {
        if (headings.size() < 2) return "";
        var out = new StringBuilder("<nav aria-label=\"Contents\">");
        headings.forEach((anchor, heading) ->
                out.append("<a href=\"#%s\" dir=\"auto\">%s</a>".formatted(anchor, escape(heading))));
        return out.append("</nav>\n").toString();
    }

    private static String style() {
        try (var in = HtmlReport.class.getResourceAsStream("report.css")) {
            return new String(
                    Objects.requireNonNull(in, "report.css is missing from the jar: build module report again")
                            .readAllBytes(),
                    StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("report.css can't be read from the jar", e);
        }
    }
}
