package dev.assay.tensor;

import java.util.Arrays;

/**
 * A matrix of weights {@code [rows, columns]} in panels ({@link PanelKernels}), in the numbers in which it is stored, for
 * products {@code y = x Wᵀ} with a few to some hundred rows. Immutable. Each result is one chain of additions in the order
 * of the columns, so it depends neither on the rows beside it nor on who computes which panel.
 */
public abstract sealed class WeightMatrix {
    final PanelKernels kernels;
    private final int rows;
    private final int columns;

    /** Gives rows one by one. */
    @FunctionalInterface
    public interface Source {
        /** Writes {@code columns} numbers of a row. */
        void row(int row, float[] into);
    }

    /** How a matrix of {@link #of} is stored. */
    public enum Format {
        F32,
        /** Rounded to the nearest bf16, or exact where the numbers are such. */
        BF16,
        /** 8 bits a number and a scale for each 32 of a row, as in GGUF's Q8_0 but with an fp32 scale. */
        Q8
    }

    private WeightMatrix(PanelKernels kernels, int rows, int columns) {
        this.kernels = kernels;
        this.rows = rows;
        this.columns = columns;
    }

    /** Stores a matrix; Q8 where the columns are no multiple of 32 becomes fp32. */
    public static WeightMatrix of(PanelKernels kernels, int rows, int columns, Format format, Source source) {
        return switch (format) {
            case F32 -> new F32(kernels, rows, columns, source);
            case BF16 -> new Bf16(kernels, rows, columns, source);
            case Q8 ->
                columns % PanelKernels.BLOCK == 0
                        ? Q8.rounded(kernels, rows, columns, source)
                        : new F32(kernels, rows, columns, source);
        };
    }

    public final int rows() {
        return rows;
    }

    public final int columns() {
        return columns;
    }

    /** Panels; the last is filled up with zeros. */
    public final int panels() {
        return Math.ceilDiv(rows, kernels.width());
    }

    /** How it is stored, in words. */
    public abstract String format();

    /** Bytes of the numbers. */
    public abstract long bytes();

    /** A panel's numbers {@code [columns, width]} in {@code into}, or an array that already holds them. */
    abstract float[] panel(int panel, float[] into);

    /** Where in the array of {@link #panel} the panel begins. */
    int panelStart(int panel) {
        return 0;
    }

    /** One row, slowly. */
    public final void row(int row, float[] into) {
        int width = kernels.width();
        int panel = row / width;
        float[] numbers = panel(panel, new float[columns * width]);
        int at = panelStart(panel) + row % width;
        for (int k = 0; k < columns; k++) into[k] = numbers[at + k * width];
    }

    /**
     * {@code y[r, yFrom + j] (+)= Σ_k x[r, k] W[j, k]} for all {@code j} of the panels {@code from .. to}.
     *
     * @param x {@code count} rows, {@code xStride} apart
     * @param y {@code count} rows, {@code yStride} apart
     * @param scratch of the calling thread alone
     */
    public final void multiply(
            int from,
            int to,
            float[] x,
            int xFrom,
            int xStride,
            int count,
            float[] y,
            int yFrom,
            int yStride,
            boolean add,
            Scratch scratch) {
        int width = kernels.width();
        float[] buffer = scratch.panel(columns * width);
        for (int p = from; p < to; p++) {
            if (count == 1 && !add && p + 2 <= to && (p + 2) * width <= rows && pair(p, x, xFrom, y, yFrom)) {
                p++;
                continue;
            }
            float[] numbers = panel(p, buffer);
            int start = panelStart(p);
            int left = rows - p * width;
            if (left >= width)
                kernels.multiply(numbers, start, columns, x, xFrom, xStride, count, y, yFrom + p * width, yStride, add);
            else edge(numbers, start, left, x, xFrom, xStride, count, y, yFrom + p * width, yStride, add, scratch);
        }
    }

    /** The last panel, whose columns beyond the matrix must not be written. */
    private void edge(
            float[] numbers,
            int start,
            int left,
            float[] x,
            int xFrom,
            int xStride,
            int count,
            float[] y,
            int yFrom,
            int yStride,
            boolean add,
            Scratch scratch) {
        int width = kernels.width();
        float[] out = scratch.edge(count * width);
        if (add) for (int r = 0; r < count; r++) System.arraycopy(y, yFrom + r * yStride, out, r * width, left);
        kernels.multiply(numbers, start, columns, x, xFrom, xStride, count, out, 0, width, add);
        for (int r = 0; r < count; r++) System.arraycopy(out, r * width, y, yFrom + r * yStride, left);
    }

    /** Two panels times one row where there is a faster way with the same result. */
    boolean pair(int panel, float[] x, int xFrom, float[] y, int yFrom) {
        return false;
    }

    /** Memory that one thread computes in. */
    public static final class Scratch {
        private float[] panel = {};
        private float[] edge = {};

        private float[] panel(int size) {
            if (panel.length < size) panel = new float[size];
            return panel;
        }

        private float[] edge(int size) {
            if (edge.length < size) edge = new float[size];
            return edge;
        }
    }

    private static int sizeOf(long count) {
        if (count > Integer.MAX_VALUE - 16)
            throw new TensorException("a weight matrix of " + count + " numbers is larger than one array");
        return (int) count;
    }

    /** Rows of a panel one after another; rows that the matrix lacks are zeros. */
    private static void fill(float[][] into, int panel, int rows, Source source) {
        for (int j = 0; j < into.length; j++) {
            int row = panel * into.length + j;
            if (row < rows) source.row(row, into[j]);
            else Arrays.fill(into[j], 0);
        }
    }

    private static final class F32 extends WeightMatrix {
        private final float[] numbers;

        F32(PanelKernels kernels, int rows, int columns, Source source) {
            super(kernels, rows, columns);
            int width = kernels.width();
            numbers = new float[sizeOf((long) panels() * columns * width)];
            var row = new float[width][columns];
            for (int p = 0; p < panels(); p++) {
                fill(row, p, rows, source);
                int at = panelStart(p);
                for (int k = 0; k < columns; k++) for (int j = 0; j < width; j++) numbers[at++] = row[j][k];
            }
        }

        @Override
        public String format() {
            return "fp32";
        }

        @Override
        public long bytes() {
            return 4L * numbers.length;
        }

        @Override
        float[] panel(int panel, float[] into) {
            return numbers;
        }

        @Override
        int panelStart(int panel) {
            return panel * columns() * kernels.width();
        }
    }

    private static final class Bf16 extends WeightMatrix {
        private final int[] packed;

        Bf16(PanelKernels kernels, int rows, int columns, Source source) {
            super(kernels, rows, columns);
            int width = kernels.width();
            int pairs = Math.ceilDiv(columns, 2);
            packed = new int[sizeOf((long) panels() * pairs * width)];
            var row = new float[width][columns];
            int at = 0;
            for (int p = 0; p < panels(); p++) {
                fill(row, p, rows, source);
                for (int k = 0; k < pairs; k++)
                    for (int j = 0; j < width; j++) {
                        int second = 2 * k + 1 < columns ? bits(row[j][2 * k + 1]) : 0;
                        packed[at++] = bits(row[j][2 * k]) | second << 16;
                    }
            }
        }

        private static int bits(float x) {
            return PanelKernels.toBf16(x) & 0xffff;
        }

        @Override
        public String format() {
            return "bf16";
        }

        @Override
        public long bytes() {
            return 4L * packed.length;
        }

        @Override
        float[] panel(int panel, float[] into) {
            kernels.unpack16(packed, panel * Math.ceilDiv(columns(), 2) * kernels.width(), columns(), into);
            return into;
        }
    }

    /** A few bits a number, and for each 32 numbers of a row one scale or more factors: {@link PanelKernels}. */
    private abstract static sealed class Quantised extends WeightMatrix {
        final int[] packed;
        final float[] factors;
        private final int bits;
        private final int factorsPerBlock;

        private Quantised(PanelKernels kernels, int rows, int columns, int bits, int factorsPerBlock) {
            super(kernels, rows, columns);
            this.bits = bits;
            this.factorsPerBlock = factorsPerBlock;
            packed = new int[sizeOf((long) packedAt(1) * panels())];
            factors = new float[sizeOf((long) factorsAt(1) * panels())];
        }

        final int blocks() {
            return columns() / PanelKernels.BLOCK;
        }

        final int packedAt(int panel) {
            return panel * (columns() * bits / Integer.SIZE) * kernels.width();
        }

        final int factorsAt(int panel) {
            return panel * blocks() * factorsPerBlock * kernels.width();
        }

        /** Stores the lowest bits of a block's numbers. */
        final void set(int row, int block, byte[] numbers) {
            int width = kernels.width();
            int each = Integer.SIZE / bits;
            int at = packedAt(row / width) + block * PanelKernels.BLOCK / each * width + row % width;
            for (int i = 0; i < PanelKernels.BLOCK; i += each, at += width) {
                int word = 0;
                for (int j = i + each - 1; j >= i; j--) word = word << bits | numbers[j] & (1 << bits) - 1;
                packed[at] = word;
            }
        }

        final void factor(int row, int block, int which, float factor) {
            int width = kernels.width();
            factors[factorsAt(row / width) + (block * factorsPerBlock + which) * width + row % width] = factor;
        }

        @Override
        public final String format() {
            return bits + " bits";
        }

        @Override
        public final long bytes() {
            return 4L * (packed.length + factors.length);
        }
    }

    /** 8 bits a number and a scale for each 32 numbers of a row. */
    private static final class Q8 extends Quantised {
        private Q8(PanelKernels kernels, int rows, int columns) {
            super(kernels, rows, columns, 8, 1);
        }

        /** Rounds each number to the nearest multiple of its block's largest magnitude over 127. */
        static Q8 rounded(PanelKernels kernels, int rows, int columns, Source source) {
            var made = new Q8(kernels, rows, columns);
            var row = new float[columns];
            var numbers = new byte[PanelKernels.BLOCK];
            for (int r = 0; r < rows; r++) {
                source.row(r, row);
                for (int b = 0; b < made.blocks(); b++) made.round(r, b, row, numbers);
            }
            return made;
        }

        private void round(int r, int block, float[] row, byte[] numbers) {
            int from = block * PanelKernels.BLOCK;
            float most = 0;
            for (int i = from; i < from + PanelKernels.BLOCK; i++) most = Math.max(most, Math.abs(row[i]));
            float scale = most / 127;
            factor(r, block, 0, scale);
            if (scale == 0) return;
            for (int i = 0; i < PanelKernels.BLOCK; i++)
                numbers[i] = (byte) Math.clamp(Math.round(row[from + i] / scale), -127, 127);
            set(r, block, numbers);
        }

        /** Takes blocks as they are. */
        static Q8 stored(PanelKernels kernels, int rows, int columns, Blocks8 source) {
            var made = new Q8(kernels, rows, columns);
            var numbers = new byte[PanelKernels.BLOCK];
            for (int r = 0; r < rows; r++) {
                for (int b = 0; b < made.blocks(); b++) {
                    made.factor(r, b, 0, source.read(r, b, numbers));
                    made.set(r, b, numbers);
                }
            }
            return made;
        }

        @Override
        float[] panel(int panel, float[] into) {
            kernels.unpack8(packed, packedAt(panel), factors, factorsAt(panel), columns(), into);
            return into;
        }

        @Override
        boolean pair(int panel, float[] x, int xFrom, float[] y, int yFrom) {
            int to = yFrom + panel * kernels.width();
            kernels.multiply8(packed, packedAt(panel), factors, factorsAt(panel), columns(), x, xFrom, y, to);
            return true;
        }
    }

    /** 4 bits a number, a scale and an offset for each 32 numbers of a row: GGUF's Q4_0 and Q4_1, without loss. */
    private static final class Q4 extends Quantised {
        Q4(PanelKernels kernels, int rows, int columns, Blocks4 source) {
            super(kernels, rows, columns, 4, 2);
            var nibbles = new byte[PanelKernels.BLOCK];
            for (int r = 0; r < rows; r++) {
                for (int b = 0; b < blocks(); b++) {
                    factor(r, b, 0, source.read(r, b, nibbles));
                    factor(r, b, 1, source.offset());
                    set(r, b, nibbles);
                }
            }
        }

        @Override
        float[] panel(int panel, float[] into) {
            kernels.unpack4(packed, packedAt(panel), factors, factorsAt(panel), columns(), into);
            return into;
        }

        @Override
        boolean pair(int panel, float[] x, int xFrom, float[] y, int yFrom) {
            int to = yFrom + panel * kernels.width();
            kernels.multiply4(packed, packedAt(panel), factors, factorsAt(panel), columns(), x, xFrom, y, to);
            return true;
        }
    }

    /** Gives blocks of 32 numbers of a row as scale, offset and nibbles. */
    public interface Blocks4 {
        /** Writes the 32 nibbles of a block, each 0 to 15, and returns the scale. */
        float read(int row, int block, byte[] nibbles);

        /** The offset of the block that was read last. */
        float offset();
    }

    /** Gives blocks of 32 numbers of a row as a scale and signed bytes. */
    @FunctionalInterface
    public interface Blocks8 {
        /** Writes the 32 numbers of a block and returns the scale. */
        float read(int row, int block, byte[] numbers);
    }

    /** A matrix of 8-bit numbers as they are stored; the columns are a multiple of 32. */
    public static WeightMatrix of8Bits(PanelKernels kernels, int rows, int columns, Blocks8 source) {
        return Q8.stored(kernels, rows, columns, source);
    }

    /** A matrix of 4-bit numbers; the columns are a multiple of 32. */
    public static WeightMatrix of4Bits(PanelKernels kernels, int rows, int columns, Blocks4 source) {
        return new Q4(kernels, rows, columns, source);
    }
}
