package dev.assay.report;

import dev.assay.report.HtmlReport.Level;
import dev.assay.report.HtmlReport.Line;
import java.util.List;
import java.util.stream.DoubleStream;

/** Lines over a common x on paper, labelled where they end. */
final class PdfLines {
    private static final float SMALL = 7.5f;

    private final PdfCanvas canvas;
    private final Axis x;
    private final Axis y;
    private final float left;
    private final float right;
    private final float height;

    PdfLines(PdfCanvas canvas, Axis x, Axis y, float left, float right, float height) {
        this.canvas = canvas;
        this.x = x;
        this.y = y;
        this.left = left;
        this.right = right;
        this.height = height;
    }

    void draw(List<Line> lines, List<Level> levels, float[] ink, float[] muted, float[] rule, float[] accent) {
        for (double tick : y.ticks(4)) {
            canvas.line(left, atY(tick), right, atY(tick), rule, 0.5f);
            String label = y.label(tick);
            canvas.textAt(label, left - 6 - canvas.width(label, SMALL), -atY(tick) + 2.5f, SMALL, muted);
        }
        boolean counted =
                lines.stream().flatMapToDouble(l -> DoubleStream.of(l.x())).allMatch(v -> v == Math.rint(v));
        for (double tick : x.ticks(6)) {
            if (counted && tick != Math.rint(tick)) continue; // between the first and the second there is nothing
            String label = x.label(tick);
            canvas.textAt(label, atX(tick) - canvas.width(label, SMALL) / 2, height + 10, SMALL, muted);
        }
        for (Level level : levels) {
            canvas.dashed(left, atY(level.y()), right, atY(level.y()), muted, 0.8f);
        }
        double[] wanted = new double[lines.size() + levels.size()];
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            draw(line, line.emphasised() ? accent : muted);
            wanted[i] = -atY(line.y().length == 0 ? y.low() : line.y()[line.y().length - 1]);
        }
        for (int i = 0; i < levels.size(); i++)
            wanted[lines.size() + i] = -atY(levels.get(i).y());
        double[] places = Spread.apart(wanted, 11, 0, height);
        for (int i = 0; i < places.length; i++) {
            boolean line = i < lines.size();
            String label =
                    line ? lines.get(i).label() : levels.get(i - lines.size()).label();
            float[] colour = line && lines.get(i).emphasised() ? accent : line ? ink : muted;
            if (line) lead(lines.get(i), (float) -places[i], muted);
            canvas.textAt(canvas.fit(label, SMALL, 76), right + 8, (float) places[i] + 2.5f, SMALL, colour);
        }
    }

    /** From where a line ends early to its label. */
    private void lead(Line line, float label, float[] colour) {
        int last = line.x().length - 1;
        if (last < 0 || Double.isNaN(line.y()[last]) || x.at(line.x()[last]) >= 1) return;
        canvas.dashed(atX(line.x()[last]), atY(line.y()[last]), right + 5, label, colour, 0.4f);
    }

    private void draw(Line line, float[] colour) {
        float width = line.emphasised() ? 1.6f : 1.1f;
        boolean few = line.x().length <= 24;
        for (int i = 0; i < line.x().length; i++) {
            if (Double.isNaN(line.y()[i])) continue;
            if (i > 0 && !Double.isNaN(line.y()[i - 1]))
                canvas.line(
                        atX(line.x()[i - 1]), atY(line.y()[i - 1]), atX(line.x()[i]), atY(line.y()[i]), colour, width);
            if (few) whisker(line, i, colour);
            if (few) canvas.dot(atX(line.x()[i]), atY(line.y()[i]), 2.2f, colour);
        }
    }

    /** The interval around a point, where it has one. */
    private void whisker(Line line, int i, float[] colour) {
        if (line.low().length == 0 || Double.isNaN(line.low()[i]) || Double.isNaN(line.high()[i])) return;
        canvas.line(atX(line.x()[i]), atY(line.low()[i]), atX(line.x()[i]), atY(line.high()[i]), colour, 0.8f);
    }

    private float atX(double value) {
        return (float) (left + x.at(value) * (right - left));
    }

    /** Relative to the cursor, upwards: the plot hangs below it. */
    private float atY(double value) {
        return (float) (-height + y.at(value) * height);
    }
}
