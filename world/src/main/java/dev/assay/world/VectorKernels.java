package dev.assay.world;

import dev.assay.tensor.SparseRows;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@link ScalarKernels} on the processor's widest vectors. */
final class VectorKernels implements Kernels {
    private static final VectorSpecies<Float> S = width();
    private static final int L = S.length();
    private static final long BYTES = (long) L * Float.BYTES;
    private static final long PANEL_BYTES = (long) SamplerPlan.PANEL * Float.BYTES;
    private static final long QUAD_BYTES = (long) SamplerPlan.QUAD_STEP * Float.BYTES;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** The preferred width, but no more than a quad's step. */
    private static VectorSpecies<Float> width() {
        VectorSpecies<Float> preferred = FloatVector.SPECIES_PREFERRED;
        return preferred.length() > SamplerPlan.QUAD_STEP ? FloatVector.SPECIES_512 : preferred;
    }

    private static FloatVector load(MemorySegment from, long at) {
        return FloatVector.fromMemorySegment(S, from, at, ORDER);
    }

    private static FloatVector all(float[] values, int at) {
        return FloatVector.broadcast(S, values[at]);
    }

    @Override
    public void top(SamplerPlan plan, float[] eps, float[] x) {
        int places = x.length / TILE;
        for (int place = 0; place < places; place += SamplerPlan.PANEL) {
            long at = (long) place * (plan.rank + 1) * Float.BYTES;
            for (int o = 0; o < SamplerPlan.PANEL; o += 2 * L) {
                if (L >= 16) tile8(plan, at + (long) o * Float.BYTES, eps, x, place + o, places);
                else
                    for (int s = 0; s < TILE; s += 4)
                        tile4(plan, at + (long) o * Float.BYTES, eps, s, x, s * places + place + o, places);
            }
        }
    }

    /** 8 samples by 2 vectors: 16 sums, for processors with 32 vector registers. */
    private static void tile8(SamplerPlan plan, long at, float[] eps, float[] x, int to, int stride) {
        FloatVector a0 = load(plan.top, at), b0 = load(plan.top, at + BYTES);
        FloatVector a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
        FloatVector b1 = b0, b2 = b0, b3 = b0, b4 = b0, b5 = b0, b6 = b0, b7 = b0;
        int e = 0;
        for (int k = 0; k < plan.rank; k++, e += TILE) {
            at += PANEL_BYTES;
            FloatVector f = load(plan.top, at);
            FloatVector g = load(plan.top, at + BYTES);
            FloatVector n = all(eps, e);
            a0 = f.fma(n, a0);
            b0 = g.fma(n, b0);
            n = all(eps, e + 1);
            a1 = f.fma(n, a1);
            b1 = g.fma(n, b1);
            n = all(eps, e + 2);
            a2 = f.fma(n, a2);
            b2 = g.fma(n, b2);
            n = all(eps, e + 3);
            a3 = f.fma(n, a3);
            b3 = g.fma(n, b3);
            n = all(eps, e + 4);
            a4 = f.fma(n, a4);
            b4 = g.fma(n, b4);
            n = all(eps, e + 5);
            a5 = f.fma(n, a5);
            b5 = g.fma(n, b5);
            n = all(eps, e + 6);
            a6 = f.fma(n, a6);
            b6 = g.fma(n, b6);
            n = all(eps, e + 7);
            a7 = f.fma(n, a7);
            b7 = g.fma(n, b7);
        }
        store(a0, b0, x, to);
        store(a1, b1, x, to + stride);
        store(a2, b2, x, to + 2 * stride);
        store(a3, b3, x, to + 3 * stride);
        store(a4, b4, x, to + 4 * stride);
        store(a5, b5, x, to + 5 * stride);
        store(a6, b6, x, to + 6 * stride);
        store(a7, b7, x, to + 7 * stride);
    }

    /** 4 samples by 2 vectors: 8 sums, for processors with 16 vector registers. */
    private static void tile4(SamplerPlan plan, long at, float[] eps, int sample, float[] x, int to, int stride) {
        FloatVector a0 = load(plan.top, at), b0 = load(plan.top, at + BYTES);
        FloatVector a1 = a0, a2 = a0, a3 = a0;
        FloatVector b1 = b0, b2 = b0, b3 = b0;
        int e = sample;
        for (int k = 0; k < plan.rank; k++, e += TILE) {
            at += PANEL_BYTES;
            FloatVector f = load(plan.top, at);
            FloatVector g = load(plan.top, at + BYTES);
            FloatVector n = all(eps, e);
            a0 = f.fma(n, a0);
            b0 = g.fma(n, b0);
            n = all(eps, e + 1);
            a1 = f.fma(n, a1);
            b1 = g.fma(n, b1);
            n = all(eps, e + 2);
            a2 = f.fma(n, a2);
            b2 = g.fma(n, b2);
            n = all(eps, e + 3);
            a3 = f.fma(n, a3);
            b3 = g.fma(n, b3);
        }
        store(a0, b0, x, to);
        store(a1, b1, x, to + stride);
        store(a2, b2, x, to + 2 * stride);
        store(a3, b3, x, to + 3 * stride);
    }

    private static void store(FloatVector a, FloatVector b, float[] x, int at) {
        a.intoArray(x, at);
        b.intoArray(x, at + L);
    }

    @Override
    public int above(float[] x, int from, int to, float cut, int[] hits) {
        int n = 0;
        for (int i = from; i < to; i += L) { // panels are whole vectors
            VectorMask<Float> mask = FloatVector.fromArray(S, x, i).compare(VectorOperators.GT, cut);
            for (long bits = mask.toLong(); bits != 0; bits &= bits - 1)
                hits[n++] = i + Long.numberOfTrailingZeros(bits);
        }
        return n;
    }

    @Override
    public void quads(SamplerPlan plan, int[] quads, int count, float[] eps, float[] x) {
        var sums = new float[SamplerPlan.QUAD_STEP];
        for (int q = 0; q < count; q++) {
            long at = quads[q] * plan.quadSteps * QUAD_BYTES;
            for (int o = 0; o < SamplerPlan.QUAD_STEP; o += L) {
                FloatVector sum = FloatVector.zero(S);
                for (int step = 0; step < plan.quadSteps; step++)
                    sum = load(plan.quads, at + step * QUAD_BYTES + (long) o * Float.BYTES)
                            .fma(FloatVector.fromArray(S, eps, step * SamplerPlan.QUAD_STEP + o), sum);
                sum.intoArray(sums, o);
            }
            for (int j = 0; j < SamplerPlan.QUAD; j++)
                x[q * SamplerPlan.QUAD + j] = (sums[j] + sums[4 + j]) + (sums[8 + j] + sums[12 + j]);
        }
    }

    @Override
    public void hidden(HiddenPlan plan, SparseRows a, int fromRow, int toRow, MemorySegment out) {
        for (int chunk = 0; chunk < plan.chunks; chunk++) {
            int from = chunk * HiddenPlan.CHUNK;
            int to = Math.min(plan.hiddenDim, from + HiddenPlan.CHUNK);
            for (int r = fromRow; r < toRow; r++) {
                int c = from;
                for (; c + 16 * L <= to; c += 16 * L) hidden16(plan, chunk, a, r, c, out);
                for (; c + 4 * L <= to; c += 4 * L) hidden4(plan, chunk, a, r, c, out);
                for (; c < to; c += L) hidden1(plan, chunk, a, r, c, to, out);
            }
        }
    }

    private static void hidden16(HiddenPlan plan, int chunk, SparseRows a, int row, int column, MemorySegment out) {
        int[] columns = a.columns();
        float[] values = a.values();
        MemorySegment e = plan.dictionary;
        long b = (long) column * Float.BYTES;
        FloatVector s0 = load(plan.bias, b), s1 = load(plan.bias, b + BYTES);
        FloatVector s2 = load(plan.bias, b + 2 * BYTES), s3 = load(plan.bias, b + 3 * BYTES);
        FloatVector s4 = load(plan.bias, b + 4 * BYTES), s5 = load(plan.bias, b + 5 * BYTES);
        FloatVector s6 = load(plan.bias, b + 6 * BYTES), s7 = load(plan.bias, b + 7 * BYTES);
        FloatVector s8 = load(plan.bias, b + 8 * BYTES), s9 = load(plan.bias, b + 9 * BYTES);
        FloatVector s10 = load(plan.bias, b + 10 * BYTES), s11 = load(plan.bias, b + 11 * BYTES);
        FloatVector s12 = load(plan.bias, b + 12 * BYTES), s13 = load(plan.bias, b + 13 * BYTES);
        FloatVector s14 = load(plan.bias, b + 14 * BYTES), s15 = load(plan.bias, b + 15 * BYTES);
        long inChunk = (long) (column % HiddenPlan.CHUNK) * Float.BYTES;
        for (int i = a.starts()[row], end = a.starts()[row + 1]; i < end; i++) {
            long at = plan.at(chunk, columns[i]) + inChunk;
            FloatVector v = all(values, i);
            s0 = load(e, at).fma(v, s0);
            s1 = load(e, at + BYTES).fma(v, s1);
            s2 = load(e, at + 2 * BYTES).fma(v, s2);
            s3 = load(e, at + 3 * BYTES).fma(v, s3);
            s4 = load(e, at + 4 * BYTES).fma(v, s4);
            s5 = load(e, at + 5 * BYTES).fma(v, s5);
            s6 = load(e, at + 6 * BYTES).fma(v, s6);
            s7 = load(e, at + 7 * BYTES).fma(v, s7);
            s8 = load(e, at + 8 * BYTES).fma(v, s8);
            s9 = load(e, at + 9 * BYTES).fma(v, s9);
            s10 = load(e, at + 10 * BYTES).fma(v, s10);
            s11 = load(e, at + 11 * BYTES).fma(v, s11);
            s12 = load(e, at + 12 * BYTES).fma(v, s12);
            s13 = load(e, at + 13 * BYTES).fma(v, s13);
            s14 = load(e, at + 14 * BYTES).fma(v, s14);
            s15 = load(e, at + 15 * BYTES).fma(v, s15);
        }
        long to = ((long) row * plan.hiddenDim + column) * Float.BYTES;
        store4(s0, s1, s2, s3, out, to);
        store4(s4, s5, s6, s7, out, to + 4 * BYTES);
        store4(s8, s9, s10, s11, out, to + 8 * BYTES);
        store4(s12, s13, s14, s15, out, to + 12 * BYTES);
    }

    private static void hidden4(HiddenPlan plan, int chunk, SparseRows a, int row, int column, MemorySegment out) {
        int[] columns = a.columns();
        float[] values = a.values();
        MemorySegment e = plan.dictionary;
        long b = (long) column * Float.BYTES;
        FloatVector s0 = load(plan.bias, b), s1 = load(plan.bias, b + BYTES);
        FloatVector s2 = load(plan.bias, b + 2 * BYTES), s3 = load(plan.bias, b + 3 * BYTES);
        long inChunk = (long) (column % HiddenPlan.CHUNK) * Float.BYTES;
        for (int i = a.starts()[row], end = a.starts()[row + 1]; i < end; i++) {
            long at = plan.at(chunk, columns[i]) + inChunk;
            FloatVector v = all(values, i);
            s0 = load(e, at).fma(v, s0);
            s1 = load(e, at + BYTES).fma(v, s1);
            s2 = load(e, at + 2 * BYTES).fma(v, s2);
            s3 = load(e, at + 3 * BYTES).fma(v, s3);
        }
        store4(s0, s1, s2, s3, out, ((long) row * plan.hiddenDim + column) * Float.BYTES);
    }

    private static void store4(FloatVector a, FloatVector b, FloatVector c, FloatVector d, MemorySegment out, long at) {
        a.intoMemorySegment(out, at, ORDER);
        b.intoMemorySegment(out, at + BYTES, ORDER);
        c.intoMemorySegment(out, at + 2 * BYTES, ORDER);
        d.intoMemorySegment(out, at + 3 * BYTES, ORDER);
    }

    /** One vector, of which only the columns before {@code end} are written. */
    private static void hidden1(
            HiddenPlan plan, int chunk, SparseRows a, int row, int column, int end, MemorySegment out) {
        FloatVector sum = load(plan.bias, (long) column * Float.BYTES);
        long inChunk = (long) (column % HiddenPlan.CHUNK) * Float.BYTES;
        for (int i = a.starts()[row]; i < a.starts()[row + 1]; i++)
            sum = load(plan.dictionary, plan.at(chunk, a.columns()[i]) + inChunk)
                    .fma(all(a.values(), i), sum);
        long to = ((long) row * plan.hiddenDim + column) * Float.BYTES;
        sum.intoMemorySegment(out, to, ORDER, S.indexInRange(column, end));
    }

    @Override
    public String describe() {
        return "vectors of " + S.vectorBitSize() + " bits";
    }
}
