package dev.assay.tensor;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Kernels on the widest vectors of the machine; what does not fill a vector is done one by one. */
final class VectorKernels extends Kernels {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    /** As many short numbers as a vector has floats. */
    static final VectorSpecies<Short> HALF =
            VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));

    private static final int L = F.length();

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    // lanes moved down by so many; constants, so that they are no objects once compiled
    private static final VectorShuffle<Float> BY_8 = VectorShuffle.iota(F, 8 % L, 1, true);
    private static final VectorShuffle<Float> BY_4 = VectorShuffle.iota(F, 4 % L, 1, true);
    private static final VectorShuffle<Float> BY_2 = VectorShuffle.iota(F, 2 % L, 1, true);
    private static final VectorShuffle<Float> BY_1 = VectorShuffle.iota(F, 1 % L, 1, true);

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

    /** Four at a time, so that their rows are on the way together. */
    @Override
    public void dots(
            float[] a, int[] aStarts, float[] b, int[] bStarts, int count, int width, float[] out, int outFrom) {
        int whole = width - width % L;
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            int a0 = aStarts[i];
            int a1 = aStarts[i + 1];
            int a2 = aStarts[i + 2];
            int a3 = aStarts[i + 3];
            int b0 = bStarts[i];
            int b1 = bStarts[i + 1];
            int b2 = bStarts[i + 2];
            int b3 = bStarts[i + 3];
            var s0 = FloatVector.zero(F);
            var s1 = s0;
            var s2 = s0;
            var s3 = s0;
            for (int j = 0; j < whole; j += L) {
                s0 = FloatVector.fromArray(F, a, a0 + j).fma(FloatVector.fromArray(F, b, b0 + j), s0);
                s1 = FloatVector.fromArray(F, a, a1 + j).fma(FloatVector.fromArray(F, b, b1 + j), s1);
                s2 = FloatVector.fromArray(F, a, a2 + j).fma(FloatVector.fromArray(F, b, b2 + j), s2);
                s3 = FloatVector.fromArray(F, a, a3 + j).fma(FloatVector.fromArray(F, b, b3 + j), s3);
            }
            out[outFrom + i] = lanes(s0) + scalar.dot(a, a0 + whole, b, b0 + whole, width - whole);
            out[outFrom + i + 1] = lanes(s1) + scalar.dot(a, a1 + whole, b, b1 + whole, width - whole);
            out[outFrom + i + 2] = lanes(s2) + scalar.dot(a, a2 + whole, b, b2 + whole, width - whole);
            out[outFrom + i + 3] = lanes(s3) + scalar.dot(a, a3 + whole, b, b3 + whole, width - whole);
        }
        for (; i < count; i++) out[outFrom + i] = dot(a, aStarts[i], b, bStarts[i], width);
    }

    /** The sum of all lanes in a fixed order: that of {@code reduceLanes} changes when the method is compiled. */
    static float lanes(FloatVector v) {
        if (L > 16) return halved(v.toArray());
        if (L > 8) v = v.add(v.rearrange(BY_8));
        if (L > 4) v = v.add(v.rearrange(BY_4));
        if (L > 2) v = v.add(v.rearrange(BY_2));
        if (L > 1) v = v.add(v.rearrange(BY_1));
        return v.lane(0);
    }

    private static float halved(float[] lanes) {
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

    /** Four rows at a time run past the sum, which stays in the nearest cache: the processor prefetches long runs. */
    @Override
    public void addRows(
            float[] factors, int[] starts, int from, int to, float[] rows, float[] out, int outFrom, int width) {
        int whole = width - width % L;
        int e = from;
        for (; e + 4 <= to; e += 4) addFour(factors, starts, e, rows, out, outFrom, whole);
        if (e + 2 <= to) {
            addTwo(factors, starts, e, rows, out, outFrom, whole);
            e += 2;
        }
        if (e < to) addScaled(factors[e], rows, starts[e], out, outFrom, whole);
        if (whole < width)
            for (e = from; e < to; e++)
                scalar.addScaled(factors[e], rows, starts[e] + whole, out, outFrom + whole, width - whole);
    }

    private static void addFour(
            float[] factors, int[] starts, int e, float[] rows, float[] out, int outFrom, int width) {
        var f0 = FloatVector.broadcast(F, factors[e]);
        var f1 = FloatVector.broadcast(F, factors[e + 1]);
        var f2 = FloatVector.broadcast(F, factors[e + 2]);
        var f3 = FloatVector.broadcast(F, factors[e + 3]);
        int r0 = starts[e];
        int r1 = starts[e + 1];
        int r2 = starts[e + 2];
        int r3 = starts[e + 3];
        for (int w = 0; w < width; w += L) {
            var sum = FloatVector.fromArray(F, out, outFrom + w);
            sum = FloatVector.fromArray(F, rows, r0 + w).fma(f0, sum);
            sum = FloatVector.fromArray(F, rows, r1 + w).fma(f1, sum);
            sum = FloatVector.fromArray(F, rows, r2 + w).fma(f2, sum);
            sum = FloatVector.fromArray(F, rows, r3 + w).fma(f3, sum);
            sum.intoArray(out, outFrom + w);
        }
    }

    private static void addTwo(
            float[] factors, int[] starts, int e, float[] rows, float[] out, int outFrom, int width) {
        var f0 = FloatVector.broadcast(F, factors[e]);
        var f1 = FloatVector.broadcast(F, factors[e + 1]);
        int r0 = starts[e];
        int r1 = starts[e + 1];
        for (int w = 0; w < width; w += L) {
            var sum = FloatVector.fromArray(F, out, outFrom + w);
            sum = FloatVector.fromArray(F, rows, r0 + w).fma(f0, sum);
            sum = FloatVector.fromArray(F, rows, r1 + w).fma(f1, sum);
            sum.intoArray(out, outFrom + w);
        }
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
    public void fromBf16(MemorySegment x, long from, int length, float[] out, int to) {
        int i = 0;
        for (; i <= length - L; i += L) fromBf16(halves(x, from + i)).intoArray(out, to + i);
        scalar.fromBf16(x, from + i, length - i, out, to + i);
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
            FloatVector p = type == DType.BF16
                    ? fromBf16(halves(pre, at))
                    : FloatVector.fromMemorySegment(F, pre, 4 * at, ORDER);
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

    private static ShortVector halves(MemorySegment x, long at) {
        return ShortVector.fromMemorySegment(HALF, x, 2 * at, ORDER);
    }

    static FloatVector fromBf16(ShortVector halves) {
        var ints = (IntVector) halves.convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0);
        return ints.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }
}
