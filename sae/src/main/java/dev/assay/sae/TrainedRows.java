package dev.assay.sae;

import dev.assay.tensor.AdamStep;
import dev.assay.tensor.Kernels;
import dev.assay.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;

/** Rows of parameters with Adam's moments and the gradient of this step, of which only touched rows are filled. */
final class TrainedRows {
    final float[] values;
    final float[] gradient;
    private final float[] first;
    private final float[] second;
    private final boolean[] touched;
    private final int width;

    TrainedRows(float[] values, int width) {
        this.values = values;
        this.width = width;
        this.gradient = new float[values.length];
        this.first = new float[values.length];
        this.second = new float[values.length];
        this.touched = new boolean[values.length / width];
    }

    int rows() {
        return touched.length;
    }

    /** Forgets the gradient of a row; it must be filled if {@code touch}. */
    void clear(int row, boolean touch) {
        touched[row] = touch;
        if (touch) Arrays.fill(gradient, row * width, (row + 1) * width, 0);
    }

    /** Σ g² of a row. */
    double squares(int row, Kernels kernels) {
        return touched[row] ? kernels.squares(gradient, row * width, width) : 0;
    }

    void adam(int row, float scale, AdamStep step, Kernels kernels) {
        kernels.adam(values, first, second, gradient, row * width, width, touched[row] ? scale : 0, step);
    }

    void save(String name, Map<String, Tensor> state) {
        state.put(name, Tensor.of(values, rows(), width));
        state.put(name + ".first", Tensor.of(first, rows(), width));
        state.put(name + ".second", Tensor.of(second, rows(), width));
    }

    void restore(String name, Map<String, Tensor> state) {
        Learners.entry(state, name).floats(values);
        Learners.entry(state, name + ".first").floats(first);
        Learners.entry(state, name + ".second").floats(second);
    }
}
