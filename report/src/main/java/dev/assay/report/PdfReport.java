package dev.assay.report;

import dev.assay.report.HtmlReport.Estimate;
import dev.assay.report.HtmlReport.Level;
import dev.assay.report.HtmlReport.Line;
import dev.assay.report.HtmlReport.Tone;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * Builds one PDF of A4 pages from the same calls as {@link HtmlReport}: text with an embedded font, plots as lines. What
 * does not fit a page goes on to the next; a plot or a table's row is never cut.
 */
public final class PdfReport implements Page {
    private static final float BODY = 9.5f;
    private static final float SMALL = 7.5f;
    private static final float NOTE = 6;
    private static final float[] INK = {0.13f, 0.15f, 0.18f};
    private static final float[] MUTED = {0.42f, 0.45f, 0.5f};
    private static final float[] RULE = {0.84f, 0.86f, 0.88f};
    private static final float[] ACCENT = {0.1f, 0.36f, 0.67f};
    private static final float[] SHADE = {0.955f, 0.962f, 0.97f};
    private static final float ROW = 19;
    private static final float HEADING = 31;

    private final PdfCanvas canvas;
    private String pending = ""; // a heading that is drawn with what comes after it

    /** An empty report; an empty subtitle shows nothing. */
    public PdfReport(String title, String subtitle) {
        canvas = new PdfCanvas(title);
        for (String line : canvas.wrap(title, 20, canvas.width())) {
            canvas.room(26);
            canvas.bold(line, 0, 20, INK);
            canvas.down(26);
        }
        if (!subtitle.isEmpty()) paragraph(subtitle, BODY, MUTED);
        canvas.down(8);
    }

    private void paragraph(String text, float size, float[] colour) {
        for (String part : text.split("\n", -1))
            for (String line : canvas.wrap(part, size, canvas.width())) {
                canvas.room(size * 1.45f);
                canvas.text(line, 0, size, colour);
                canvas.down(size * 1.45f);
            }
    }

    @Override
    public PdfReport section(String heading) {
        begin(0);
        pending = heading;
        return this;
    }

    /** Makes room for what comes now, and for the heading before it: none stands alone at the foot of a page. */
    private void begin(float height) {
        if (pending.isEmpty()) {
            canvas.room(height);
            return;
        }
        String heading = pending;
        pending = "";
        canvas.down(10);
        canvas.room(Math.max(90, height + HEADING));
        canvas.bold(heading, 0, 13, INK);
        canvas.down(6);
        canvas.line(0, 0, canvas.width(), 0, RULE, 0.7f);
        canvas.down(15);
    }

    @Override
    public PdfReport prose(String text) {
        begin(0);
        paragraph(text.strip(), BODY, INK);
        canvas.down(6);
        return this;
    }

    @Override
    public PdfReport verdict(Tone tone, String word, String explanation) {
        List<String> lines = canvas.wrap(explanation, 10.5f, canvas.width() - 30);
        float height = 40 + 15 * lines.size();
        begin(height + 10);
        float[] colour = colour(tone);
        canvas.box(0, 14, canvas.width(), height, SHADE);
        canvas.box(0, 14, 5, height, colour);
        canvas.down(12);
        canvas.bold(word, 18, 18, colour);
        canvas.down(20);
        for (String line : lines) {
            canvas.text(line, 18, 10.5f, INK);
            canvas.down(15);
        }
        canvas.down(14);
        return this;
    }

    private static float[] colour(Tone tone) {
        return switch (tone) {
            case GOOD -> new float[] {0.09f, 0.47f, 0.25f};
            case WARN -> new float[] {0.66f, 0.42f, 0.02f};
            case BAD -> new float[] {0.69f, 0.15f, 0.15f};
            case NEUTRAL -> MUTED;
        };
    }

    @Override
    public PdfReport facts(Map<String, String> facts) {
        begin(0);
        float at = 104;
        facts.forEach((name, value) -> {
            List<String> lines = canvas.wrap(value, BODY, canvas.width() - at);
            canvas.room(14);
            canvas.text(name, 0, BODY, MUTED);
            for (String line : lines) {
                canvas.room(14);
                canvas.text(line, at, BODY, INK);
                canvas.down(14);
            }
        });
        canvas.down(6);
        return this;
    }

    @Override
    public PdfReport table(String caption, List<String> head, List<List<String>> rows) {
        for (List<String> row : rows)
            if (row.size() != head.size())
                throw new IllegalArgumentException("table '" + caption + "' has " + head.size()
                        + " columns, but a row has " + row.size() + " cells");
        begin(60);
        caption(caption);
        float[] widths = columns(head, rows);
        boolean[] numbers = new boolean[head.size()];
        for (int c = 0; c < numbers.length; c++) numbers[c] = HtmlReport.isNumeric(rows, c);
        row(head, widths, numbers, true);
        for (List<String> row : rows) row(row, widths, numbers, false);
        canvas.down(10);
        return this;
    }

    @Override
    public PdfReport linked(String caption, List<String> head, List<List<Linked>> rows) {
        return table(caption, head, HtmlReport.texts(rows));
    }

    @Override
    public PdfReport grid(
            String caption, List<String> rows, List<String> columns, List<List<Shade>> cells, double low, double high) {
        var grid = new Grid(rows, columns, cells, low, high);
        begin(Math.min(160 + ROW * rows.size(), 600));
        caption(caption);
        grid.draw(canvas, SMALL, INK, RULE, ACCENT);
        canvas.down(16);
        return this;
    }

    /** As wide as their contents, and where that is too much, the widest give way. */
    private float[] columns(List<String> head, List<List<String>> rows) {
        var widths = new float[head.size()];
        for (int c = 0; c < widths.length; c++) {
            widths[c] = canvas.width(head.get(c), SMALL) + 9;
            for (List<String> row : rows) widths[c] = Math.max(widths[c], canvas.width(row.get(c), SMALL) + 9);
        }
        float over = sum(widths) - canvas.width();
        while (over > 0.5f) {
            int widest = 0;
            for (int c = 1; c < widths.length; c++) if (widths[c] > widths[widest]) widest = c;
            float cut = Math.min(over, 4);
            widths[widest] -= cut;
            over -= cut;
        }
        return widths;
    }

    private static float sum(float[] values) {
        float sum = 0;
        for (float v : values) sum += v;
        return sum;
    }

    private void row(List<String> cells, float[] widths, boolean[] numbers, boolean head) {
        List<List<String>> wrapped = new ArrayList<>();
        int most = 1;
        for (int c = 0; c < widths.length; c++) {
            wrapped.add(canvas.wrap(cells.get(c), SMALL, widths[c] - 8));
            most = Math.max(most, wrapped.getLast().size());
        }
        float height = most * 10 + 5;
        canvas.room(height + (head ? 30 : 0));
        float x = 0;
        for (int c = 0; c < widths.length; c++) {
            for (int l = 0; l < wrapped.get(c).size(); l++) {
                String line = wrapped.get(c).get(l);
                float at = numbers[c] ? x + widths[c] - 8 - canvas.width(line, SMALL) : x;
                canvas.textAt(line, at, l * 10f, SMALL, head ? MUTED : INK);
            }
            x += widths[c];
        }
        canvas.down(height - 9);
        canvas.line(0, 0, canvas.width(), 0, RULE, head ? 0.8f : 0.4f);
        canvas.down(11);
    }

    private void caption(String caption) {
        if (caption.isEmpty()) return;
        canvas.room(60);
        for (String line : canvas.wrap(caption, BODY, canvas.width())) {
            canvas.bold(line, 0, BODY, INK);
            canvas.down(15);
        }
        canvas.down(3);
    }

    @Override
    public PdfReport intervals(String caption, double min, double max, List<Estimate> rows) {
        var axis = new Axis(min, max, false);
        begin(Math.min(60 + ROW * rows.size(), 500));
        caption(caption);
        float left = 190;
        float right = canvas.width() - 110;
        for (Estimate row : rows) {
            canvas.room(ROW + 20);
            strip(axis, left, right, ROW);
            label(row, left - 14);
            estimate(row, axis, left, right);
            canvas.text(numbers(row, axis), right + 10, SMALL, INK);
            canvas.down(ROW);
        }
        for (double tick : axis.ticks(5)) {
            String label = axis.label(tick);
            canvas.text(
                    label,
                    (float) (left + axis.at(tick) * (right - left)) - canvas.width(label, SMALL) / 2,
                    SMALL,
                    MUTED);
        }
        canvas.down(20);
        return this;
    }

    private void label(Estimate row, float width) {
        float up = row.note().isEmpty() ? 0 : 3.5f;
        canvas.textAt(canvas.fit(row.label(), SMALL + 0.5f, width), 0, -up, SMALL + 0.5f, INK);
        if (up > 0) canvas.textAt(canvas.fit(row.note(), NOTE, width), 0, 4.5f, NOTE, MUTED);
    }

    private void strip(Axis axis, float left, float right, float height) {
        for (double tick : axis.ticks(5)) {
            float x = (float) (left + axis.at(tick) * (right - left));
            canvas.line(x, 12, x, 12 - height, Math.abs(tick) < 1e-12 ? MUTED : RULE, 0.5f);
        }
    }

    private void estimate(Estimate row, Axis axis, float left, float right) {
        float y = 3;
        if (!Double.isNaN(row.low()) && !Double.isNaN(row.high())) {
            float from = (float) (left + axis.at(row.low()) * (right - left));
            float to = (float) (left + axis.at(row.high()) * (right - left));
            canvas.line(from, y, to, y, ACCENT, 1.2f);
            end(from, y, row.low() < axis.low() ? 4 : 0);
            end(to, y, row.high() > axis.high() ? -4 : 0);
        }
        if (row.value() >= axis.low() && row.value() <= axis.high())
            canvas.dot((float) (left + axis.at(row.value()) * (right - left)), y, 2.6f, ACCENT);
    }

    /** A bar, or an arrow where the interval goes on beyond the axis. */
    private void end(float x, float y, float arrow) {
        canvas.line(x + arrow, y - 3, x, arrow == 0 ? y + 3 : y, ACCENT, 1.2f);
        if (arrow != 0) canvas.line(x + arrow, y + 3, x, y, ACCENT, 1.2f);
    }

    private static String numbers(Estimate row, Axis axis) {
        int decimals = axis.decimals();
        String value = Markup.number(row.value(), decimals);
        return Double.isNaN(row.low()) || Double.isNaN(row.high())
                ? value
                : value + " [" + Markup.number(row.low(), decimals) + ", " + Markup.number(row.high(), decimals) + "]";
    }

    @Override
    public PdfReport lines(
            String caption, String xLabel, String yLabel, boolean logY, List<Line> lines, List<Level> levels) {
        float height = 150;
        begin(height + 70);
        caption(caption);
        canvas.text(yLabel, 0, SMALL, MUTED);
        canvas.down(10);
        var x = Axis.around(lines.stream().flatMapToDouble(l -> Arrays.stream(l.x())), false, 0);
        var y = Axis.around(
                DoubleStream.concat(
                        lines.stream()
                                .flatMap(l -> Stream.of(l.y(), l.low(), l.high()))
                                .flatMapToDouble(Arrays::stream),
                        levels.stream().mapToDouble(Level::y)),
                logY,
                0.08);
        float left = 42;
        float right = canvas.width() - 84;
        new PdfLines(canvas, x, y, left, right, height).draw(lines, levels, INK, MUTED, RULE, ACCENT);
        canvas.down(height + 33);
        canvas.text(xLabel, (left + right - canvas.width(xLabel, SMALL)) / 2, SMALL, MUTED);
        canvas.down(20);
        return this;
    }

    /** The whole file. */
    public byte[] toPdf() {
        begin(0);
        return canvas.finish();
    }
}
