package dev.assay.tensor;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Chooses the largest of many pre-activations, of each row or of a whole batch. A batch is scanned once for what exceeds
 * a bound a little below the last batch's cut, and only that is sorted out; too low a yield lowers the bound and scans
 * again, so the choice is exact.
 */
public final class Selection {
    /**
     * Rows that are computed and scanned in one piece. A product packs its weights anew for each piece, so one or two
     * threads get large ones; the last bits of a product depend on it.
     */
    private static final int LARGE_PIECE = 512;

    private static final int PIECE = 128;
    private static final int GUESS_ROWS = 32;
    private static final float BELOW_LAST_CUT = 0.97f;
    private static final float LOWER = 0.8f;

    private final Kernels kernels;
    private final Parallel parallel;
    private final int piece;
    private final List<SparseRows> found = new ArrayList<>();
    private float bound = Float.NaN;
    private float[] scratch = new float[0];

    public Selection(Kernels kernels, Parallel parallel) {
        this.kernels = kernels;
        this.parallel = parallel;
        this.piece = parallel.threads() <= 2 ? LARGE_PIECE : PIECE;
    }

    /** Computes rows of pre-activations. */
    @FunctionalInterface
    public interface Product {
        /** Fills the rows from {@code from} to before {@code to}; called by several threads, for different rows. */
        void fill(int from, int to);
    }

    /**
     * The {@code keep} largest positive numbers z = (pre + bias) · factor of a batch, or all positive ones if there are
     * fewer; among equals at the cut the first.
     *
     * @param pre {@code [rows, width]}, fp32 or bf16
     * @param out gets z by row, columns rising
     */
    public void batch(Tensor pre, float[] bias, float[] factor, long keep, SparseRows out) {
        batch(pre, (from, to) -> {}, bias, factor, keep, out);
    }

    /** As above, on pre-activations that are computed here, so that they are scanned while they are in the cache. */
    public void batch(Tensor pre, Product product, float[] bias, float[] factor, long keep, SparseRows out) {
        int rows = (int) pre.size(0);
        boolean first = Float.isNaN(bound);
        if (first) {
            each(rows, (piece, from, to) -> product.fill(from, to));
            bound = guess(pre, bias, factor, keep);
        }
        long count = scan(pre, first ? (from, to) -> {} : product, bias, factor);
        while (count < keep && bound > 0) {
            bound = bound < 1e-6f || bound == Float.POSITIVE_INFINITY ? 0 : bound * LOWER;
            count = scan(pre, (from, to) -> {}, bias, factor);
        }
        collect((int) count, keep, out);
    }

    /**
     * The {@code keep} largest positive numbers z = (pre + bias) · factor of each row; among equals at the cut the first.
     *
     * @param pre {@code [rows, width]}, fp32 or bf16, filled by {@code product}
     * @param out gets z by row, columns rising
     */
    public void rows(Tensor pre, Product product, float[] bias, float[] factor, int keep, SparseRows out) {
        float low = Float.isNaN(bound) ? 0 : bound;
        var cuts = new float[(int) pre.size(0)];
        pieces(pre, product, bias, factor, (scan, r, part) -> cuts[r] = scan.largest(r, low, keep, part));
        join(out);
        float sum = 0;
        for (float cut : cuts) sum += cut;
        // rows whose cut is lower are scanned twice
        bound = cuts.length == 0 || !(sum < Float.POSITIVE_INFINITY) ? 0 : LOWER * sum / cuts.length;
    }

    /** All positive numbers z = (pre + bias) · factor. */
    public void positive(Tensor pre, Product product, float[] bias, float[] factor, SparseRows out) {
        pieces(pre, product, bias, factor, (scan, r, part) -> scan.above(r, 0, part));
        join(out);
    }

    private void collect(int count, long keep, SparseRows out) {
        float cut = 0;
        int ties = 0;
        if (count > keep) {
            ensure(count);
            int at = 0;
            for (SparseRows part : found) {
                System.arraycopy(part.values(), 0, scratch, at, part.count());
                at += part.count();
            }
            cut = largest(scratch, count, (int) keep);
            ties = (int) keep - above(scratch, count, cut);
        }
        out.clear();
        for (SparseRows part : found) for (int r = 0; r < part.rows(); r++) ties = append(part, r, cut, ties, out);
        bound = cut * BELOW_LAST_CUT;
    }

    /** Appends what exceeds {@code cut} and the first {@code ties} that equal it; returns the ties left. */
    private static int append(SparseRows part, int row, float cut, int ties, SparseRows out) {
        int from = part.starts()[row];
        int to = part.starts()[row + 1];
        out.reserve(to - from);
        int at = out.count();
        int n = 0;
        for (int e = from; e < to; e++) {
            float z = part.values()[e];
            if (z < cut || z == cut && ties-- <= 0) continue;
            out.columns()[at + n] = part.columns()[e];
            out.values()[at + n++] = z;
        }
        out.endRow(n);
        return Math.max(ties, 0);
    }

    @FunctionalInterface
    private interface Piece {
        void run(int piece, int from, int to);
    }

    private int pieces(int rows) {
        return (rows + piece - 1) / piece;
    }

    private void each(int rows, Piece task) {
        parallel.each(pieces(rows), p -> task.run(p, p * piece, Math.min(rows, (p + 1) * piece)));
    }

    /** Fills {@link #found} with what exceeds the bound and counts it. */
    private long scan(Tensor pre, Product product, float[] bias, float[] factor) {
        pieces(pre, product, bias, factor, (scan, r, part) -> scan.above(r, bound, part));
        return found.stream().mapToLong(SparseRows::count).sum();
    }

    @FunctionalInterface
    private interface RowTask {
        void run(RowScan scan, int row, SparseRows part);
    }

    /** Computes the products and runs {@code task} on each row, which adds a row to its part of {@link #found}. */
    private void pieces(Tensor pre, Product product, float[] bias, float[] factor, RowTask task) {
        int rows = (int) pre.size(0);
        int pieces = pieces(rows);
        while (found.size() < pieces) found.add(new SparseRows(bias.length));
        while (found.size() > pieces) found.removeLast();
        each(rows, (piece, from, to) -> {
            product.fill(from, to);
            SparseRows part = found.get(piece);
            part.clear();
            var scan = new RowScan(pre, bias, factor);
            for (int r = from; r < to; r++) task.run(scan, r, part);
        });
    }

    private void join(SparseRows out) {
        out.clear();
        for (SparseRows part : found) out.append(part);
    }

    /** Scans rows of pre-activations on one thread. */
    private final class RowScan {
        private final MemorySegment memory;
        private final DType type;
        private final float[] bias;
        private final float[] factor;
        private final int[] columns;
        private final float[] values;
        private final float[] order;

        RowScan(Tensor pre, float[] bias, float[] factor) {
            this.memory = pre.memory();
            this.type = pre.type();
            this.bias = bias;
            this.factor = factor;
            this.columns = new int[bias.length];
            this.values = new float[bias.length];
            this.order = new float[bias.length];
        }

        private int scan(int row, float low) {
            return kernels.above(memory, type, row, bias, factor, low, columns, values);
        }

        void above(int row, float low, SparseRows part) {
            int n = scan(row, low);
            part.reserve(n);
            System.arraycopy(columns, 0, part.columns(), part.count(), n);
            System.arraycopy(values, 0, part.values(), part.count(), n);
            part.endRow(n);
        }

        /** Adds the {@code keep} largest, looked for above {@code low} first; returns the least of them. */
        float largest(int row, float low, int keep, SparseRows part) {
            int n = scan(row, low);
            if (n < keep && low > 0) n = scan(row, 0);
            float cut = 0;
            int ties = n;
            if (n > keep) {
                System.arraycopy(values, 0, order, 0, n);
                cut = Selection.largest(order, n, keep);
                ties = keep - Selection.above(order, n, cut);
            }
            int at = part.count();
            int kept = 0;
            part.reserve(n);
            for (int i = 0; i < n; i++) {
                if (values[i] < cut || values[i] == cut && ties-- <= 0) continue;
                part.columns()[at + kept] = columns[i];
                part.values()[at + kept++] = values[i];
            }
            part.endRow(kept);
            return cut;
        }
    }

    /** A first bound: a little below the cut among the first rows. */
    private float guess(Tensor pre, float[] bias, float[] factor, long keep) {
        int rows = (int) Math.min(GUESS_ROWS, pre.size(0));
        var columns = new int[bias.length];
        var values = new float[bias.length];
        ensure(rows * bias.length);
        int count = 0;
        for (int r = 0; r < rows; r++) {
            int n = kernels.above(pre.memory(), pre.type(), r, bias, factor, 0, columns, values);
            System.arraycopy(values, 0, scratch, count, n);
            count += n;
        }
        int share = (int) (keep * rows / pre.size(0));
        return share < 1 || count <= share ? 0 : largest(scratch, count, share) * LOWER;
    }

    private void ensure(int length) {
        if (scratch.length < length) scratch = new float[length + (length >> 1)];
    }

    private static int above(float[] values, int count, float cut) {
        int n = 0;
        for (int i = 0; i < count; i++) if (values[i] > cut) n++;
        return n;
    }

    /** The {@code rank}-th largest (from 1) of the first {@code count} numbers, which are reordered: Hoare's selection. */
    static float largest(float[] values, int count, int rank) {
        int low = 0;
        int high = count - 1;
        int wanted = rank - 1;
        while (low < high) {
            float pivot = median(values[low], values[(low + high) >>> 1], values[high]);
            int i = low;
            int j = high;
            while (i <= j) {
                while (values[i] > pivot) i++;
                while (values[j] < pivot) j--;
                if (i <= j) {
                    float swap = values[i];
                    values[i++] = values[j];
                    values[j--] = swap;
                }
            }
            if (wanted <= j) high = j;
            else if (wanted >= i) low = i;
            else return values[wanted];
        }
        return values[wanted];
    }

    private static float median(float a, float b, float c) {
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }
}
