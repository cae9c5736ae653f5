package dev.assay.world;

import dev.assay.tensor.SparseRows;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@link ScalarKernels} on the processor's widest vectors. */
final class VectorKernels implements Kernels {
    private static final VectorSpecies<Float> S = width();
    private static final int L = S.length();
    private static final long BYTES = (long) L * Float.BYTES;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** The preferred width, but no more than a quad's step. */
    private static VectorSpecies<Float> width() {
        VectorSpecies<Float> preferred = FloatVector.SPECIES_PREFERRED;
        return preferred.length() > SamplerPlan.QUAD_STEP ? FloatVector.SPECIES_512 : preferred;
    }

    private static FloatVector load(MemorySegment from, long at) {
        return FloatVector.fromMemorySegment(S, from, at, ORDER);
    }

    private static FloatVector load(float[] from, int at) {
        return FloatVector.fromArray(S, from, at);
    }

    private static FloatVector all(float[] values, int at) {
        return FloatVector.broadcast(S, values[at]);
    }

    @Override
    public void top(SamplerPlan plan, int from, int to, float[] eps, float[] x) {
        for (int place = from; place < to; place += 2 * L) {
            int panel = place / SamplerPlan.PANEL;
            int at = panel * (plan.rank + 1) * SamplerPlan.PANEL + place % SamplerPlan.PANEL;
            if (L >= 16) for (int s = 0; s < TILE; s += 8) tile8(plan, at, eps, s, x, s * STRETCH + place - from);
            else for (int s = 0; s < TILE; s += 4) tile4(plan, at, eps, s, x, s * STRETCH + place - from);
        }
    }

    /** 8 samples by 2 vectors: 16 sums, for processors with 32 vector registers. */
    private static void tile8(SamplerPlan plan, int first, float[] eps, int sample, float[] x, int to) {
        float[] top = plan.top;
        FloatVector a0 = load(top, first), b0 = load(top, first + L);
        FloatVector a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
        FloatVector b1 = b0, b2 = b0, b3 = b0, b4 = b0, b5 = b0, b6 = b0, b7 = b0;
        for (int k = 0; k < plan.rank; k++) {
            int at = first + (k + 1) * SamplerPlan.PANEL;
            int e = k * TILE + sample;
            FloatVector f = load(top, at);
            FloatVector g = load(top, at + L);
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
        store(a1, b1, x, to + STRETCH);
        store(a2, b2, x, to + 2 * STRETCH);
        store(a3, b3, x, to + 3 * STRETCH);
        store(a4, b4, x, to + 4 * STRETCH);
        store(a5, b5, x, to + 5 * STRETCH);
        store(a6, b6, x, to + 6 * STRETCH);
        store(a7, b7, x, to + 7 * STRETCH);
    }

    /** 4 samples by 2 vectors: 8 sums, for processors with 16 vector registers. */
    private static void tile4(SamplerPlan plan, int first, float[] eps, int sample, float[] x, int to) {
        float[] top = plan.top;
        FloatVector a0 = load(top, first), b0 = load(top, first + L);
        FloatVector a1 = a0, a2 = a0, a3 = a0;
        FloatVector b1 = b0, b2 = b0, b3 = b0;
        for (int k = 0; k < plan.rank; k++) {
            int at = first + (k + 1) * SamplerPlan.PANEL;
            int e = k * TILE + sample;
            FloatVector f = load(top, at);
            FloatVector g = load(top, at + L);
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
        store(a1, b1, x, to + STRETCH);
        store(a2, b2, x, to + 2 * STRETCH);
        store(a3, b3, x, to + 3 * STRETCH);
    }

    private static void store(FloatVector a, FloatVector b, float[] x, int at) {
        a.intoArray(x, at);
        b.intoArray(x, at + L);
    }

    @Override
    public int above(float[] x, int from, int to, float cut, int[] hits) {
        int n = 0;
        for (int i = from; i < to; i += SamplerPlan.PANEL) {
            long bits = 0;
            for (int o = 0; o < SamplerPlan.PANEL; o += L)
                bits |= load(x, i + o).compare(VectorOperators.GT, cut).toLong() << o;
            for (; bits != 0; bits &= bits - 1) hits[n++] = i + Long.numberOfTrailingZeros(bits);
        }
        return n;
    }

    @Override
    public void quads(SamplerPlan plan, int[] quads, int count, float[] eps, float[] x) {
        var sums = new float[SamplerPlan.QUAD_STEP];
        for (int q = 0; q < count; q++) {
            int at = quads[q] * plan.quadSteps * SamplerPlan.QUAD_STEP;
            for (int o = 0; o < SamplerPlan.QUAD_STEP; o += L) {
                FloatVector sum = FloatVector.zero(S);
                for (int step = 0; step < plan.quadSteps; step++)
                    sum = load(plan.quads, at + step * SamplerPlan.QUAD_STEP + o)
                            .fma(load(eps, step * SamplerPlan.QUAD_STEP + o), sum);
                sum.intoArray(sums, o);
            }
            for (int j = 0; j < SamplerPlan.QUAD; j++)
                x[q * SamplerPlan.QUAD + j] = (sums[j] + sums[4 + j]) + (sums[8 + j] + sums[12 + j]);
        }
    }

    @Override
    public void hidden(HiddenPlan plan, SparseRows a, int chunk, int fromRow, int toRow, MemorySegment out) {
        int to = plan.end(chunk);
        for (int r = fromRow; r < toRow; r++) {
            int c = plan.begin(chunk);
            for (; c + 8 * L <= to; c += 8 * L) hidden8(plan, chunk, a, r, c, out);
            for (; c < to; c += L) hidden1(plan, chunk, a, r, c, to, out);
        }
    }

    /** Eight sums: with more, the compiler gives up on 16 registers and makes an object of every vector. */
    private static void hidden8(HiddenPlan plan, int chunk, SparseRows a, int row, int column, MemorySegment out) {
        int[] columns = a.columns();
        float[] values = a.values();
        MemorySegment e = plan.dictionary;
        long b = (long) column * Float.BYTES;
        FloatVector s0 = load(plan.bias, b), s1 = load(plan.bias, b + BYTES);
        FloatVector s2 = load(plan.bias, b + 2 * BYTES), s3 = load(plan.bias, b + 3 * BYTES);
        FloatVector s4 = load(plan.bias, b + 4 * BYTES), s5 = load(plan.bias, b + 5 * BYTES);
        FloatVector s6 = load(plan.bias, b + 6 * BYTES), s7 = load(plan.bias, b + 7 * BYTES);
        long first = plan.at(chunk, 0) + (long) (column % HiddenPlan.CHUNK) * Float.BYTES;
        for (int i = a.starts()[row], end = a.starts()[row + 1]; i < end; i++) {
            long at = first + columns[i] * HiddenPlan.ROW_BYTES;
            FloatVector v = all(values, i);
            s0 = load(e, at).fma(v, s0);
            s1 = load(e, at + BYTES).fma(v, s1);
            s2 = load(e, at + 2 * BYTES).fma(v, s2);
            s3 = load(e, at + 3 * BYTES).fma(v, s3);
            s4 = load(e, at + 4 * BYTES).fma(v, s4);
            s5 = load(e, at + 5 * BYTES).fma(v, s5);
            s6 = load(e, at + 6 * BYTES).fma(v, s6);
            s7 = load(e, at + 7 * BYTES).fma(v, s7);
        }
        long to = ((long) row * plan.hiddenDim + column) * Float.BYTES;
        store4(s0, s1, s2, s3, out, to);
        store4(s4, s5, s6, s7, out, to + 4 * BYTES);
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
