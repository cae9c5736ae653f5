package dev.assay.tensor;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A matrix in bf16 that many rows are multiplied with at once by the processor's own bf16 products: what {@link
 * WeightMatrix} does for few rows, and exactly. Inputs and results are rounded to bf16, and a row's result may depend on
 * how many rows share the call.
 *
 * <p>It is cut into slices of rows, which threads can share; a slice is one call of LibTorch.
 */
public final class Bf16Matrix {
    /** Most rows of a slice: enough to be worth a call, few enough for threads to share small matrices. */
    private static final int SLICE = 512;

    private final int rows;
    private final int columns;
    private final int perSlice;
    private final Tensor[] slices;

    /** Takes the numbers of a {@code [rows, columns]} tensor; one that is bf16 already shares its memory and must last. */
    public Bf16Matrix(Tensor weight) {
        this.rows = (int) weight.size(0);
        this.columns = (int) weight.size(1);
        int fewest = Math.ceilDiv(rows, SLICE);
        this.perSlice = Math.ceilDiv(Math.ceilDiv(rows, fewest), 32) * 32;
        this.slices = new Tensor[Math.ceilDiv(rows, perSlice)];
        try (var scope = Scope.open()) {
            Tensor all = weight.to(DType.BF16);
            for (int s = 0; s < slices.length; s++)
                slices[s] = scope.keep(all.narrow(0, start(s), start(s + 1) - start(s)));
        }
    }

    /** Bytes of the numbers. */
    public long bytes() {
        return 2L * rows * columns;
    }

    public int slices() {
        return slices.length;
    }

    private int start(int slice) {
        return Math.min(slice * perSlice, rows);
    }

    /** {@code y[r, yFrom + j] = Σ_k x[r, k] W[j, k]} for all {@code j} of a slice. */
    public void multiply(int slice, Rows x, float[] y, int yFrom, int yStride, Scratch scratch) {
        int width = start(slice + 1) - start(slice);
        View out = scratch.out.view(x.view.rows, width);
        x.view.tensor.linearInto(slices[slice], out.tensor);
        Kernels kernels = Kernels.best();
        for (int r = 0; r < out.rows; r++)
            kernels.fromBf16(out.memory, (long) r * width, width, y, yFrom + r * yStride + start(slice));
    }

    /** Rows that are multiplied, in bf16. */
    public static final class Rows {
        private final Buffer buffer = new Buffer();
        private View view = buffer.view(1, 1);

        /** Makes room for rows, which {@link #put} fills. */
        public void begin(int rows, int columns) {
            view = buffer.view(rows, columns);
        }

        /** Rounds {@code length} numbers of the rows, which lie one after another in {@code x}. */
        public void put(float[] x, int from, int length) {
            Kernels.best().toBf16(x, from, length, view.memory, from);
        }
    }

    /** Memory that one thread computes in. */
    public static final class Scratch {
        private final Buffer out = new Buffer();
    }

    private record View(int rows, Tensor tensor, MemorySegment memory) {}

    /** Memory that matrices of any shape are laid in, one at a time; making a view takes as long as a small product. */
    private static final class Buffer {
        private static final int SHAPES = 256;

        private final Map<List<Integer>, View> views = new HashMap<>();
        private Tensor memory = Tensor.lastingZeros(DType.BF16, 0);

        View view(int rows, int columns) {
            long needed = (long) rows * columns;
            if (needed > memory.count()) {
                views.clear();
                memory = Tensor.lastingZeros(DType.BF16, needed);
            }
            if (views.size() == SHAPES) views.clear();
            return views.computeIfAbsent(List.of(rows, columns), shape -> {
                try (var scope = Scope.open()) {
                    Tensor view = scope.keep(memory.narrow(0, 0, needed).reshape(rows, columns));
                    return new View(rows, view, view.memory());
                }
            });
        }
    }
}
