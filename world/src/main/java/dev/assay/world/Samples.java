package dev.assay.world;

import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;

/**
 * One batch of a world: which features fire and how strongly, and the hidden vectors that they make. May be filled anew by
 * {@link Sampler#sample(long, Samples)}, which saves the memory's making. Not thread-safe.
 */
public final class Samples implements AutoCloseable {
    private final int rows;
    private final SparseRows firings;
    private final Tensor hidden;
    private boolean closed;

    /** Room for {@code rows} samples; the hidden vectors' memory lives until {@link #close}. */
    public Samples(World world, int rows) {
        this(rows, world.features(), world.hiddenDim());
    }

    Samples(int rows, int features, int hiddenDim) {
        WorldException.require(rows >= 1, "rows", rows, "1 or more");
        this.rows = rows;
        this.firings = new SparseRows(features);
        try (var scope = Scope.open()) {
            this.hidden = scope.keep(Tensor.zeros(DType.F32, rows, hiddenDim));
        }
    }

    public int rows() {
        return rows;
    }

    /**
     * Magnitudes of the features that fire, all positive, {@code [rows, features]}. Columns of a row stand in no
     * particular order.
     */
    public SparseRows firings() {
        return firings;
    }

    /** Hidden vectors, {@code [rows, hiddenDim]}, F32. */
    public Tensor hidden() {
        return hidden;
    }

    /** Frees the hidden vectors. */
    @Override
    public void close() {
        if (closed) return;
        closed = true;
        hidden.close();
    }
}
