package dev.assay.world;

import dev.assay.tensor.SparseRows;
import java.lang.foreign.MemorySegment;

/**
 * The arithmetic of the sampler that is worth a vector unit. The two implementations round alike, so that a batch is the
 * same whichever is picked: each sum is made by fused multiply-add in a fixed order.
 */
interface Kernels {
    /** Samples that are drawn together. */
    int TILE = 32;

    /** Features without a parent that are looked at while their numbers are in the cache; whole panels. */
    int STRETCH = 128;

    /**
     * x of some features without a parent for {@link #TILE} samples: per feature, the offset, then rank products from the
     * first to the last.
     *
     * @param from where the features begin, a multiple of {@link #STRETCH}
     * @param to   where they end, at most a stretch further; a multiple of the panels' width
     * @param eps  {@code [rank, TILE]}
     * @param x    {@code [TILE, STRETCH]}
     */
    void top(SamplerPlan plan, int from, int to, float[] eps, float[] x);

    /** Writes the indices in {@code [from, to)} where x is above the cut, ascending; returns how many. */
    int above(float[] x, int from, int to, float cut, int[] hits);

    /**
     * x of the siblings in quads: four partial sums s, s0 of the products 0, 4, 8, …, and so on; x = (s0 + s1) + (s2 + s3).
     *
     * @param quads which, {@code [count]}
     * @param eps   {@code [steps, QUAD, QUAD]}, each number QUAD times, the offset's 1 after the last
     * @param x     {@code [count, QUAD]}
     */
    void quads(SamplerPlan plan, int[] quads, int count, float[] eps, float[] x);

    /**
     * h = bias + a·E, the columns of one chunk for some rows of a batch, each row's entries from first to last.
     *
     * @param out {@code [rows, hiddenDim]}, fp32
     */
    void hidden(HiddenPlan plan, SparseRows a, int chunk, int fromRow, int toRow, MemorySegment out);

    /** What computes, in words. */
    String describe();

    /** The vector unit, or plain loops where it is missing or {@code -Dassay.kernels=scalar} asks for them. */
    static Kernels pick() {
        if ("scalar".equals(System.getProperty("assay.kernels"))) return new ScalarKernels();
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) return new VectorKernels();
        System.getLogger(Kernels.class.getName())
                .log(
                        System.Logger.Level.WARNING,
                        "worlds are sampled by plain loops, many times slower: start Java with"
                                + " --add-modules jdk.incubator.vector");
        return new ScalarKernels();
    }
}
