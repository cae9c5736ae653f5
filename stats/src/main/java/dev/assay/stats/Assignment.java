package dev.assay.stats;

import java.util.Arrays;

/**
 * Gives each row of a cost matrix a column of its own so that the summed cost is least (the assignment problem, also
 * called Hungarian matching).
 *
 * <p>Shortest augmenting paths with dual prices, the Jonker-Volgenant algorithm without its initialisation, in the form
 * for rectangular matrices (Crouse 2016, "On implementing 2D rectangular assignment algorithms"). It looks at columns in
 * the same order as scipy's {@code linear_sum_assignment} and so resolves ties as that does. The worst case is cubic; a
 * matrix whose rows mostly want different columns takes little more than one pass.
 *
 * <p>An infinite cost forbids a pair. Where there are more rows than columns, rows are left out.
 */
public final class Assignment {
    /** Marks a row without a column. */
    public static final int NONE = -1;

    /** Where a row's costs come from: row {@code row} is written to {@code into}, which has one entry per column. */
    @FunctionalInterface
    private interface Rows {
        void load(int row, double[] into);
    }

    private final int rows;
    private final int columns;
    private final Rows costs;

    private final double[] rowPrice;
    private final double[] columnPrice;
    private final int[] columnOfRow;
    private final int[] rowOfColumn;

    // of the search for one row's path
    private final double[] distance;
    private final int[] reachedFrom;
    private final int[] remaining;
    private final int[] scannedRows;
    private final double[] row;
    private int scanned;
    private int left;

    private Assignment(int rows, int columns, Rows costs) {
        this.rows = rows;
        this.columns = columns;
        this.costs = costs;
        rowPrice = new double[rows];
        columnPrice = new double[columns];
        columnOfRow = new int[rows];
        rowOfColumn = new int[columns];
        Arrays.fill(columnOfRow, NONE);
        Arrays.fill(rowOfColumn, NONE);
        distance = new double[columns];
        reachedFrom = new int[columns];
        remaining = new int[columns];
        scannedRows = new int[rows];
        row = new double[columns];
    }

    /**
     * The assignment of least cost.
     *
     * @param costs {@code [rows, columns]}, row-major; no NaN and no negative infinity
     * @return the column of each row, {@link #NONE} for a row that is left out
     * @throws IllegalArgumentException if the array does not fill the shape, if a cost is not usable, or if infinite
     *     costs leave no complete assignment
     */
    public static int[] minimise(double[] costs, int rows, int columns) {
        check(costs.length, rows, columns);
        for (int i = 0; i < costs.length; i++) check(costs[i], i, columns);
        if (rows > columns) return inverse(minimise(transposed(costs, rows, columns), columns, rows), rows);
        return new Assignment(rows, columns, (r, into) -> System.arraycopy(costs, r * columns, into, 0, columns))
                .solve();
    }

    /** As {@link #minimise(double[], int, int)}; the arithmetic is in double. */
    public static int[] minimise(float[] costs, int rows, int columns) {
        return solve(costs, rows, columns, 1);
    }

    /** The assignment of greatest gain: as {@link #minimise(float[], int, int)} of the negated matrix. */
    public static int[] maximise(float[] gains, int rows, int columns) {
        return solve(gains, rows, columns, -1);
    }

    private static int[] solve(float[] values, int rows, int columns, double sign) {
        check(values.length, rows, columns);
        for (int i = 0; i < values.length; i++) check(sign * values[i], i, columns);
        if (rows > columns) return inverse(solve(transposed(values, rows, columns), columns, rows, sign), rows);
        return new Assignment(rows, columns, (r, into) -> {
                    for (int c = 0, at = r * columns; c < columns; c++) into[c] = sign * values[at + c];
                })
                .solve();
    }

    private int[] solve() {
        for (int r = 0; r < rows; r++) augment(r);
        return columnOfRow;
    }

    /** Finds the cheapest alternating path from row {@code start} to a free column, and flips it. */
    private void augment(int start) {
        left = columns;
        scanned = 0;
        Arrays.setAll(remaining, i -> columns - i - 1);
        Arrays.fill(distance, Double.POSITIVE_INFINITY);
        double least = 0;
        int r = start;
        int sink = NONE;
        while (sink == NONE) {
            scannedRows[scanned++] = r;
            int next = relax(r, least);
            int column = remaining[next];
            least = distance[column];
            if (least == Double.POSITIVE_INFINITY)
                throw new IllegalArgumentException("infinite costs forbid every complete assignment: row " + start
                        + " finds no free column. Allow more pairs.");
            remaining[next] = remaining[--left];
            remaining[left] = column; // scanned columns gather behind the end
            if (rowOfColumn[column] == NONE) sink = column;
            else r = rowOfColumn[column];
        }
        reprice(start, least);
        flip(start, sink);
    }

    /** Improves distances through row {@code r}; returns the nearest column's place among the remaining ones. */
    private int relax(int r, double least) {
        costs.load(r, row);
        double lowest = Double.POSITIVE_INFINITY;
        int best = 0;
        for (int i = 0; i < left; i++) {
            int c = remaining[i];
            double d = least + row[c] - rowPrice[r] - columnPrice[c];
            if (d < distance[c]) {
                distance[c] = d;
                reachedFrom[c] = r;
            }
            if (distance[c] < lowest || (distance[c] == lowest && rowOfColumn[c] == NONE)) {
                lowest = distance[c];
                best = i;
            }
        }
        return best;
    }

    private void reprice(int start, double least) {
        rowPrice[start] += least;
        for (int i = 1; i < scanned; i++) {
            int r = scannedRows[i];
            rowPrice[r] += least - distance[columnOfRow[r]];
        }
        for (int i = left; i < columns; i++) columnPrice[remaining[i]] -= least - distance[remaining[i]];
    }

    private void flip(int start, int sink) {
        int column = sink;
        int r;
        do {
            r = reachedFrom[column];
            rowOfColumn[column] = r;
            int before = columnOfRow[r];
            columnOfRow[r] = column;
            column = before;
        } while (r != start);
    }

    private static int[] inverse(int[] columnOfRow, int length) {
        var out = new int[length];
        Arrays.fill(out, NONE);
        for (int r = 0; r < columnOfRow.length; r++) out[columnOfRow[r]] = r;
        return out;
    }

    private static double[] transposed(double[] values, int rows, int columns) {
        var out = new double[values.length];
        for (int r = 0; r < rows; r++) for (int c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c];
        return out;
    }

    private static float[] transposed(float[] values, int rows, int columns) {
        var out = new float[values.length];
        for (int r = 0; r < rows; r++) for (int c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c];
        return out;
    }

    private static void check(int length, int rows, int columns) {
        if (rows < 0 || columns < 0 || length != (long) rows * columns)
            throw new IllegalArgumentException(length + " costs do not fill " + rows + " rows of " + columns);
    }

    private static void check(double cost, int at, int columns) {
        if (!(cost > Double.NEGATIVE_INFINITY))
            throw new IllegalArgumentException("the cost " + cost + " at row " + at / columns + ", column "
                    + at % columns + " is neither a number nor positive infinity");
    }
}
