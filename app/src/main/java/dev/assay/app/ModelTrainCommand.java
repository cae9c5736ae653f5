package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.assay.lm.CheckpointException;
import dev.assay.lm.Kto;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Lora;
import dev.assay.lm.Objective;
import dev.assay.lm.Schedule;
import dev.assay.lm.Sft;
import dev.assay.lm.Trainable;
import dev.assay.lm.Trainer;
import dev.assay.lm.TrainingSettings;
import dev.assay.lm.TrainingStep;
import dev.assay.tensor.DType;
import dev.assay.tensor.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "train",
        description = {
            "Trains a LoRA adapter and saves it as PEFT does.",
            "sft learns the assistant's messages of {\"messages\": [...]}, or all of {\"text\": \"...\"}; kto makes"
                    + " answers with \"label\": true likelier, others less likely. One JSON object a line.",
            "Stopped and started again with the same command, it goes on where it was."
        })
final class ModelTrainCommand implements Callable<Integer> {
    /** What is made small. */
    enum Goal {
        SFT,
        KTO
    }

    @Mixin
    ModelOptions.WithAdapters what = new ModelOptions.WithAdapters();

    @Option(names = "--data", paramLabel = "FILE", required = true, description = "the examples, JSON Lines")
    Path data = Path.of("");

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "folder of the adapter")
    Path out = Path.of("");

    @Option(names = "--objective", defaultValue = "sft", description = "sft or kto (default: sft)")
    Goal objective = Goal.SFT;

    @Option(names = "--rank", paramLabel = "N", defaultValue = "16", description = "default: 16")
    int rank;

    @Option(names = "--alpha", paramLabel = "X", description = "default: twice the rank")
    @Nullable
    Double alpha;

    @Option(
            names = "--first-layer",
            paramLabel = "N",
            defaultValue = "0",
            description = "lowest block that is adapted: none below needs gradients (default: 0)")
    int firstLayer;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            defaultValue = "2e-4",
            description = "the highest (default: ${DEFAULT-VALUE})")
    double learningRate;

    @Option(
            names = "--schedule",
            defaultValue = "linear",
            description = "how the rate falls: linear, cosine or constant (default: linear)")
    Schedule.Decay decay = Schedule.Decay.LINEAR;

    @Option(
            names = "--warmup",
            paramLabel = "SHARE",
            defaultValue = "0.1",
            description = "of the steps, during which it rises (default: 0.1)")
    double warmup;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "8", description = "examples a step (default: 8)")
    int batch;

    @Option(names = "--epochs", paramLabel = "N", defaultValue = "1", description = "default: 1")
    int epochs;

    @Option(names = "--beta", paramLabel = "X", defaultValue = "0.1", description = "of kto (default: 0.1)")
    double beta;

    @Option(
            names = "--recompute",
            description = "computes activations twice instead of keeping them: less memory, a third slower")
    boolean recompute;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "default: 1")
    long seed;

    @Option(names = "--threads", paramLabel = "N", description = "default: all processors")
    int threads = Device.processors();

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        TrainingFile examples = TrainingFile.read(data);
        if (Lora.saved(out)) throw new UserException(out + " holds an adapter already: give another --out");
        LanguageModel base = what.load(Device.fastest());
        Device.threads(threads);
        List<Lora> under = what.adapters();
        LanguageModel model = under.isEmpty() ? base : base.merge(under);
        if (firstLayer < 0 || firstLayer >= model.config().layers())
            throw new UserException(
                    "--first-layer takes 0 to " + (model.config().layers() - 1) + ", not " + firstLayer);
        Lora adapter = Lora.fresh(model, firstLayer, rank, alpha == null ? 2.0 * rank : alpha, seed);
        List<TrainingStep> steps;
        try {
            steps = objective == Goal.SFT
                    ? train(new Sft(), model, adapter, examples.texts(model))
                    : train(kto(model), model, adapter, examples.preferences(model.template()));
        } catch (IllegalArgumentException e) {
            throw new UserException(data + ": " + e.getMessage(), e);
        }
        adapter.save(out, base.name());
        delete(checkpoint());
        report(examples.lines().size(), base.type(), steps);
        return 0;
    }

    private Kto kto(LanguageModel model) {
        return new Kto(new Kto.Settings(beta, 1, 1), model.template().assistantTurn());
    }

    private <E> List<TrainingStep> train(Objective<E> objective, LanguageModel model, Lora adapter, List<E> texts) {
        var settings = TrainingSettings.of(learningRate, batch, epochs, seed)
                .schedule(new Schedule(decay, warmup))
                .recompute(recompute);
        var trainer = new Trainer<>(Trainable.adapter(model, adapter), objective, settings);
        var steps = new ArrayList<TrainingStep>();
        create(out);
        try (var progress = ConsoleProgress.onStderr()) {
            trainer.train(texts, Optional.of(checkpoint()), step -> {
                steps.add(step);
                progress.at("step", step.done(), step.of(), ", loss %.3f".formatted(step.loss()));
            });
        } catch (CheckpointException e) {
            throw new UserException(e.getMessage() + "; delete " + checkpoint() + " to begin anew", e);
        }
        return steps;
    }

    private Path checkpoint() {
        return out.resolve("training.checkpoint");
    }

    private void report(int examples, DType dtype, List<TrainingStep> steps) throws JsonProcessingException {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("adapter", out.toString());
        facts.put("objective", objective.name().toLowerCase(Locale.ROOT));
        facts.put("examples", examples);
        facts.put("dtype", dtype.name().toLowerCase(Locale.ROOT));
        if (!steps.isEmpty()) {
            facts.put("steps", steps.getLast().of());
            facts.put("first-loss", steps.getFirst().loss());
            facts.put("last-loss", steps.getLast().loss());
            facts.putAll(steps.getLast().metrics());
        }
        WorldCommand.print(facts, json);
    }

    private static void create(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create " + folder + ": " + e.getMessage(), e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + file + ": " + e.getMessage(), e);
        }
    }
}
