package dev.assay.tensor;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Kernels on the widest vectors of the machine; what does not fill a vector is done one by one. */
final class VectorKernels extends Kernels {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Short> HALF =
            VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));
    private static final int L = F.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private final ScalarKernels scalar = new ScalarKernels();

    @Override
    public String describe() {
        return "Vector API, " + F.vectorBitSize() + " bits";
    }

    @Override
    public float dot(float[] a, int aFrom, float[] b, int bFrom, int length) {
        var s0 = FloatVector.zero(F);
        var s1 = s0;
        var s2 = s0;
        var s3 = s0;
        int i = 0;
        for (int end = length - 4 * L; i <= end; i += 4 * L) {
            s0 = FloatVector.fromArray(F, a, aFrom + i).fma(FloatVector.fromArray(F, b, bFrom + i), s0);
            s1 = FloatVector.fromArray(F, a, aFrom + i + L).fma(FloatVector.fromArray(F, b, bFrom + i + L), s1);
            s2 = FloatVector.fromArray(F, a, aFrom + i + 2 * L).fma(FloatVector.fromArray(F, b, bFrom + i + 2 * L), s2);
            s3 = FloatVector.fromArray(F, a, aFrom + i + 3 * L).fma(FloatVector.fromArray(F, b, bFrom + i + 3 * L), s3);
        }
        for (; i <= length - L; i += L)
            s0 = FloatVector.fromArray(F, a, aFrom + i).fma(FloatVector.fromArray(F, b, bFrom + i), s0);
        float sum = lanes(s0.add(s1).add(s2.add(s3)));
        return sum + scalar.dot(a, aFrom + i, b, bFrom + i, length - i);
    }

    /** The sum of all lanes in a fixed order: that of {@code reduceLanes} changes when the method is compiled. */
    private static float lanes(FloatVector v) {
        float[] lanes = v.toArray();
        for (int half = L / 2; half > 0; half /= 2) for (int i = 0; i < half; i++) lanes[i] += lanes[i + half];
        return lanes[0];
    }

    @Override
    public double squares(float[] x, int from, int length) {
        return dot(x, from, x, from, length);
    }

    @Override
    public void addScaled(float factor, float[] x, int xFrom, float[] y, int yFrom, int length) {
        var f = FloatVector.broadcast(F, factor);
        int i = 0;
        for (; i <= length - L; i += L)
            FloatVector.fromArray(F, x, xFrom + i)
                    .fma(f, FloatVector.fromArray(F, y, yFrom + i))
                    .intoArray(y, yFrom + i);
        scalar.addScaled(factor, x, xFrom + i, y, yFrom + i, length - i);
    }

    /** Eight vectors of the sum stay in registers while all rows are added. */
    @Override
    public void addRows(
            float[] factors, int[] starts, int from, int to, float[] rows, float[] out, int outFrom, int width) {
        int w = 0;
        for (; w <= width - 8 * L; w += 8 * L) addRows8(factors, starts, from, to, rows, out, outFrom, w);
        for (; w <= width - L; w += L) {
            var sum = FloatVector.fromArray(F, out, outFrom + w);
            for (int e = from; e < to; e++)
                sum = FloatVector.fromArray(F, rows, starts[e] + w).fma(FloatVector.broadcast(F, factors[e]), sum);
            sum.intoArray(out, outFrom + w);
        }
        if (w < width)
            for (int e = from; e < to; e++)
                scalar.addScaled(factors[e], rows, starts[e] + w, out, outFrom + w, width - w);
    }

    private static void addRows8(
            float[] factors, int[] starts, int from, int to, float[] rows, float[] out, int outFrom, int w) {
        int o = outFrom + w;
        var s0 = FloatVector.fromArray(F, out, o);
        var s1 = FloatVector.fromArray(F, out, o + L);
        var s2 = FloatVector.fromArray(F, out, o + 2 * L);
        var s3 = FloatVector.fromArray(F, out, o + 3 * L);
        var s4 = FloatVector.fromArray(F, out, o + 4 * L);
        var s5 = FloatVector.fromArray(F, out, o + 5 * L);
        var s6 = FloatVector.fromArray(F, out, o + 6 * L);
        var s7 = FloatVector.fromArray(F, out, o + 7 * L);
        for (int e = from; e < to; e++) {
            var f = FloatVector.broadcast(F, factors[e]);
            int r = starts[e] + w;
            s0 = FloatVector.fromArray(F, rows, r).fma(f, s0);
            s1 = FloatVector.fromArray(F, rows, r + L).fma(f, s1);
            s2 = FloatVector.fromArray(F, rows, r + 2 * L).fma(f, s2);
            s3 = FloatVector.fromArray(F, rows, r + 3 * L).fma(f, s3);
            s4 = FloatVector.fromArray(F, rows, r + 4 * L).fma(f, s4);
            s5 = FloatVector.fromArray(F, rows, r + 5 * L).fma(f, s5);
            s6 = FloatVector.fromArray(F, rows, r + 6 * L).fma(f, s6);
            s7 = FloatVector.fromArray(F, rows, r + 7 * L).fma(f, s7);
        }
        s0.intoArray(out, o);
        s1.intoArray(out, o + L);
        s2.intoArray(out, o + 2 * L);
        s3.intoArray(out, o + 3 * L);
        s4.intoArray(out, o + 4 * L);
        s5.intoArray(out, o + 5 * L);
        s6.intoArray(out, o + 6 * L);
        s7.intoArray(out, o + 7 * L);
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
        var s = FloatVector.broadcast(F, scale);
        var zero = FloatVector.zero(F);
        int i = from;
        for (int end = from + length - L; i <= end; i += L) {
            var g = scale == 0 ? zero : FloatVector.fromArray(F, gradient, i).mul(s);
            var m = FloatVector.fromArray(F, first, i).mul(AdamStep.BETA1).add(g.mul(1 - AdamStep.BETA1));
            var v = FloatVector.fromArray(F, second, i)
                    .mul(AdamStep.BETA2)
                    .add(g.mul(g).mul(1 - AdamStep.BETA2));
            m.intoArray(first, i);
            v.intoArray(second, i);
            var down = v.sqrt().mul(step.root()).add(AdamStep.EPS);
            FloatVector.fromArray(F, parameters, i)
                    .sub(m.mul(step.rate()).div(down))
                    .intoArray(parameters, i);
        }
        scalar.adam(parameters, first, second, gradient, i, from + length - i, scale, step);
    }

    @Override
    public void toBf16(float[] x, int from, int length, MemorySegment out, long to) {
        int i = 0;
        for (; i <= length - L; i += L) {
            var bits = FloatVector.fromArray(F, x, from + i).reinterpretAsInts();
            var odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
            var rounded = bits.add(0x7fff).add(odd).lanewise(VectorOperators.LSHR, 16);
            ((ShortVector) rounded.convertShape(VectorOperators.I2S, HALF, 0))
                    .intoMemorySegment(out, 2 * (to + i), ORDER);
        }
        scalar.toBf16(x, from + i, length - i, out, to + i);
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
        int width = bias.length;
        if (width % L != 0) return scalar.above(pre, type, row, bias, factor, bound, columns, values);
        int found = 0;
        var lanes = new float[L];
        for (int i = 0; i < width; i += L) {
            long at = row * width + i;
            FloatVector p =
                    type == DType.BF16 ? fromBf16(pre, at) : FloatVector.fromMemorySegment(F, pre, 4 * at, ORDER);
            var z = p.add(FloatVector.fromArray(F, bias, i)).mul(FloatVector.fromArray(F, factor, i));
            VectorMask<Float> over = z.compare(VectorOperators.GT, bound);
            if (!over.anyTrue()) continue;
            z.intoArray(lanes, 0);
            for (long bits = over.toLong(); bits != 0; bits &= bits - 1) {
                int lane = Long.numberOfTrailingZeros(bits);
                columns[found] = i + lane;
                values[found++] = lanes[lane];
            }
        }
        return found;
    }

    private static FloatVector fromBf16(MemorySegment pre, long at) {
        var halves = ShortVector.fromMemorySegment(HALF, pre, 2 * at, ORDER);
        var ints = (IntVector) halves.convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0);
        return ints.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }
}
