package dev.assay.sae;

import dev.assay.tensor.Kernels;
import dev.assay.tensor.Parallel;
import dev.assay.tensor.SparseRows;
import java.util.function.IntConsumer;

/** Sizes of a batch, and work on its rows in pieces that do not depend on the number of threads. */
final class Rows {
    private static final int PIECE = 16;

    final int batch;
    final int width;
    final Kernels kernels;
    private final Parallel parallel;

    Rows(int batch, int width, Kernels kernels, Parallel parallel) {
        this.batch = batch;
        this.width = width;
        this.kernels = kernels;
        this.parallel = parallel;
    }

    int pieces() {
        return (batch + PIECE - 1) / PIECE;
    }

    /** Runs {@code task} for each row. */
    void each(IntConsumer task) {
        parallel.each(pieces(), piece -> {
            for (int b = piece * PIECE; b < Math.min(batch, (piece + 1) * PIECE); b++) task.accept(b);
        });
    }

    /** out[row] += factor · Σ over the row's entries of factors[e] · table[column of e]. */
    void addProduct(SparseRows pattern, float[] factors, float factor, float[] table, float[] out, int row) {
        int from = pattern.starts()[row];
        int n = pattern.starts()[row + 1] - from;
        var scaled = new float[n];
        var starts = new int[n];
        for (int e = 0; e < n; e++) {
            scaled[e] = factor * factors[from + e];
            starts[e] = pattern.columns()[from + e] * width;
        }
        kernels.addRows(scaled, starts, 0, n, table, out, row * width, width);
    }

    /** Σ over rows, in order, of stretches of {@code width} numbers from {@code from}: into {@code out}, times factor. */
    void addColumnSums(float[] rows, int from, float factor, float[] out) {
        for (int b = 0; b < batch; b++) kernels.addScaled(factor, rows, from + b * width, out, 0, width);
    }
}
