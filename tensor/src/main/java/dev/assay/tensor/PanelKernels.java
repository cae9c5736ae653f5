package dev.assay.tensor;

/**
 * The inner loops of a forward pass over few rows: products with panels of weights, and what a softmax needs.
 * {@link ScalarPanelKernels} is the obvious version, {@link VectorPanelKernels} the fast one.
 *
 * <p>A <b>panel</b> holds {@link #width()} columns of a matrix side by side, {@code [depth, width]}: what belongs to one
 * step of a dot product lies together. Every number that comes out is one chain of fused multiply-adds in the order of
 * the depth, whichever rows share the call: a row's result does not depend on the rows beside it.
 */
public abstract sealed class PanelKernels permits ScalarPanelKernels, VectorPanelKernels {
    /** Depth that shares one scale and one offset in {@link #unpack4}. */
    public static final int BLOCK = 32;

    private static final PanelKernels BEST =
            KernelChoice.of(() -> new VectorPanelKernels(), () -> new ScalarPanelKernels(8));

    /** The kernels of this machine; the property {@code assay.kernels=scalar} forces the obvious ones. */
    public static PanelKernels best() {
        return BEST;
    }

    /** Columns of a panel. */
    public abstract int width();

    /**
     * Multiplies rows with a panel: {@code y[r, j] = Σ_k x[r, k] panel[k, j]}, or adds that to what is there.
     *
     * @param panel {@code [depth, width]}, from {@code at}
     * @param x rows of {@code depth} numbers, {@code xStride} apart
     * @param y rows of {@code width} numbers, {@code yStride} apart
     * @param add whether the sums are added to what is in {@code y}
     */
    public abstract void multiply(
            float[] panel,
            int at,
            int depth,
            float[] x,
            int xFrom,
            int xStride,
            int rows,
            float[] y,
            int yFrom,
            int yStride,
            boolean add);

    /** As {@link #multiply}, with a panel of bf16 numbers, each widened as it is read. */
    public abstract void multiplyBf16(
            short[] panel,
            int at,
            int depth,
            float[] x,
            int xFrom,
            int xStride,
            int rows,
            float[] y,
            int yFrom,
            int yStride,
            boolean add);

    /**
     * Unpacks a panel of 4-bit numbers: {@code out[k, j] = scale · q + offset}. Of each {@link #BLOCK} of depth,
     * {@code packed} has 4 groups of {@code width} integers, of which each holds 8 successive numbers of one column, the
     * first in its lowest bits; {@code scales} has {@code width} scales, then {@code width} offsets.
     */
    public abstract void unpack4(int[] packed, int at, float[] scales, int scalesAt, int depth, float[] out);

    /**
     * The product of one row with two panels of 4-bit numbers that follow one another: the same numbers, to the last
     * bit, as {@link #unpack4} and {@link #multiply} give.
     */
    public abstract void multiply4(
            int[] packed, int at, float[] scales, int scalesAt, int depth, float[] x, int xFrom, float[] y, int yFrom);

    /**
     * Unpacks a panel of 8-bit numbers: {@code out[k, j] = scale · q}. Of each {@link #BLOCK} of depth, {@code packed}
     * has 8 groups of {@code width} integers with 4 successive signed numbers each, {@code scales} has {@code width}.
     */
    public abstract void unpack8(int[] packed, int at, float[] scales, int scalesAt, int depth, float[] out);

    /** As {@link #multiply4}, with panels of {@link #unpack8}. */
    public abstract void multiply8(
            int[] packed, int at, float[] scales, int scalesAt, int depth, float[] x, int xFrom, float[] y, int yFrom);

    /**
     * Unpacks a panel of bf16 numbers: {@code packed} has, of every two steps of depth, {@code width} integers, the
     * earlier step in the lower half.
     */
    public abstract void unpack16(int[] packed, int at, int depth, float[] out);

    /** Rounded to the nearest bf16, ties to even. */
    public static short toBf16(float x) {
        int bits = Float.floatToRawIntBits(x);
        return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
    }

    /** Softmax in place; returns log Σ exp of what was there. Minus infinity has no weight. */
    public abstract double softmax(float[] x, int from, int length);

    /** The largest; not a number if one is none. */
    public abstract float max(float[] x, int from, int length);

    /** log Σ exp(factor · x). */
    public abstract double logSumExp(float[] x, int from, int length, float factor);

    /** Σ exp(factor · x - less). */
    public abstract double sumExp(float[] x, int from, int length, float factor, float less);

    /** out = silu(gate) · up, element by element; out may be gate. */
    public abstract void siluTimes(float[] gate, int gateFrom, float[] up, int upFrom, float[] out, int outFrom, int n);

    /** out = gelu(gate) · up in the tanh form; out may be gate. */
    public abstract void geluTimes(float[] gate, int gateFrom, float[] up, int upFrom, float[] out, int outFrom, int n);
}
