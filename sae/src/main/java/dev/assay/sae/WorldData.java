package dev.assay.sae;

import dev.assay.stats.SplitRandom;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import dev.assay.world.Sampler;
import dev.assay.world.Samples;
import dev.assay.world.World;

/** Samples of a synthetic world as activations to train on, and to be scored on: two streams that share nothing. */
public final class WorldData implements Activations, AutoCloseable {
    private static final long SCORING_SEED = 0x5C0BE;

    private final World world;
    private final Sampler training;
    private final Sampler scoring;

    /**
     * @param seed of the samples that are trained on; those that are scored on are the same for every seed
     * @param threads that draw
     */
    public WorldData(World world, long seed, int threads) {
        this.world = world;
        this.training = new Sampler(world, SplitRandom.of(seed).split("training"), threads);
        this.scoring = new Sampler(world, SplitRandom.of(SCORING_SEED).split("scoring"), threads);
    }

    public World world() {
        return world;
    }

    @Override
    public int dModel() {
        return world.hiddenDim();
    }

    /** In the caller's scope. */
    @Override
    public Tensor batch(long index, int rows) {
        try (var scope = Scope.open();
                Samples samples = training.sample(index, rows)) {
            return scope.pass(samples.hidden().copy());
        }
    }

    /** Batch number {@code index} for scoring; to be closed. */
    Samples scoring(long index, int rows) {
        return scoring.sample(index, rows);
    }

    @Override
    public void close() {
        training.close();
        scoring.close();
    }
}
