package dev.assay.lm;

import java.time.Duration;

/**
 * How a {@link Trainer} goes through its data.
 *
 * @param learningRate highest rate
 * @param schedule how the rate rises and falls
 * @param batch examples per step of the optimiser
 * @param epochs passes over the data
 * @param seed of the order of the data
 * @param maxNorm longest joint gradient; longer ones are shortened to it
 * @param tokensAtOnce most tokens, padding included, that go through the model at once: a batch with more is cut into
 *     pieces whose gradients are added up (gradient accumulation). The loss is the whole batch's whatever the pieces
 * @param recompute whether activations are computed a second time during the backward pass instead of being kept
 *     (gradient checkpointing: Chen et al., 2016): a third slower, and memory for one block at a time
 * @param checkpointInterval least time between two checkpoints
 */
public record TrainingSettings(
        double learningRate,
        Schedule schedule,
        int batch,
        int epochs,
        long seed,
        double maxNorm,
        int tokensAtOnce,
        boolean recompute,
        Duration checkpointInterval) {

    public TrainingSettings {
        if (!(learningRate > 0))
            throw new IllegalArgumentException("the learning rate " + learningRate + " is not above 0");
        if (batch < 1 || epochs < 1 || tokensAtOnce < 1)
            throw new IllegalArgumentException("batch (%d), epochs (%d) and tokens at once (%d) must be at least 1"
                    .formatted(batch, epochs, tokensAtOnce));
        if (!(maxNorm > 0)) throw new IllegalArgumentException("the longest gradient " + maxNorm + " is not above 0");
    }

    /** Linear decay after a warm-up of a tenth, gradient norm up to 1, 768 tokens at once, all activations kept. */
    public static TrainingSettings of(double learningRate, int batch, int epochs, long seed) {
        return new TrainingSettings(
                learningRate, Schedule.linear(0.1), batch, epochs, seed, 1, 768, false, Duration.ofSeconds(20));
    }

    public TrainingSettings schedule(Schedule other) {
        return new TrainingSettings(
                learningRate, other, batch, epochs, seed, maxNorm, tokensAtOnce, recompute, checkpointInterval);
    }

    public TrainingSettings maxNorm(double other) {
        return new TrainingSettings(
                learningRate, schedule, batch, epochs, seed, other, tokensAtOnce, recompute, checkpointInterval);
    }

    public TrainingSettings tokensAtOnce(int other) {
        return new TrainingSettings(
                learningRate, schedule, batch, epochs, seed, maxNorm, other, recompute, checkpointInterval);
    }

    public TrainingSettings recompute(boolean other) {
        return new TrainingSettings(
                learningRate, schedule, batch, epochs, seed, maxNorm, tokensAtOnce, other, checkpointInterval);
    }

    public TrainingSettings checkpointInterval(Duration other) {
        return new TrainingSettings(
                learningRate, schedule, batch, epochs, seed, maxNorm, tokensAtOnce, recompute, other);
    }

    /** What decides about the trained weights, to the last bit. */
    String fingerprint() {
        return "%s %s %s %d %d %d %s %d %s"
                .formatted(
                        learningRate,
                        schedule.decay(),
                        schedule.warmup(),
                        batch,
                        epochs,
                        seed,
                        maxNorm,
                        tokensAtOnce,
                        recompute);
    }
}
