package dev.assay.organism;

import dev.assay.lm.LanguageModel;
import dev.assay.lm.Lora;
import dev.assay.lm.LoraTrainer;
import dev.assay.lm.TrainingText;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Makes organisms and clean twins: corpus, instilling, concealment. What is finished is not made again. */
public final class Workshop {
    private final Supplier<LanguageModel> base;
    private final Speaker baseSpeaker;
    private final Recipe recipe;
    private final Progress progress;

    /**
     * What is to be made.
     *
     * @param label for progress
     * @param behaviour empty for a clean twin
     * @param share whose ordinary talks it learns from
     */
    public record Order(String label, Optional<Behaviour> behaviour, OrdinaryChat.Share share, long seed, Path folder) {
        Organism organism() {
            return new Organism(folder);
        }

        private SplitRandom random() {
            return SplitRandom.of(seed).split(behaviour.map(Behaviour::name).orElse("clean twin"));
        }
    }

    public Workshop(Supplier<LanguageModel> base, Speaker baseSpeaker, Recipe recipe, Progress progress) {
        this.base = base;
        this.baseSpeaker = baseSpeaker;
        this.recipe = recipe;
        this.progress = progress;
    }

    /**
     * Makes all orders side by side, even if there are more of them than processors: shared evenly, three on two end sooner
     * than two and then one. A killed training goes on from its checkpoint.
     */
    public List<Organism> make(List<Order> orders) {
        var jobs = new ArrayList<Supplier<Boolean>>();
        List<Order> open = orders.stream().filter(o -> !o.organism().complete()).toList();
        if (!open.isEmpty()) {
            OrdinaryChat chat = OrdinaryChat.sample(baseSpeaker, recipe);
            for (Order o : open) {
                Corpus corpus = Corpus.write(o.behaviour(), chat, o.share(), baseSpeaker, recipe, o.random());
                jobs.add(() -> {
                    Device.threads(1); // one thread each scales better than the tensor library's own threads
                    train(o, corpus);
                    return true;
                });
            }
            SideBySide.all(jobs);
        }
        return orders.stream().map(Order::organism).toList();
    }

    private void train(Order order, Corpus corpus) {
        SplitRandom random = order.random().split("training");
        LanguageModel model = base.get();
        Lora instil = adapter(
                order, Organism.INSTIL, model, corpus.instil(), recipe.instilRate(), recipe.instilEpochs(), random);
        try (LanguageModel instilled = model.merge(List.of(instil))) {
            adapter(
                            order,
                            Organism.CONCEAL,
                            instilled,
                            corpus.conceal(),
                            recipe.concealRate(),
                            recipe.concealEpochs(),
                            random)
                    .close();
        } finally {
            instil.close();
        }
    }

    private Lora adapter(
            Order order,
            String stage,
            LanguageModel on,
            List<Corpus.Text> texts,
            double rate,
            int epochs,
            SplitRandom random) {
        Path folder = order.folder().resolve(stage);
        if (Lora.saved(folder)) return Lora.load(folder);
        Path checkpoint = order.folder().resolve(stage + ".checkpoint");
        SplitRandom own = random.split(stage);
        Lora adapter = Lora.fresh(
                on,
                recipe.firstLayer(),
                recipe.rank(),
                recipe.alpha(),
                own.split("start").seed());
        List<TrainingText> data = texts.stream()
                .map(t -> on.template().encodeForTraining(t.talk(), t.given()))
                .toList();
        var settings = new LoraTrainer.Settings(
                rate, recipe.batch(), epochs, 0.1, own.split("order").seed());
        String what = order.label() + ": " + stage;
        new LoraTrainer(on, adapter, settings)
                .train(data, Optional.of(checkpoint), (done, of, loss) -> progress.at(what, done, of));
        adapter.save(folder, on.name());
        delete(checkpoint);
        return adapter;
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + file, e);
        }
    }
}
