package dev.assay.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Panels of two of the machine's widest vectors. The products for four, three, two and one rows are written out: sums stay in
 * registers only as local variables.
 */
final class VectorPanelKernels extends PanelKernels {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final int L = F.length();
    private static final int W = 2 * L;

    /** The panel is of floats. */
    private static final short[] NO_HALVES = {};
    /** The panel is of bf16 numbers. */
    private static final float[] NO_FLOATS = {};

    private final ScalarPanelKernels scalar = new ScalarPanelKernels(W);

    @Override
    public int width() {
        return W;
    }

    @Override
    public void multiply(
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
            boolean add) {
        rows(panel, NO_HALVES, at, depth, x, xFrom, xStride, rows, y, yFrom, yStride, add);
    }

    @Override
    public void multiplyBf16(
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
            boolean add) {
        rows(NO_FLOATS, panel, at, depth, x, xFrom, xStride, rows, y, yFrom, yStride, add);
    }

    private static void rows(
            float[] w,
            short[] h,
            int at,
            int depth,
            float[] x,
            int xFrom,
            int xStride,
            int rows,
            float[] y,
            int yFrom,
            int yStride,
            boolean add) {
        int r = 0;
        for (; r + 4 <= rows; r += 4)
            four(w, h, at, depth, x, xFrom + r * xStride, xStride, y, yFrom + r * yStride, yStride, add);
        if (r + 3 == rows) {
            three(w, h, at, depth, x, xFrom + r * xStride, xStride, y, yFrom + r * yStride, yStride, add);
            return;
        }
        if (r + 2 == rows) {
            two(w, h, at, depth, x, xFrom + r * xStride, xStride, y, yFrom + r * yStride, yStride, add);
            return;
        }
        if (r < rows) one(w, h, at, depth, x, xFrom + r * xStride, y, yFrom + r * yStride, add);
    }

    /** Of the bf16 numbers where there are any, or else of the floats: a loop has either for all of its steps. */
    private static FloatVector load(float[] w, short[] h, int at) {
        return h.length == 0
                ? FloatVector.fromArray(F, w, at)
                : VectorKernels.fromBf16(ShortVector.fromArray(VectorKernels.HALF, h, at));
    }

    private static void put(FloatVector sum, float[] y, int at, boolean add) {
        if (add) sum.add(FloatVector.fromArray(F, y, at)).intoArray(y, at);
        else sum.intoArray(y, at);
    }

    private static void four(
            float[] w,
            short[] h,
            int at,
            int depth,
            float[] x,
            int x0,
            int xStride,
            float[] y,
            int y0,
            int yStride,
            boolean add) {
        int x1 = x0 + xStride;
        int x2 = x1 + xStride;
        int x3 = x2 + xStride;
        int y1 = y0 + yStride;
        int y2 = y1 + yStride;
        int y3 = y2 + yStride;
        var a0 = FloatVector.zero(F);
        var a1 = FloatVector.zero(F);
        var b0 = FloatVector.zero(F);
        var b1 = FloatVector.zero(F);
        var c0 = FloatVector.zero(F);
        var c1 = FloatVector.zero(F);
        var d0 = FloatVector.zero(F);
        var d1 = FloatVector.zero(F);
        int p = at;
        for (int k = 0; k < depth; k++, p += W) {
            var w0 = load(w, h, p);
            var w1 = load(w, h, p + L);
            var u = FloatVector.broadcast(F, x[x0 + k]);
            a0 = w0.fma(u, a0);
            a1 = w1.fma(u, a1);
            u = FloatVector.broadcast(F, x[x1 + k]);
            b0 = w0.fma(u, b0);
            b1 = w1.fma(u, b1);
            u = FloatVector.broadcast(F, x[x2 + k]);
            c0 = w0.fma(u, c0);
            c1 = w1.fma(u, c1);
            u = FloatVector.broadcast(F, x[x3 + k]);
            d0 = w0.fma(u, d0);
            d1 = w1.fma(u, d1);
        }
        put(a0, y, y0, add);
        put(a1, y, y0 + L, add);
        put(b0, y, y1, add);
        put(b1, y, y1 + L, add);
        put(c0, y, y2, add);
        put(c1, y, y2 + L, add);
        put(d0, y, y3, add);
        put(d1, y, y3 + L, add);
    }

    private static void three(
            float[] w,
            short[] h,
            int at,
            int depth,
            float[] x,
            int x0,
            int xStride,
            float[] y,
            int y0,
            int yStride,
            boolean add) {
        int x1 = x0 + xStride;
        int x2 = x1 + xStride;
        int y1 = y0 + yStride;
        int y2 = y1 + yStride;
        var a0 = FloatVector.zero(F);
        var a1 = FloatVector.zero(F);
        var b0 = FloatVector.zero(F);
        var b1 = FloatVector.zero(F);
        var c0 = FloatVector.zero(F);
        var c1 = FloatVector.zero(F);
        int p = at;
        for (int k = 0; k < depth; k++, p += W) {
            var w0 = load(w, h, p);
            var w1 = load(w, h, p + L);
            var u = FloatVector.broadcast(F, x[x0 + k]);
            a0 = w0.fma(u, a0);
            a1 = w1.fma(u, a1);
            u = FloatVector.broadcast(F, x[x1 + k]);
            b0 = w0.fma(u, b0);
            b1 = w1.fma(u, b1);
            u = FloatVector.broadcast(F, x[x2 + k]);
            c0 = w0.fma(u, c0);
            c1 = w1.fma(u, c1);
        }
        put(a0, y, y0, add);
        put(a1, y, y0 + L, add);
        put(b0, y, y1, add);
        put(b1, y, y1 + L, add);
        put(c0, y, y2, add);
        put(c1, y, y2 + L, add);
    }

    private static void two(
            float[] w,
            short[] h,
            int at,
            int depth,
            float[] x,
            int x0,
            int xStride,
            float[] y,
            int y0,
            int yStride,
            boolean add) {
        int x1 = x0 + xStride;
        int y1 = y0 + yStride;
        var a0 = FloatVector.zero(F);
        var a1 = FloatVector.zero(F);
        var b0 = FloatVector.zero(F);
        var b1 = FloatVector.zero(F);
        int p = at;
        for (int k = 0; k < depth; k++, p += W) {
            var w0 = load(w, h, p);
            var w1 = load(w, h, p + L);
            var u = FloatVector.broadcast(F, x[x0 + k]);
            a0 = w0.fma(u, a0);
            a1 = w1.fma(u, a1);
            u = FloatVector.broadcast(F, x[x1 + k]);
            b0 = w0.fma(u, b0);
            b1 = w1.fma(u, b1);
        }
        put(a0, y, y0, add);
        put(a1, y, y0 + L, add);
        put(b0, y, y1, add);
        put(b1, y, y1 + L, add);
    }

    private static void one(
            float[] w, short[] h, int at, int depth, float[] x, int x0, float[] y, int y0, boolean add) {
        var a0 = FloatVector.zero(F);
        var a1 = FloatVector.zero(F);
        int p = at;
        for (int k = 0; k < depth; k++, p += W) {
            var u = FloatVector.broadcast(F, x[x0 + k]);
            a0 = load(w, h, p).fma(u, a0);
            a1 = load(w, h, p + L).fma(u, a1);
        }
        put(a0, y, y0, add);
        put(a1, y, y0 + L, add);
    }

    private static FloatVector weight4(IntVector packed, FloatVector scale, FloatVector offset) {
        return ((FloatVector) packed.and(15).convert(VectorOperators.I2F, 0)).fma(scale, offset);
    }

    private static IntVector next4(IntVector packed) {
        return packed.lanewise(VectorOperators.LSHR, 4);
    }

    @Override
    public void unpack4(int[] packed, int at, float[] scales, int scalesAt, int depth, float[] out) {
        int from = at;
        int scale = scalesAt;
        int to = 0;
        for (int k = 0; k < depth; k += BLOCK, scale += 2 * W) {
            var s0 = FloatVector.fromArray(F, scales, scale);
            var s1 = FloatVector.fromArray(F, scales, scale + L);
            var o0 = FloatVector.fromArray(F, scales, scale + W);
            var o1 = FloatVector.fromArray(F, scales, scale + W + L);
            for (int group = 0; group < 4; group++, from += W) {
                var q0 = IntVector.fromArray(I, packed, from);
                var q1 = IntVector.fromArray(I, packed, from + L);
                for (int i = 0; i < 8; i++, to += W) {
                    weight4(q0, s0, o0).intoArray(out, to);
                    weight4(q1, s1, o1).intoArray(out, to + L);
                    q0 = next4(q0);
                    q1 = next4(q1);
                }
            }
        }
    }

    @Override
    public void multiply4(
            int[] packed, int at, float[] scales, int scalesAt, int depth, float[] x, int xFrom, float[] y, int yFrom) {
        int p = at;
        int q = at + depth / 8 * W;
        int s = scalesAt;
        int t = scalesAt + depth / BLOCK * 2 * W;
        var a0 = FloatVector.zero(F);
        var a1 = a0;
        var b0 = a0;
        var b1 = a0;
        for (int k = xFrom; k < xFrom + depth; k += BLOCK, s += 2 * W, t += 2 * W) {
            var s0 = FloatVector.fromArray(F, scales, s);
            var s1 = FloatVector.fromArray(F, scales, s + L);
            var o0 = FloatVector.fromArray(F, scales, s + W);
            var o1 = FloatVector.fromArray(F, scales, s + W + L);
            var t0 = FloatVector.fromArray(F, scales, t);
            var t1 = FloatVector.fromArray(F, scales, t + L);
            var v0 = FloatVector.fromArray(F, scales, t + W);
            var v1 = FloatVector.fromArray(F, scales, t + W + L);
            for (int group = 0; group < 4; group++, p += W, q += W) {
                var p0 = IntVector.fromArray(I, packed, p);
                var p1 = IntVector.fromArray(I, packed, p + L);
                var q0 = IntVector.fromArray(I, packed, q);
                var q1 = IntVector.fromArray(I, packed, q + L);
                for (int i = 0; i < 8; i++) {
                    var u = FloatVector.broadcast(F, x[k + 8 * group + i]);
                    a0 = weight4(p0, s0, o0).fma(u, a0);
                    a1 = weight4(p1, s1, o1).fma(u, a1);
                    b0 = weight4(q0, t0, v0).fma(u, b0);
                    b1 = weight4(q1, t1, v1).fma(u, b1);
                    p0 = next4(p0);
                    p1 = next4(p1);
                    q0 = next4(q0);
                    q1 = next4(q1);
                }
            }
        }
        a0.intoArray(y, yFrom);
        a1.intoArray(y, yFrom + L);
        b0.intoArray(y, yFrom + W);
        b1.intoArray(y, yFrom + W + L);
    }

    @Override
    public void unpack8(int[] packed, int at, float[] scales, int scalesAt, int depth, float[] out) {
        int from = at;
        int scale = scalesAt;
        int to = 0;
        for (int k = 0; k < depth; k += BLOCK, scale += W) {
            var s0 = FloatVector.fromArray(F, scales, scale);
            var s1 = FloatVector.fromArray(F, scales, scale + L);
            for (int group = 0; group < 8; group++, from += W) {
                var q0 = IntVector.fromArray(I, packed, from);
                var q1 = IntVector.fromArray(I, packed, from + L);
                for (int shift = 24; shift >= 0; shift -= 8, to += W) {
                    weight8(q0, shift).mul(s0).intoArray(out, to);
                    weight8(q1, shift).mul(s1).intoArray(out, to + L);
                }
            }
        }
    }

    private static FloatVector weight8(IntVector packed, int left) {
        return (FloatVector) packed.lanewise(VectorOperators.LSHL, left)
                .lanewise(VectorOperators.ASHR, 24)
                .convert(VectorOperators.I2F, 0);
    }

    @Override
    public void multiply8(
            int[] packed, int at, float[] scales, int scalesAt, int depth, float[] x, int xFrom, float[] y, int yFrom) {
        int p = at;
        int q = at + depth / 4 * W;
        int s = scalesAt;
        int t = scalesAt + depth / BLOCK * W;
        var a0 = FloatVector.zero(F);
        var a1 = a0;
        var b0 = a0;
        var b1 = a0;
        for (int k = xFrom; k < xFrom + depth; k += BLOCK, s += W, t += W) {
            var s0 = FloatVector.fromArray(F, scales, s);
            var s1 = FloatVector.fromArray(F, scales, s + L);
            var t0 = FloatVector.fromArray(F, scales, t);
            var t1 = FloatVector.fromArray(F, scales, t + L);
            for (int group = 0; group < 8; group++, p += W, q += W) {
                var p0 = IntVector.fromArray(I, packed, p);
                var p1 = IntVector.fromArray(I, packed, p + L);
                var q0 = IntVector.fromArray(I, packed, q);
                var q1 = IntVector.fromArray(I, packed, q + L);
                for (int i = 0; i < 4; i++) {
                    var u = FloatVector.broadcast(F, x[k + 4 * group + i]);
                    int left = 24 - 8 * i;
                    a0 = weight8(p0, left).mul(s0).fma(u, a0);
                    a1 = weight8(p1, left).mul(s1).fma(u, a1);
                    b0 = weight8(q0, left).mul(t0).fma(u, b0);
                    b1 = weight8(q1, left).mul(t1).fma(u, b1);
                }
            }
        }
        a0.intoArray(y, yFrom);
        a1.intoArray(y, yFrom + L);
        b0.intoArray(y, yFrom + W);
        b1.intoArray(y, yFrom + W + L);
    }

    @Override
    public void unpack16(int[] packed, int at, int depth, float[] out) {
        int from = at;
        int to = 0;
        int k = 0;
        for (; k + 1 < depth; k += 2, from += W, to += 2 * W) {
            var q0 = IntVector.fromArray(I, packed, from);
            var q1 = IntVector.fromArray(I, packed, from + L);
            q0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(out, to);
            q1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(out, to + L);
            q0.and(0xffff0000).reinterpretAsFloats().intoArray(out, to + W);
            q1.and(0xffff0000).reinterpretAsFloats().intoArray(out, to + W + L);
        }
        if (k < depth) for (int j = 0; j < W; j++) out[to + j] = Float.intBitsToFloat(packed[from + j] << 16);
    }

    /**
     * e^x to about 1e-7: x = n ln 2 + r, a polynomial of degree 6 in r (Cephes, {@code expf}), and n into the exponent.
     * Made of operations that IEEE 754 fixes, so that compiled and interpreted code agree.
     */
    private static FloatVector exp(FloatVector x) {
        var in = x.max(-87f).min(88f);
        var magic = FloatVector.broadcast(F, 12582912f); // adding it rounds to the nearest integer
        var n = in.mul(1.44269504f).add(magic).sub(magic);
        var r = n.fma(FloatVector.broadcast(F, -0.693359375f), in);
        r = n.fma(FloatVector.broadcast(F, 2.12194440e-4f), r);
        var p = FloatVector.broadcast(F, 1.9875691500e-4f);
        p = p.fma(r, FloatVector.broadcast(F, 1.3981999507e-3f));
        p = p.fma(r, FloatVector.broadcast(F, 8.3334519073e-3f));
        p = p.fma(r, FloatVector.broadcast(F, 4.1665795894e-2f));
        p = p.fma(r, FloatVector.broadcast(F, 1.6666665459e-1f));
        p = p.fma(r, FloatVector.broadcast(F, 5.0000001201e-1f));
        p = p.fma(r.mul(r), r.add(1f));
        var exponent = (IntVector) n.convert(VectorOperators.F2I, 0);
        var power = exponent.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        return p.mul(power).blend(0f, x.lt(-87f));
    }

    @Override
    public float max(float[] x, int from, int length) {
        var max = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i <= length - L; i += L) max = max.max(FloatVector.fromArray(F, x, from + i));
        float most = max.reduceLanes(VectorOperators.MAX);
        for (; i < length; i++) most = Math.max(most, x[from + i]);
        return most;
    }

    @Override
    public double softmax(float[] x, int from, int length) {
        float max = max(x, from, length);
        var sums = FloatVector.zero(F);
        int i = 0;
        for (; i <= length - L; i += L) {
            var e = exp(FloatVector.fromArray(F, x, from + i).sub(max));
            sums = sums.add(e);
            e.intoArray(x, from + i);
        }
        float sum = VectorKernels.lanes(sums);
        for (; i < length; i++) {
            x[from + i] = (float) Math.exp(x[from + i] - max);
            sum += x[from + i];
        }
        float share = 1 / sum;
        for (i = 0; i <= length - L; i += L)
            FloatVector.fromArray(F, x, from + i).mul(share).intoArray(x, from + i);
        for (; i < length; i++) x[from + i] *= share;
        return max + Math.log(sum);
    }

    @Override
    public double logSumExp(float[] x, int from, int length, float factor) {
        float max = max(x, from, length);
        return (double) factor * max + Math.log(sumExp(x, from, length, factor, factor * max));
    }

    @Override
    public double sumExp(float[] x, int from, int length, float factor, float less) {
        double sum = 0;
        int i = 0;
        while (i <= length - L) { // stretches, whose sums are added in double precision
            var sums = FloatVector.zero(F);
            for (int end = Math.min(length, i + 512 * L); i <= end - L; i += L)
                sums = sums.add(
                        exp(FloatVector.fromArray(F, x, from + i).mul(factor).sub(less)));
            sum += VectorKernels.lanes(sums);
        }
        for (; i < length; i++) sum += Math.exp((double) factor * x[from + i] - less);
        return sum;
    }

    @Override
    public void siluTimes(float[] gate, int gateFrom, float[] up, int upFrom, float[] out, int outFrom, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            var g = FloatVector.fromArray(F, gate, gateFrom + i);
            sigmoidTimes(g, g).mul(FloatVector.fromArray(F, up, upFrom + i)).intoArray(out, outFrom + i);
        }
        scalar.siluTimes(gate, gateFrom + i, up, upFrom + i, out, outFrom + i, n - i);
    }

    /** The tanh form is x times the logistic function of twice its inner part. */
    @Override
    public void geluTimes(float[] gate, int gateFrom, float[] up, int upFrom, float[] out, int outFrom, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            var g = FloatVector.fromArray(F, gate, gateFrom + i);
            var inner = g.mul(g).mul(0.044715f).add(1f).mul(g).mul(1.59576912f); // 2 sqrt(2/pi)
            sigmoidTimes(g, inner).mul(FloatVector.fromArray(F, up, upFrom + i)).intoArray(out, outFrom + i);
        }
        scalar.geluTimes(gate, gateFrom + i, up, upFrom + i, out, outFrom + i, n - i);
    }

    private static FloatVector sigmoidTimes(FloatVector x, FloatVector inner) {
        return x.div(exp(inner.neg()).add(1f));
    }
}
