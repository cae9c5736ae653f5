package dev.assay.audit.oracle;

import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Provenance;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Lora;
import dev.assay.lm.Sft;
import dev.assay.lm.Trainable;
import dev.assay.lm.Trainer;
import dev.assay.lm.TrainingSettings;
import dev.assay.lm.TrainingText;
import dev.assay.organism.Progress;
import dev.assay.organism.Speaker;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Makes an activation oracle: a LoRA on the base, trained to answer questions about vectors of the base's residual stream
 * that are added to its own behind an early block. See {@link OracleRecipe} for the numbers and {@code oracle/tasks.yaml}
 * for the questions.
 */
public final class OracleTraining {
    private static final String CODE = "oracle 2";

    private final OracleRecipe recipe;
    private final Speaker base;
    private final Progress progress;

    private OracleTraining(OracleRecipe recipe, Speaker base, Progress progress) {
        this.recipe = recipe;
        this.base = base;
        this.progress = progress;
    }

    /** @param base remembers what it writes: a training that was stopped does not sample it again */
    public static OracleTraining of(OracleRecipe recipe, Speaker base, Progress progress) {
        return new OracleTraining(recipe, base, progress);
    }

    /**
     * Trains and measures. What is there is not made again: a training that was stopped goes on from its checkpoint.
     *
     * @param folder gets {@code adapter/} and {@code oracle.json}
     * @throws OracleException if the folder holds the oracle of another recipe or base
     */
    public OracleCard train(Path folder) {
        Optional<OracleCard> known = OracleCard.of(folder);
        known.ifPresent(card -> checkSame(folder, card));
        boolean trained = known.isPresent() && Lora.saved(folder.resolve(Oracle.ADAPTER));
        if (trained && !known.get().accuracies().isEmpty()) return known.get();
        var mix = new TaskMix(recipe, base.model(), Passages.write(base, recipe));
        Map<String, List<Item>> heldOut = mix.heldOut();
        List<Item> training = mix.training(heldOut);
        OracleCard card = trained ? known.get() : adapter(folder, training);
        try (Oracle oracle = Oracle.load(folder, base)) {
            OracleCard measured = card.with(new HeldOutCheck(oracle, base, progress).measure(heldOut, training));
            measured.save(folder);
            return measured;
        }
    }

    private void checkSame(Path folder, OracleCard card) {
        if (!card.recipe().hash().equals(recipe.hash())
                || !base.id().equals(card.provenance().models().get(OracleCard.BASE)))
            throw new OracleException(folder + " holds an oracle of another recipe or base: give another folder");
    }

    private OracleCard adapter(Path folder, List<Item> items) {
        List<TrainingText> texts = texts(items);
        LanguageModel model = base.model();
        SplitRandom random = SplitRandom.of(recipe.seed()).split("oracle-training");
        OracleRecipe.Adapter shape = recipe.adapter();
        long begin = System.nanoTime();
        try (Lora lora = Lora.fresh(
                model,
                shape.firstLayer(),
                shape.rank(),
                shape.alpha(),
                random.split("start").seed())) {
            Path checkpoint = folder.resolve("training.checkpoint");
            List<Double> losses =
                    train(lora, texts, checkpoint, random.split("order").seed());
            lora.save(folder.resolve(Oracle.ADAPTER), model.name());
            double seconds = (System.nanoTime() - begin) / 1e9;
            var card = new OracleCard(
                    model.name(), recipe, provenance(items), items.size(), tenths(losses), seconds, List.of());
            card.save(folder);
            delete(checkpoint);
            return card;
        }
    }

    private List<Double> train(Lora lora, List<TrainingText> texts, Path checkpoint, long seed) {
        OracleRecipe.Training numbers = recipe.training();
        var settings = TrainingSettings.of(numbers.learningRate(), numbers.batch(), numbers.epochs(), seed)
                .checkpointInterval(Duration.ofSeconds(numbers.checkpointSeconds()));
        var losses = new ArrayList<Double>();
        int threads = Device.threads();
        Device.threads(base.workers());
        try {
            Files.createDirectories(checkpoint.toAbsolutePath().getParent());
            new Trainer<>(Trainable.adapter(base.model(), lora), new Sft(), settings)
                    .train(texts, Optional.of(checkpoint), step -> {
                        losses.add(step.loss());
                        progress.at("training the oracle", step.done(), step.of());
                    });
            return losses;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create the folder of " + checkpoint + ": " + e.getMessage(), e);
        } finally {
            Device.threads(threads);
        }
    }

    private List<TrainingText> texts(List<Item> items) {
        List<Activations> read = ActivationReader.read(
                base, items.stream().map(ActivationReader.Place::of).toList(), "activations", progress);
        var prompt = new OraclePrompt(base.model(), recipe.injection());
        return IntStream.range(0, items.size())
                .mapToObj(i -> prompt.learn(
                        read.get(i), items.get(i).question(), items.get(i).answer()))
                .toList();
    }

    private Provenance provenance(List<Item> items) {
        return Provenance.of(
                CODE,
                recipe,
                Map.of("oracle", recipe.seed()),
                Map.of("questions", CanonicalJson.sha256(items)),
                Map.of(OracleCard.BASE, base.id()));
    }

    /** Means of ten parts, or of fewer where there are not so many. */
    private static List<Double> tenths(List<Double> losses) {
        int parts = Math.min(10, losses.size());
        return IntStream.range(0, parts)
                .mapToObj(i -> losses.subList(i * losses.size() / parts, (i + 1) * losses.size() / parts).stream()
                        .mapToDouble(l -> l)
                        .average()
                        .orElseThrow())
                .toList();
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + file + ": " + e.getMessage(), e);
        }
    }
}
