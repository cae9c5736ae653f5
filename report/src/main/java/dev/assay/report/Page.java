package dev.assay.report;

import dev.assay.report.HtmlReport.Estimate;
import dev.assay.report.HtmlReport.Level;
import dev.assay.report.HtmlReport.Line;
import dev.assay.report.HtmlReport.Tone;
import java.util.List;
import java.util.Map;

/** What a report can hold on a screen ({@link HtmlReport}) and on paper ({@link PdfReport}); all text is shown as it is. */
public interface Page {
    /** Begins a section. */
    Page section(String heading);

    /** A paragraph. */
    Page prose(String text);

    /** The finding in one word, large, with a sentence beside it. */
    Page verdict(Tone tone, String word, String explanation);

    /** Names with their values, in the map's order. */
    Page facts(Map<String, String> facts);

    /**
     * A table; a column whose cells are all numbers is aligned right.
     *
     * @throws IllegalArgumentException if a row has more or fewer cells than the head
     */
    Page table(String caption, List<String> head, List<List<String>> rows);

    /** A table whose texts may lead to places in the same page, where a page has such. */
    Page linked(String caption, List<String> head, List<List<Linked>> rows);

    /**
     * A table in shades, from paper at {@code low}: what lies beyond {@code low} and {@code high} is held at the end it is beyond.
     *
     * @param cells a row for each of {@code rows}, a cell for each of {@code columns}
     * @throws IllegalArgumentException if there are more or fewer cells than that, or low is not less than high
     */
    Page grid(
            String caption, List<String> rows, List<String> columns, List<List<Shade>> cells, double low, double high);

    /**
     * A forest plot.
     *
     * @throws IllegalArgumentException unless min and max are finite and min is less than max
     */
    Page intervals(String caption, double min, double max, List<Estimate> rows);

    /** Lines over a common x. */
    Page lines(String caption, String xLabel, String yLabel, boolean logY, List<Line> lines, List<Level> levels);
}
