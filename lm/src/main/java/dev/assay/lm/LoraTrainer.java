package dev.assay.lm;

import dev.assay.tensor.AdamW;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.DType;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Trains an adapter on conversations (supervised fine-tuning): mean cross-entropy of the target tokens, AdamW, linear
 * warm-up and then linear decay to zero, gradient norm cut at 1. Its whole state can be saved, so that a run that was
 * killed goes on.
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

    private static final double MAX_NORM = 1;
    private static final int TOKENS_AT_ONCE = 768;
    private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(20);

    private final LanguageModel model;
    private final Lora adapter;
    private final Settings settings;
    private final Duration checkpointInterval;

    /** Trains {@code adapter} on top of {@code model}, which may be a merged one and stays as it is. */
    public LoraTrainer(LanguageModel model, Lora adapter, Settings settings) {
        this(model, adapter, settings, CHECKPOINT_INTERVAL);
    }

    /** The same, with checkpoints at least {@code checkpointInterval} apart. */
    LoraTrainer(LanguageModel model, Lora adapter, Settings settings, Duration checkpointInterval) {
        this.model = model.attach(List.of(adapter));
        this.adapter = adapter;
        this.settings = settings;
        this.checkpointInterval = checkpointInterval;
    }

    /**
     * Goes through the data. Where the checkpoint file exists, training goes on from there; it is written now and then
     * and deleted by nobody but the caller.
     */
    public void train(List<TrainingText> data, Optional<Path> checkpoint, Progress progress) {
        adapter.parameters().forEach(Tensor::requireGradient);
        var optimiser = new AdamW(adapter.parameters());
        checkpoint.filter(Files::exists).ifPresent(file -> restore(file, optimiser));
        List<List<TrainingText>> batches = batches(data);
        long saved = System.nanoTime();
        for (int step = (int) optimiser.steps(); step < batches.size(); step++) {
            double loss = step(batches.get(step), optimiser, rate(step, batches.size()));
            progress.step(step + 1, batches.size(), loss);
            if (checkpoint.isPresent() && System.nanoTime() - saved > checkpointInterval.toNanos()) {
                save(checkpoint.get(), optimiser);
                saved = System.nanoTime();
            }
        }
    }

    private double step(List<TrainingText> batch, AdamW optimiser, double rate) {
        double loss = accumulate(batch);
        optimiser.clip(MAX_NORM);
        optimiser.step(rate);
        return loss;
    }

    /**
     * Adds the gradient of one batch's mean loss to the adapter's weights and returns the loss. The batch goes through
     * the model in pieces, whose losses are weighted by their targets: the sum is the same, the memory is bounded.
     */
    double accumulate(List<TrainingText> batch) {
        double all = batch.stream().mapToLong(LoraTrainer::targets).sum();
        double sum = 0;
        for (List<TrainingText> piece : pieces(batch)) {
            double share = piece.stream().mapToLong(LoraTrainer::targets).sum() / all;
            if (share == 0) continue;
            try (var scope = Scope.open()) {
                Tensor loss = loss(piece).mul(share);
                loss.backward();
                sum += loss.item();
            }
        }
        return sum;
    }

    /** Tokens that are learnt; the first of a text has nothing before it that could predict it. */
    private static long targets(TrainingText t) {
        return IntStream.range(1, t.ids().length).filter(i -> t.target()[i]).count();
    }

    private static List<List<TrainingText>> pieces(List<TrainingText> batch) {
        var pieces = new ArrayList<List<TrainingText>>();
        int from = 0;
        int longest = 0;
        for (int i = 0; i < batch.size(); i++) {
            longest = Math.max(longest, batch.get(i).ids().length);
            if (i > from && (i + 1 - from) * longest > TOKENS_AT_ONCE) {
                pieces.add(batch.subList(from, i));
                from = i;
                longest = batch.get(i).ids().length;
            }
        }
        pieces.add(batch.subList(from, batch.size()));
        return pieces;
    }

    /** Mean of -log p over all target tokens of the batch. Padding is on the right, where no token sees it. */
    private Tensor loss(List<TrainingText> batch) {
        int longest = batch.stream().mapToInt(t -> t.ids().length).max().orElseThrow();
        var ids = new long[batch.size() * longest];
        var rows = new ArrayList<Integer>();
        var targets = new ArrayList<Integer>();
        for (int b = 0; b < batch.size(); b++) {
            TrainingText t = batch.get(b);
            for (int i = 0; i < t.ids().length; i++) {
                ids[b * longest + i] = t.ids()[i];
                if (i > 0 && t.target()[i]) {
                    rows.add(b * longest + i - 1); // the position before predicts it
                    targets.add(t.ids()[i]);
                }
            }
        }
        Tensor residual = model.transformer()
                .residual(
                        Tensor.of(ids, batch.size(), longest),
                        Batches.positions(batch.size(), longest),
                        Batches.causal(model.config(), longest, model.type()),
                        Hook.NONE);
        Tensor wanted = residual.reshape(
                        (long) batch.size() * longest, model.config().dModel())
                .indexSelect(0, index(rows));
        return model.transformer().logits(wanted, Hook.NONE).to(DType.F32).crossEntropy(index(targets));
    }

    private static Tensor index(List<Integer> values) {
        return Tensor.of(values.stream().mapToLong(Integer::longValue).toArray(), values.size());
    }

    /** Every epoch in a new order; texts of similar length share a batch, so that little is padded. */
    private List<List<TrainingText>> batches(List<TrainingText> data) {
        var random = new Random(settings.seed());
        var all = new ArrayList<List<TrainingText>>();
        for (int e = 0; e < settings.epochs(); e++) {
            var shuffled = new ArrayList<>(data);
            Collections.shuffle(shuffled, random);
            shuffled.sort(Comparator.comparingInt(t -> t.ids().length / 16));
            var epoch = new ArrayList<List<TrainingText>>();
            for (int from = 0; from < shuffled.size(); from += settings.batch())
                epoch.add(List.copyOf(shuffled.subList(from, Math.min(shuffled.size(), from + settings.batch()))));
            Collections.shuffle(epoch, random);
            all.addAll(epoch);
        }
        return all;
    }

    private double rate(int step, int steps) {
        double warm = Math.max(1, settings.warmup() * steps);
        if (step < warm) return settings.learningRate() * (step + 1) / (warm + 1);
        return settings.learningRate() * (steps - step) / Math.max(1, steps - warm);
    }

    private void save(Path file, AdamW optimiser) {
        Map<String, Tensor> state = new LinkedHashMap<>(adapter.weights());
        state.putAll(optimiser.state());
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(part, Safetensors.encode(state, new TreeMap<>()));
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the checkpoint " + file + ": " + e.getMessage(), e);
        }
    }

    private void restore(Path file, AdamW optimiser) {
        try (var pause = Autograd.pause();
                var scope = Scope.open()) {
            Map<String, Tensor> state = Safetensors.read(file);
            adapter.set(state);
            optimiser.restore(state);
        }
    }
}
