package dev.assay.tensor;

import java.util.Arrays;

/**
 * Rows of few nonzero numbers, in the compressed-sparse-row layout: the entries of row {@code r} stand at
 * {@code starts()[r] .. starts()[r + 1] - 1} of {@link #columns()} and {@link #values()}. Filled row by row and reused
 * from batch to batch; the arrays are the object's own, may be longer than what is filled and change when it grows.
 */
public final class SparseRows {
    private final int width;
    private int rows;
    private int[] starts = new int[17];
    private int[] columns = new int[256];
    private float[] values = new float[256];

    /** No rows yet, of {@code width} columns. */
    public SparseRows(int width) {
        this.width = width;
    }

    /** Number of columns. */
    public int width() {
        return width;
    }

    /** Rows that were ended. */
    public int rows() {
        return rows;
    }

    /** Entries in all ended rows. */
    public int count() {
        return starts[rows];
    }

    public int[] starts() {
        return starts;
    }

    public int[] columns() {
        return columns;
    }

    public float[] values() {
        return values;
    }

    /** Forgets all rows and keeps the memory. */
    public void clear() {
        rows = 0;
    }

    /** Makes room for {@code more} entries after the last ended row. */
    public void reserve(int more) {
        int wanted = count() + more;
        if (wanted <= columns.length) return;
        int length = Math.max(wanted, columns.length + (columns.length >> 1));
        columns = Arrays.copyOf(columns, length);
        values = Arrays.copyOf(values, length);
    }

    /** Ends a row whose {@code length} entries were written behind the last row: see {@link #reserve}. */
    public void endRow(int length) {
        if (rows + 2 > starts.length) starts = Arrays.copyOf(starts, 2 * starts.length);
        starts[rows + 1] = starts[rows] + length;
        rows++;
    }

    /** Appends all rows of another of the same width. */
    public void append(SparseRows other) {
        int at = count();
        reserve(other.count());
        System.arraycopy(other.columns, 0, columns, at, other.count());
        System.arraycopy(other.values, 0, values, at, other.count());
        for (int r = 0; r < other.rows; r++) endRow(other.starts[r + 1] - other.starts[r]);
    }

    /** All numbers, zeros too: {@code [rows, width]}, row-major. */
    public float[] dense() {
        var out = new float[rows * width];
        for (int r = 0; r < rows; r++)
            for (int i = starts[r]; i < starts[r + 1]; i++) out[r * width + columns[i]] = values[i];
        return out;
    }
}
