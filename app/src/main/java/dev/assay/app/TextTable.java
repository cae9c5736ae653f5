package dev.assay.app;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Rows of text in aligned columns, folded where they are too wide for a terminal. */
final class TextTable {
    private static final int WIDTH = 110;
    private static final String GAP = "  ";

    private TextTable() {}

    /** The first column to the left, the others to the right. */
    static String right(List<List<String>> rows) {
        return of(rows, true);
    }

    /** All columns to the left. */
    static String left(List<List<String>> rows) {
        return of(rows, false);
    }

    /** A text in one line of so many characters at most. */
    static String shortened(String text, int most) {
        String one = text.replaceAll("\\s+", " ").strip();
        return one.length() > most ? one.substring(0, most - 3) + "..." : one;
    }

    private static String of(List<List<String>> rows, boolean right) {
        int columns = rows.getFirst().size();
        int[] widths = IntStream.range(0, columns)
                .map(c -> rows.stream().mapToInt(r -> width(r.get(c))).max().orElse(0))
                .toArray();
        var out = new StringBuilder();
        for (int from = 1; from < columns; ) {
            int to = fitting(widths, from);
            if (from > 1) out.append('\n');
            for (List<String> row : rows)
                out.append(line(row, widths, from, to, right)).append('\n');
            from = to;
        }
        return out.toString();
    }

    /** The end of the columns that fit beside the first; one always does. */
    private static int fitting(int[] widths, int from) {
        int used = widths[0];
        int to = from;
        while (to < widths.length && (to == from || used + GAP.length() + widths[to] <= WIDTH))
            used += GAP.length() + widths[to++];
        return to;
    }

    private static String line(List<String> row, int[] widths, int from, int to, boolean right) {
        String cells = IntStream.range(from, to)
                .mapToObj(c -> padded(row.get(c), widths[c], right))
                .collect(Collectors.joining(GAP));
        return (padded(row.getFirst(), widths[0], false) + GAP + cells).stripTrailing();
    }

    private static String padded(String text, int width, boolean right) {
        String pad = " ".repeat(width - width(text));
        return right ? pad + text : text + pad;
    }

    /** Columns of a terminal that a text takes: two for a character of East Asian scripts and for pictures. */
    private static int width(String text) {
        return text.codePoints().map(c -> wide(c) ? 2 : 1).sum();
    }

    private static boolean wide(int c) {
        return c >= 0x1100 && c <= 0x115f
                || c >= 0x2e80 && c <= 0xa4cf
                || c >= 0xac00 && c <= 0xd7a3
                || c >= 0xf900 && c <= 0xfaff
                || c >= 0xff00 && c <= 0xff60
                || c >= 0x1f300 && c <= 0x1faff
                || c >= 0x20000;
    }
}
