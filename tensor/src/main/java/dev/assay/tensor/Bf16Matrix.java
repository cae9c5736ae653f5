package dev.assay.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * A matrix in bf16 that many rows are multiplied with at once by the processor's own bf16 products: what {@link
 * WeightMatrix} does for few rows, and exactly. Weights and rows are rounded to bf16, sums and results are fp32.
 *
 * <p>It is cut into slices of rows, which threads can share; a slice is one call of {@link OneDnn}.
 */
public final class Bf16Matrix {
    /** Most rows of a slice: enough to be worth a call, few enough for threads to share small matrices. */
    private static final int SLICE = 512;

    private final int rows;
    private final int columns;
    private final int perSlice;
    private final MemorySegment[] slices;

    /** Takes the numbers of a {@code [rows, columns]} tensor. {@link #available} says whether there are such matrices. */
    public Bf16Matrix(Tensor weight) {
        OneDnn library = OneDnn.loaded().orElseThrow(() -> new TensorException("there are no bf16 products here"));
        this.rows = (int) weight.size(0);
        this.columns = (int) weight.size(1);
        int fewest = rows <= 64 ? 1 : Math.max(2, Math.ceilDiv(rows, SLICE));
        this.perSlice = Math.ceilDiv(Math.ceilDiv(rows, fewest), 32) * 32;
        this.slices = new MemorySegment[Math.ceilDiv(rows, perSlice)];
        try (var scope = Scope.open()) {
            Tensor all = weight.to(DType.BF16);
            for (int s = 0; s < slices.length; s++) {
                Tensor slice = all.narrow(0, start(s), width(s));
                slices[s] = library.pack(slice.memory(), width(s), columns);
            }
        }
    }

    /** Whether the processor multiplies bf16 in hardware, and the library for it could be loaded. */
    public static boolean available() {
        return Device.fastest() == DType.BF16 && OneDnn.loaded().isPresent();
    }

    /**
     * Whether a row's results are the same to the last bit, however many rows are multiplied at once and wherever it stands
     * among them. So it is with AMX; it is tried, with {@code columns} numbers a row.
     */
    public static boolean rowsStandAlone(int columns) {
        return available() && Probe.standAlone(columns);
    }

    /** Bytes of the numbers. */
    public long bytes() {
        long bytes = 0;
        for (MemorySegment s : slices) bytes += s.byteSize();
        return bytes;
    }

    public int slices() {
        return slices.length;
    }

    private int start(int slice) {
        return Math.min(slice * perSlice, rows);
    }

    private int width(int slice) {
        return start(slice + 1) - start(slice);
    }

    /** {@code y[r, yFrom + j] = Σ_k x[r, k] W[j, k]} for all {@code j} of a slice. */
    public void multiply(int slice, Rows x, float[] y, int yFrom, int yStride, Scratch scratch) {
        if (x.columns != columns) throw new IllegalArgumentException(x.columns + " columns, not " + columns);
        int width = width(slice);
        for (int first = 0; first < x.count; first += OneDnn.mostRows()) {
            int count = Math.min(x.count - first, OneDnn.mostRows());
            int filled = OneDnn.filled(count);
            MemorySegment out = scratch.room(4L * filled * width);
            MemorySegment in = x.memory.asSlice(2L * first * columns);
            scratch.calls.multiply(filled, columns, width, in, slices[slice], out);
            for (int r = 0; r < count; r++) {
                int at = yFrom + (first + r) * yStride + start(slice);
                MemorySegment.copy(out, ValueLayout.JAVA_FLOAT, 4L * r * width, y, at, width);
            }
        }
    }

    /** Rows that are multiplied, in bf16. */
    public static final class Rows {
        private MemorySegment memory = MemorySegment.NULL;
        private int count;
        private int columns;

        /** Makes room for rows, which {@link #put} fills. */
        public void begin(int rows, int columns) {
            int last = rows % OneDnn.mostRows();
            int filled =
                    rows - last + (last == 0 ? 0 : OneDnn.filled(last)); // what is filled up is computed for nothing
            long bytes = 2L * filled * columns;
            if (bytes > memory.byteSize()) memory = Arena.ofAuto().allocate(bytes, OneDnn.ALIGNMENT);
            this.count = rows;
            this.columns = columns;
        }

        /** Rounds {@code length} numbers of the rows, which lie one after another in {@code x}. */
        public void put(float[] x, int from, int length) {
            Kernels.best().toBf16(x, from, length, memory, from);
        }
    }

    /** Memory that one thread computes in. */
    public static final class Scratch {
        private final OneDnn.Calls calls = OneDnn.loaded().orElseThrow().new Calls();
        private MemorySegment out = MemorySegment.NULL;

        private MemorySegment room(long bytes) {
            if (bytes > out.byteSize()) out = Arena.ofAuto().allocate(bytes, OneDnn.ALIGNMENT);
            return out;
        }
    }

    /** Multiplies the same rows in several companies. */
    private static final class Probe {
        private static final int WIDTH = 96;

        static boolean standAlone(int columns) {
            var weights = new float[WIDTH * columns];
            var rows = new float[OneDnn.mostRows() * columns];
            for (int i = 0; i < weights.length; i++) weights[i] = (float) Math.sin(i * 0.7 + 1);
            for (int i = 0; i < rows.length; i++) rows[i] = (float) Math.cos(i * 0.3);
            float[] wanted = product(weights, rows, columns, OneDnn.mostRows());
            for (int count = 1; count < OneDnn.mostRows(); count += 21) {
                float[] got = product(weights, rows, columns, count);
                // the first rows where they stood, and the last ones at the beginning
                float[] moved = Arrays.copyOfRange(rows, (OneDnn.mostRows() - count) * columns, rows.length);
                float[] gotMoved = product(weights, moved, columns, count);
                if (!Arrays.equals(got, 0, count * WIDTH, wanted, 0, count * WIDTH)
                        || !Arrays.equals(
                                gotMoved, 0, count * WIDTH, wanted, wanted.length - count * WIDTH, wanted.length))
                    return false;
            }
            return true;
        }

        private static float[] product(float[] weights, float[] rows, int columns, int count) {
            try (var scope = Scope.open()) {
                var matrix = new Bf16Matrix(Tensor.of(weights, WIDTH, columns));
                var x = new Rows();
                x.begin(count, columns);
                x.put(rows, 0, count * columns);
                var y = new float[count * WIDTH];
                for (int s = 0; s < matrix.slices(); s++) matrix.multiply(s, x, y, 0, WIDTH, new Scratch());
                return y;
            }
        }
    }
}
