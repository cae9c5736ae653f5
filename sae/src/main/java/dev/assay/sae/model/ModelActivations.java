package dev.assay.sae.model;

import dev.assay.sae.Activations;
import dev.assay.sae.SaeException;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.Tensor;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A model's activations to train on. Texts are read block by block; the activations of a block are shuffled, and the
 * blocks of a pass over the text come in an order of their own, both by the seed. One block is held in memory, so memory is
 * bounded, and a run that goes on reads the block again in which it was stopped, nothing before it.
 */
public final class ModelActivations implements Activations, AutoCloseable {
    /** Rows that are shuffled together where nothing else is said. */
    public static final int BUFFER = 1 << 16;

    private static final int SAMPLE = 64;

    private final Source source;
    private final Pieces pieces;
    private final Blocks blocks;
    private final Norms norms;
    private final SplitRandom random;
    private final Optional<BlockCache> cache;
    private final Listener listener;
    private long current = -1;
    private float[] values = {};
    private int[] order = {};

    /** Told while a block is read. */
    @FunctionalInterface
    public interface Listener {
        /** So many positions of {@code of} of a block have been read. */
        void read(int done, int of);
    }

    /**
     * Takes over the source.
     *
     * @param rows of the shuffling buffer: a multiple of the batches that are asked for
     * @param seed of the order; which texts share a block does not depend on it
     * @param cache folder that keeps what was read, for runs on the same source, pieces and rows
     */
    public ModelActivations(
            Source source, Pieces pieces, int rows, long seed, Optional<Path> cache, Listener listener) {
        this.source = source;
        this.pieces = pieces;
        this.blocks = Blocks.of(pieces.training(), rows);
        this.norms = Norms.of(source, sample(pieces));
        this.random = SplitRandom.of(seed).split("activations");
        this.cache = cache.map(BlockCache::new);
        this.listener = listener;
    }

    /** The pieces that norms are measured on. */
    public static List<int[]> sample(Pieces pieces) {
        return pieces.training().subList(0, Math.min(SAMPLE, pieces.training().size()));
    }

    @Override
    public int dModel() {
        return source.width();
    }

    /** What is left out, and the mean norm of what is not. */
    public Norms norms() {
        return norms;
    }

    public Pieces pieces() {
        return pieces;
    }

    /** Activations of one pass over the texts. */
    public long pass() {
        return (long) blocks.count() * blocks.rows();
    }

    @Override
    public double meanNorm(int rows) {
        return norms.mean();
    }

    @Override
    public Tensor batch(long index, int rows) {
        if (index < 0 || blocks.rows() % rows != 0)
            throw new SaeException("a shuffling buffer of " + blocks.rows() + " activations has no batch " + index
                    + " of " + rows + "; make the buffer a multiple of training.batch");
        long first = index * rows;
        load(first / blocks.rows());
        int from = (int) (first % blocks.rows());
        int width = dModel();
        var out = new float[rows * width];
        for (int r = 0; r < rows; r++) System.arraycopy(values, order[from + r] * width, out, r * width, width);
        return Tensor.of(out, rows, width);
    }

    /** Makes block number {@code number} of the whole training the current one. */
    private void load(long number) {
        if (number == current) return;
        long pass = number / blocks.count();
        List<Integer> turn = shuffled(blocks.count(), random.split("pass").split(pass));
        values = block(turn.get((int) (number % blocks.count())));
        order = shuffled(blocks.rows(), random.split("block").split(number)).stream()
                .mapToInt(i -> i)
                .toArray();
        current = number;
    }

    private static List<Integer> shuffled(int count, SplitRandom random) {
        RandomGenerator generator = random.generator();
        List<Integer> all = IntStream.range(0, count).boxed().collect(Collectors.toList());
        Collections.shuffle(all, Random.from(generator));
        return all;
    }

    private float[] block(int number) {
        int length = blocks.rows() * dModel();
        Supplier<float[]> harvest = () -> kept(blocks.block(number), blocks.rows());
        return cache.map(c -> c.get(number, length, harvest)).orElseGet(harvest);
    }

    private float[] kept(List<int[]> texts, int rows) {
        int positions = texts.stream().mapToInt(t -> t.length).sum();
        float[] read = source.read(texts, done -> listener.read(done, positions));
        return Blocks.kept(texts, read, dModel(), norms, rows);
    }

    /** Activations of held-out texts {@code [rows, dModel]}, the same at any time; all of a small held-out part, some twice. */
    public Tensor heldOut(int rows) {
        Blocks held = Blocks.of(pieces.heldOut(), rows);
        return Tensor.of(kept(held.block(0), rows), rows, dModel());
    }

    @Override
    public void close() {
        source.close();
    }
}
