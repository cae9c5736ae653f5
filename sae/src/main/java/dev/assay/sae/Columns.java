package dev.assay.sae;

import dev.assay.tensor.SparseRows;

/**
 * The entries of sparse rows by column: entries of column {@code c} are {@code entries[starts[c]] ..
 * entries[starts[c + 1] - 1]}, in the order of rows.
 */
final class Columns {
    private final int[] starts;
    private int[] entries = new int[0];
    private int[] rows = new int[0];

    Columns(int width) {
        this.starts = new int[width + 1];
    }

    void of(SparseRows from) {
        int count = from.count();
        if (entries.length < count) {
            entries = new int[count + (count >> 1)];
            rows = new int[entries.length];
        }
        java.util.Arrays.fill(starts, 0);
        int[] columns = from.columns();
        for (int e = 0; e < count; e++) starts[columns[e] + 1]++;
        for (int c = 1; c < starts.length; c++) starts[c] += starts[c - 1];
        int[] next = starts.clone();
        for (int r = 0; r < from.rows(); r++)
            for (int e = from.starts()[r]; e < from.starts()[r + 1]; e++) {
                int at = next[columns[e]]++;
                entries[at] = e;
                rows[at] = r;
            }
    }

    int from(int column) {
        return starts[column];
    }

    int to(int column) {
        return starts[column + 1];
    }

    int entry(int at) {
        return entries[at];
    }

    int row(int at) {
        return rows[at];
    }
}
