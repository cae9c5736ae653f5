package dev.assay.world;

import dev.assay.stats.SplitRandom;
import dev.assay.tensor.SparseRows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Draws batches of a world, quickly and from the exact law (up to fp32 rounding of chances and magnitudes). A batch is
 * addressed by its number: the same seed and number give the same samples with any number of threads, on vectors of any
 * width and after any history, and a batch's first rows do not depend on how many are asked for. See docs/world.md.
 *
 * <p>One batch at a time: calls from several threads wait for each other.
 */
public final class Sampler implements AutoCloseable {
    /** Rows that share a random stream. Part of what a batch is: changing it changes all batches. */
    private static final int BLOCK = Kernels.TILE;

    /** Rows whose hidden vectors are computed at a time, in one chunk of columns: a whole number of blocks. */
    private static final int STRIP = 8 * BLOCK;

    private final SplitRandom random;
    private final SamplerPlan plan;
    private final HiddenPlan hiddenPlan;
    private final Kernels kernels;
    private final double noise;
    private final Team team;
    private final List<BlockSampler> workers = new ArrayList<>();
    private final List<SparseRows> blocks = new ArrayList<>();

    /** A sampler on all processors. */
    public Sampler(World world, SplitRandom random) {
        this(world, random, Runtime.getRuntime().availableProcessors());
    }

    /**
     * A sampler on so many threads. It has its own copy of the world's numbers.
     *
     * @param random the stream that batches are drawn from
     */
    public Sampler(World world, SplitRandom random, int threads) {
        this(world, random, threads, Kernels.pick());
    }

    Sampler(World world, SplitRandom random, int threads, Kernels kernels) {
        WorldException.require(threads >= 1, "threads", threads, "1 or more");
        this.random = random;
        this.kernels = kernels;
        this.plan = new SamplerPlan(world);
        this.hiddenPlan = new HiddenPlan(world);
        this.noise = world.config().observationNoise();
        this.team = new Team(threads);
        for (int t = 0; t < threads; t++) workers.add(new BlockSampler(plan, kernels));
    }

    /** A batch of new memory, which the caller closes. */
    public Samples sample(long batch, int rows) {
        var samples = new Samples(rows, plan.features, hiddenPlan.hiddenDim);
        sample(batch, samples);
        return samples;
    }

    /** Fills {@code into}, whose size says how many rows. */
    public synchronized void sample(long batch, Samples into) {
        draw(batch, into.rows(), into.firings());
        MemorySegment out = into.hidden().memory();
        if (out.byteSize() != (long) into.rows() * hiddenPlan.hiddenDim * Float.BYTES)
            throw new WorldException("the samples' hidden vectors have the shape " + into.hidden()
                    + ", the world's have " + hiddenPlan.hiddenDim + " numbers: make the samples for this world");
        int strips = (into.rows() + STRIP - 1) / STRIP;
        team.run(strips * hiddenPlan.chunks, (task, worker) -> {
            int from = task % strips * STRIP;
            int to = Math.min(into.rows(), from + STRIP);
            kernels.hidden(hiddenPlan, into.firings(), task / strips, from, to, out);
        });
        if (noise > 0)
            team.run(
                    strips,
                    (strip, worker) -> addNoise(batch, strip * STRIP, Math.min(into.rows(), (strip + 1) * STRIP), out));
    }

    /** Firings alone, the same as {@link #sample} gives for this batch. */
    public SparseRows firings(long batch, int rows) {
        var out = new SparseRows(plan.features);
        firings(batch, rows, out);
        return out;
    }

    /** Replaces what {@code into} holds. */
    public synchronized void firings(long batch, int rows, SparseRows into) {
        WorldException.require(rows >= 1, "rows", rows, "1 or more");
        draw(batch, rows, into);
    }

    private void draw(long batch, int rows, SparseRows into) {
        if (into.width() != plan.features)
            throw new WorldException("the rows are " + into.width() + " wide, the world has " + plan.features
                    + " features: make the samples for this world");
        int count = (rows + BLOCK - 1) / BLOCK;
        while (blocks.size() < count) blocks.add(new SparseRows(plan.features));
        SplitRandom stream = random.split("batch").split(batch);
        team.run(count, (block, worker) -> {
            SparseRows part = blocks.get(block);
            part.clear();
            workers.get(worker).draw(stream.split(block).generator(), Math.min(BLOCK, rows - block * BLOCK), part);
        });
        into.clear();
        IntStream.range(0, count).forEach(b -> into.append(blocks.get(b)));
    }

    /** Adds N(0, noise²) to each number, from a stream per block of rows. */
    private void addNoise(long batch, int fromRow, int toRow, MemorySegment out) {
        SplitRandom stream = random.split("observation noise").split(batch);
        int width = hiddenPlan.hiddenDim;
        for (int block = fromRow / BLOCK; block * BLOCK < toRow; block++) {
            RandomGenerator generator = stream.split(block).generator();
            long end = (long) Math.min(toRow, (block + 1) * BLOCK) * width;
            for (long i = (long) block * BLOCK * width; i < end; i++) {
                float h = out.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                out.setAtIndex(ValueLayout.JAVA_FLOAT, i, h + (float) (noise * Ziggurat.next(generator)));
            }
        }
    }

    /** What computes, in words: vectors of so many bits, or plain loops. */
    public String kernels() {
        return kernels.describe();
    }

    public int threads() {
        return team.threads();
    }

    /** Ends the threads. */
    @Override
    public void close() {
        team.close();
    }
}
