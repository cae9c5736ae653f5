package dev.assay.tensor;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** The obvious kernels. */
final class ScalarKernels extends Kernels {
    @Override
    public String describe() {
        return "scalar";
    }

    @Override
    public float dot(float[] a, int aFrom, float[] b, int bFrom, int length) {
        float sum = 0;
        for (int i = 0; i < length; i++) sum += a[aFrom + i] * b[bFrom + i];
        return sum;
    }

    @Override
    public void dots(
            float[] a, int[] aStarts, float[] b, int[] bStarts, int count, int width, float[] out, int outFrom) {
        for (int i = 0; i < count; i++) out[outFrom + i] = dot(a, aStarts[i], b, bStarts[i], width);
    }

    @Override
    public double squares(float[] x, int from, int length) {
        double sum = 0;
        for (int i = 0; i < length; i++) sum += (double) x[from + i] * x[from + i];
        return sum;
    }

    @Override
    public void addScaled(float factor, float[] x, int xFrom, float[] y, int yFrom, int length) {
        for (int i = 0; i < length; i++) y[yFrom + i] += factor * x[xFrom + i];
    }

    @Override
    public void addRows(
            float[] factors, int[] starts, int from, int to, float[] rows, float[] out, int outFrom, int width) {
        for (int e = from; e < to; e++) addScaled(factors[e], rows, starts[e], out, outFrom, width);
    }

    @Override
    public void adam(
            float[] parameters,
            float[] first,
            float[] second,
            float[] gradient,
            int from,
            int length,
            float scale,
            AdamStep step) {
        for (int i = from; i < from + length; i++) {
            float g = scale == 0 ? 0 : scale * gradient[i];
            first[i] = AdamStep.BETA1 * first[i] + (1 - AdamStep.BETA1) * g;
            second[i] = AdamStep.BETA2 * second[i] + (1 - AdamStep.BETA2) * g * g;
            parameters[i] -= step.rate() * first[i] / ((float) Math.sqrt(second[i]) * step.root() + AdamStep.EPS);
        }
    }

    @Override
    public void toBf16(float[] x, int from, int length, MemorySegment out, long to) {
        for (int i = 0; i < length; i++) out.setAtIndex(JAVA_SHORT_UNALIGNED, to + i, PanelKernels.toBf16(x[from + i]));
    }

    @Override
    public void fromBf16(MemorySegment x, long from, int length, float[] out, int to) {
        for (int i = 0; i < length; i++) out[to + i] = fromBf16(x, from + i);
    }

    private static float fromBf16(MemorySegment x, long at) {
        return Float.intBitsToFloat(x.getAtIndex(JAVA_SHORT_UNALIGNED, at) << 16);
    }

    @Override
    public int above(
            MemorySegment pre,
            DType type,
            long row,
            float[] bias,
            float[] factor,
            float bound,
            int[] columns,
            float[] values) {
        int found = 0;
        for (int i = 0; i < bias.length; i++) {
            float p = type == DType.BF16
                    ? fromBf16(pre, row * bias.length + i)
                    : pre.getAtIndex(JAVA_FLOAT_UNALIGNED, row * bias.length + i);
            float z = (p + bias[i]) * factor[i];
            if (z > bound) {
                columns[found] = i;
                values[found++] = z;
            }
        }
        return found;
    }
}
