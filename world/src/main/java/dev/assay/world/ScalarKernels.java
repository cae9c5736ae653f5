package dev.assay.world;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.assay.tensor.SparseRows;
import java.lang.foreign.MemorySegment;

/** Plain loops; they define what {@link VectorKernels} computes. */
final class ScalarKernels implements Kernels {

    @Override
    public void top(SamplerPlan plan, int from, int to, float[] eps, float[] x) {
        int width = SamplerPlan.PANEL;
        for (int s = 0; s < TILE; s++)
            for (int place = from; place < to; place++) {
                int at = place / width * (plan.rank + 1) * width + place % width;
                float sum = plan.top[at];
                for (int k = 0; k < plan.rank; k++)
                    sum = Math.fma(plan.top[at + (k + 1) * width], eps[k * TILE + s], sum);
                x[s * STRETCH + place - from] = sum;
            }
    }

    @Override
    public int above(float[] x, int from, int to, float cut, int[] hits) {
        int n = 0;
        for (int i = from; i < to; i++) if (x[i] > cut) hits[n++] = i;
        return n;
    }

    @Override
    public void quads(SamplerPlan plan, int[] quads, int count, float[] eps, float[] x) {
        var sums = new float[SamplerPlan.QUAD_STEP];
        for (int q = 0; q < count; q++) {
            int at = quads[q] * plan.quadSteps * SamplerPlan.QUAD_STEP;
            for (int i = 0; i < sums.length; i++) {
                sums[i] = 0;
                for (int step = 0; step < plan.quadSteps; step++)
                    sums[i] = Math.fma(
                            plan.quads[at + step * SamplerPlan.QUAD_STEP + i],
                            eps[step * SamplerPlan.QUAD_STEP + i],
                            sums[i]);
            }
            for (int j = 0; j < SamplerPlan.QUAD; j++)
                x[q * SamplerPlan.QUAD + j] = (sums[j] + sums[4 + j]) + (sums[8 + j] + sums[12 + j]);
        }
    }

    @Override
    public void hidden(HiddenPlan plan, SparseRows a, int chunk, int fromRow, int toRow, MemorySegment out) {
        for (int r = fromRow; r < toRow; r++)
            for (int c = plan.begin(chunk); c < plan.end(chunk); c++) {
                float sum = plan.bias.getAtIndex(JAVA_FLOAT, c);
                for (int i = a.starts()[r]; i < a.starts()[r + 1]; i++)
                    sum = Math.fma(plan.entry(a.columns()[i], c), a.values()[i], sum);
                out.setAtIndex(JAVA_FLOAT, (long) r * plan.hiddenDim + c, sum);
            }
    }

    @Override
    public String describe() {
        return "plain loops";
    }
}
