package dev.assay.lm;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Trains an adapter on conversations: a {@link Trainer} with {@link Sft}, linear warm-up and then linear decay to zero,
 * gradient norm cut at 1.
 */
public final class LoraTrainer {
    /**
     * @param learningRate highest rate, after the warm-up
     * @param batch conversations per step
     * @param epochs passes over the data
     * @param warmup share of the steps during which the rate rises
     */
    public record Settings(double learningRate, int batch, int epochs, double warmup, long seed) {}

    /** Hears of each step. */
    @FunctionalInterface
    public interface Progress {
        void step(int done, int of, double loss);
    }

    private final Trainer<TrainingText> trainer;

    /** Trains {@code adapter} on top of {@code model}, which may be a merged one and stays as it is. */
    public LoraTrainer(LanguageModel model, Lora adapter, Settings settings) {
        this(model, adapter, common(settings));
    }

    /** The same, with checkpoints at least {@code checkpointInterval} apart. */
    LoraTrainer(LanguageModel model, Lora adapter, Settings settings, Duration checkpointInterval) {
        this(model, adapter, common(settings).checkpointInterval(checkpointInterval));
    }

    private LoraTrainer(LanguageModel model, Lora adapter, TrainingSettings settings) {
        this.trainer = new Trainer<>(Trainable.adapter(model, adapter), new Sft(), settings);
    }

    private static TrainingSettings common(Settings s) {
        return TrainingSettings.of(s.learningRate(), s.batch(), s.epochs(), s.seed())
                .schedule(Schedule.linear(s.warmup()));
    }

    /** As {@link Trainer#train}. */
    public void train(List<TrainingText> data, Optional<Path> checkpoint, Progress progress) {
        trainer.train(data, checkpoint, step -> progress.step(step.done(), step.of(), step.loss()));
    }

    /** One batch's loss and gradients, see {@link Trainer#gradients}. */
    Trainer.Gradients gradients(List<TrainingText> batch) {
        return trainer.gradients(batch);
    }
}
