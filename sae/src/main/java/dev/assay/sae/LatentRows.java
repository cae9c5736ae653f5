package dev.assay.sae;

import dev.assay.tensor.DType;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Picks active latents out of dense rows, columns rising, and checks the tensors of inference forms. */
final class LatentRows {
    private LatentRows() {}

    /** The entries of {@code pre [batch, latents]} that exceed 0 and their latent's threshold. */
    static SparseRows above(Tensor pre, float[] thresholds) {
        int width = thresholds.length;
        var bounds = new float[width];
        for (int c = 0; c < width; c++) bounds[c] = Math.max(0, thresholds[c]);
        MemorySegment values = pre.memory();
        var row = new float[width];
        var out = new SparseRows(width);
        for (long r = 0; r < pre.size(0); r++) {
            MemorySegment.copy(values, ValueLayout.JAVA_FLOAT, r * width * Float.BYTES, row, 0, width);
            out.reserve(width);
            int from = out.count();
            int[] columns = out.columns();
            float[] kept = out.values();
            int count = 0;
            for (int c = 0; c < width; c++) {
                if (!(row[c] > bounds[c])) continue;
                columns[from + count] = c;
                kept[from + count++] = row[c];
            }
            out.endRow(count);
        }
        return out;
    }

    /** The positive entries of {@code pre [batch, latents]}. */
    static SparseRows positive(Tensor pre) {
        return above(pre, new float[(int) pre.size(1)]);
    }

    /** The positive ones of some entries of each row: {@code values} at {@code columns}, both {@code [batch, k]}. */
    static SparseRows positive(float[] values, long[] columns, int k, int width) {
        var out = new SparseRows(width);
        var order = new long[k];
        for (int from = 0; from < values.length; from += k) {
            int count = 0;
            for (int i = from; i < from + k; i++)
                if (values[i] > 0) order[count++] = columns[i] << 32 | Float.floatToIntBits(values[i]);
            Arrays.sort(order, 0, count);
            out.reserve(count);
            for (int i = 0; i < count; i++) {
                out.columns()[out.count() + i] = (int) (order[i] >> 32);
                out.values()[out.count() + i] = Float.intBitsToFloat((int) order[i]);
            }
            out.endRow(count);
        }
        return out;
    }

    /** @throws IllegalArgumentException unless a tensor is fp32, in one piece and of this shape; -1 is any length */
    static void check(String name, Tensor tensor, long... shape) {
        long[] found = tensor.shape();
        boolean fits = found.length == shape.length && tensor.type() == DType.F32;
        for (int i = 0; fits && i < shape.length; i++) fits = shape[i] < 0 || shape[i] == found[i];
        if (!fits)
            throw new IllegalArgumentException(
                    name + " is " + tensor + ", wanted is F32" + Arrays.toString(shape) + " (-1: any)");
        tensor.memory(); // refuses views that are not in one piece
    }

    /** @throws IllegalArgumentException unless inputs are {@code [batch, dModel]} */
    static Tensor input(Tensor x, int dModel) {
        if (x.shape().length != 2 || x.size(1) != dModel)
            throw new IllegalArgumentException("this autoencoder takes [batch, " + dModel + "], not " + x);
        return x.to(DType.F32).contiguous();
    }
}
