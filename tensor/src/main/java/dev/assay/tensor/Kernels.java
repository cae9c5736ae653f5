package dev.assay.tensor;

import java.lang.foreign.MemorySegment;

/**
 * The inner loops over dense rows that sparse work is made of. {@link ScalarKernels} is the obvious version,
 * {@link VectorKernels} the fast one; the two differ in the order in which they add, not in what. Offsets and lengths
 * count elements.
 */
public abstract sealed class Kernels permits ScalarKernels, VectorKernels {
    private static final Kernels BEST = KernelChoice.of(() -> new VectorKernels(), ScalarKernels::new);

    /** The kernels of this machine; the property {@code assay.kernels=scalar} forces the obvious ones. */
    public static Kernels best() {
        return BEST;
    }

    /** What these kernels are, in words. */
    public abstract String describe();

    /** Σ a[i] b[i]. */
    public abstract float dot(float[] a, int aFrom, float[] b, int bFrom, int length);

    /**
     * {@code count} products of rows: out[outFrom + i] = Σ a[aStarts[i] + j] b[bStarts[i] + j], j below {@code width}.
     */
    public abstract void dots(
            float[] a, int[] aStarts, float[] b, int[] bStarts, int count, int width, float[] out, int outFrom);

    /** Σ x[i]². */
    public abstract double squares(float[] x, int from, int length);

    /** y += factor · x. */
    public abstract void addScaled(float factor, float[] x, int xFrom, float[] y, int yFrom, int length);

    /**
     * out += Σ over e in [from, to) of factors[e] · the row of {@code width} numbers that begins at rows[starts[e]].
     */
    public abstract void addRows(
            float[] factors, int[] starts, int from, int to, float[] rows, float[] out, int outFrom, int width);

    /**
     * Adam (Kingma and Ba, 2015) on a stretch of parameters.
     *
     * @param gradient of the same offsets, multiplied by {@code scale}; not read where {@code scale} is 0
     */
    public abstract void adam(
            float[] parameters,
            float[] first,
            float[] second,
            float[] gradient,
            int from,
            int length,
            float scale,
            AdamStep step);

    /** Writes numbers as bf16, rounded to the nearest (ties to even), at element {@code to} of {@code out}. */
    public abstract void toBf16(float[] x, int from, int length, MemorySegment out, long to);

    /** Reads bf16 numbers, from element {@code from} of {@code x} on. */
    public abstract void fromBf16(MemorySegment x, long from, int length, float[] out, int to);

    /**
     * Finds the columns of one row of pre-activations in which (pre + bias) · factor exceeds a bound.
     *
     * @param pre fp32 or bf16 numbers, {@code [rows, width]}
     * @param columns gets the columns found, rising; as long as the width
     * @param values gets (pre + bias) · factor of those
     * @return how many were found
     */
    public abstract int above(
            MemorySegment pre,
            DType type,
            long row,
            float[] bias,
            float[] factor,
            float bound,
            int[] columns,
            float[] values);
}
