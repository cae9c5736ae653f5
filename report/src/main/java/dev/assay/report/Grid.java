package dev.assay.report;

import static dev.assay.report.Markup.coordinate;
import static dev.assay.report.Markup.escape;

import java.util.List;

/** A table in shades of one hue over the paper, weak enough to read what stands in its cells. */
final class Grid {
    /** Of the hue in the darkest cell. */
    private static final double DARKEST = 0.55;

    private static final float ROW = 15;
    private static final float WIDEST = 46;
    private static final float LABELS = 130;

    private final List<String> rows;
    private final List<String> columns;
    private final List<List<Shade>> cells;
    private final double low;
    private final double high;

    Grid(List<String> rows, List<String> columns, List<List<Shade>> cells, double low, double high) {
        if (!(low < high)) throw new IllegalArgumentException("shades need low < high, not " + low + " and " + high);
        if (cells.size() != rows.size() || cells.stream().anyMatch(row -> row.size() != columns.size()))
            throw new IllegalArgumentException(
                    "a grid of " + rows.size() + " rows and " + columns.size() + " columns needs a cell for each");
        this.rows = rows;
        this.columns = columns;
        this.cells = cells;
        this.low = low;
        this.high = high;
    }

    private double shade(Shade cell) {
        if (Double.isNaN(cell.value())) return 0;
        return DARKEST * Math.clamp((cell.value() - low) / (high - low), 0, 1);
    }

    String html() {
        var out =
                new StringBuilder("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"shades\"><table>\n"
                        + "<thead><tr><td></td>");
        for (String column : columns)
            out.append("<th scope=\"col\"><span dir=\"auto\">%s</span></th>".formatted(escape(column)));
        out.append("</tr></thead>\n<tbody>\n");
        for (int r = 0; r < rows.size(); r++) {
            out.append("<tr><th scope=\"row\" dir=\"auto\">%s</th>".formatted(escape(rows.get(r))));
            for (Shade cell : cells.get(r))
                out.append("<td style=\"--shade:%s%%\">%s</td>"
                        .formatted(coordinate(100 * shade(cell)), Markup.link(cell.text(), cell.anchor())));
            out.append("</tr>\n");
        }
        return out.append("</tbody></table></div>\n").toString();
    }

    /** From the cursor down, row by row. */
    void draw(PdfCanvas canvas, float size, float[] ink, float[] rule, float[] hue) {
        float width = Math.min(WIDEST, (canvas.width() - LABELS) / Math.max(1, columns.size()));
        double longest =
                columns.stream().mapToDouble(c -> canvas.width(c, size)).max().orElse(0);
        canvas.down((float) longest);
        for (int c = 0; c < columns.size(); c++)
            canvas.textUp(columns.get(c), LABELS + c * width + width / 2 + size / 3, size, ink);
        canvas.down(ROW);
        for (int r = 0; r < rows.size(); r++) {
            canvas.room(ROW);
            canvas.text(canvas.fit(rows.get(r), size, LABELS - 8), 0, size, ink);
            for (int c = 0; c < columns.size(); c++) {
                Shade cell = cells.get(r).get(c);
                float left = LABELS + c * width;
                canvas.box(left, ROW - 5, width, ROW, over(hue, shade(cell)));
                canvas.line(left, -5, left + width, -5, rule, 0.3f);
                String text = canvas.fit(cell.text(), size - 0.5f, width - 2);
                canvas.text(text, left + (width - canvas.width(text, size - 0.5f)) / 2, size - 0.5f, ink);
            }
            canvas.down(ROW);
        }
    }

    private static float[] over(float[] hue, double share) {
        var mixed = new float[hue.length];
        for (int i = 0; i < mixed.length; i++) mixed[i] = (float) (1 - share * (1 - hue[i]));
        return mixed;
    }
}
