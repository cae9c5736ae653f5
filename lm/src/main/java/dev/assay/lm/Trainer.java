package dev.assay.lm;

import dev.assay.tensor.AdamW;
import dev.assay.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Trains weights towards an objective with AdamW.
 *
 * <pre>{@code
 * var weights = Trainable.adapter(model, Lora.fresh(model, 16, 32, seed));
 * new Trainer<>(weights, new Sft(), TrainingSettings.of(1e-4, 8, 1, seed)).train(texts, Optional.of(file), step -> {});
 * }</pre>
 *
 * @param <E> an example of the objective
 */
public final class Trainer<E> {
    private final Trainable weights;
    private final Objective<E> objective;
    private final TrainingSettings settings;
    private final Passes passes;

    public Trainer(Trainable weights, Objective<E> objective, TrainingSettings settings) {
        if (settings.batch() < objective.smallestBatch())
            throw new IllegalArgumentException("a batch of " + settings.batch()
                    + " examples; this objective needs at least " + objective.smallestBatch());
        this.weights = weights;
        this.objective = objective;
        this.settings = settings;
        this.passes = new Passes(weights, settings.tokensAtOnce(), settings.recompute());
    }

    /**
     * Goes through the data. Where the checkpoint file exists, training goes on from there, to the same weights as if it
     * had never stopped: to the last bit if the machine and its number of threads are the same. The file is written now
     * and then and deleted by nobody but the caller.
     *
     * @param data the examples; the order of training follows from theirs and from the seed
     * @param progress hears of each step, after it
     * @throws IllegalArgumentException if an example can't be learnt from; the message says which
     * @throws CheckpointException if the file is damaged, or that of another training
     */
    public void train(List<E> data, Optional<Path> checkpoint, Consumer<TrainingStep> progress) {
        objective.check(data, weights.start().config());
        try (var optimiser = optimiser()) {
            Optional<Checkpoint> saved = checkpoint.map(file -> new Checkpoint(
                    file, weights.parameters(), optimiser, Fingerprint.of(weights, objective, settings, data)));
            saved.ifPresent(Checkpoint::restore);
            List<List<E>> batches = batches(data);
            long time = System.nanoTime();
            for (int step = (int) optimiser.steps(); step < batches.size(); step++) {
                progress.accept(step(batches.get(step), optimiser, step, batches.size()));
                if (saved.isPresent()
                        && System.nanoTime() - time
                                > settings.checkpointInterval().toNanos()) {
                    saved.get().save();
                    time = System.nanoTime();
                }
            }
        }
    }

    private AdamW optimiser() {
        List<Tensor> parameters = List.copyOf(weights.parameters().values());
        parameters.forEach(Tensor::requireGradient);
        return new AdamW(parameters);
    }

    private TrainingStep step(List<E> batch, AdamW optimiser, int step, int steps) {
        double rate = settings.learningRate() * settings.schedule().factor(step, steps);
        Objective.Outcome outcome = objective.accumulate(batch, passes);
        double norm = optimiser.clip(settings.maxNorm());
        optimiser.step(rate);
        return new TrainingStep(step + 1, steps, outcome.loss(), rate, norm, outcome.metrics());
    }

    /**
     * What a batch's loss and its gradients are with the present weights, which stay as they are.
     *
     * @param gradients by the parameters' names; they belong to the innermost open scope
     * @param metrics as in {@link TrainingStep}
     */
    public record Gradients(double loss, Map<String, Tensor> gradients, Map<String, Double> metrics) {}

    /** One batch's loss and gradients, in the order that the examples are given in. */
    public Gradients gradients(List<E> batch) {
        objective.check(batch, weights.start().config());
        Map<String, Tensor> parameters = weights.parameters();
        parameters.values().forEach(Tensor::requireGradient);
        parameters.values().forEach(Tensor::clearGradient);
        Objective.Outcome outcome = objective.accumulate(batch, passes);
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        parameters.forEach((name, parameter) -> {
            gradients.put(name, parameter.gradient().copy());
            parameter.clearGradient();
        });
        return new Gradients(outcome.loss(), gradients, outcome.metrics());
    }

    /** Every epoch in a new order; examples of similar length share a batch, so that little is padded. */
    private List<List<E>> batches(List<E> data) {
        var random = new Random(settings.seed());
        var all = new ArrayList<List<E>>();
        for (int e = 0; e < settings.epochs(); e++) {
            var shuffled = new ArrayList<>(data);
            Collections.shuffle(shuffled, random);
            shuffled.sort(Comparator.comparingInt(example -> objective.length(example) / 16));
            List<List<E>> epoch = cut(shuffled);
            Collections.shuffle(epoch, random);
            all.addAll(epoch);
        }
        return all;
    }

    /** Batches of the size that is set; a rest too small for one joins the batch before. */
    private List<List<E>> cut(List<E> examples) {
        var batches = new ArrayList<List<E>>();
        for (int from = 0; from < examples.size(); ) {
            int to = Math.min(examples.size(), from + settings.batch());
            if (examples.size() - to < objective.smallestBatch()) to = examples.size();
            batches.add(List.copyOf(examples.subList(from, to)));
            from = to;
        }
        return batches;
    }
}
