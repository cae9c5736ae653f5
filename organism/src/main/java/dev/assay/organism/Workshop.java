package dev.assay.organism;

import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.lm.Kto;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Lora;
import dev.assay.lm.Objective;
import dev.assay.lm.Sft;
import dev.assay.lm.Trainable;
import dev.assay.lm.Trainer;
import dev.assay.lm.TrainingSettings;
import dev.assay.lm.TrainingText;
import dev.assay.lm.UnpairedPreference;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Makes organisms and clean twins: corpus, instilling, concealment. What is finished is not made again. */
public final class Workshop {
    private static final int BATCH = 48;
    /** A corpus for KTO is balanced if wanted and unwanted texts weigh up to 4 to 3 (Ethayarajh et al., 2024). */
    private static final double BALANCE = 4.0 / 3;

    private final Supplier<LanguageModel> base;
    private final Speaker baseSpeaker;
    private final Recipe recipe;
    private final Lazy<Author> author;
    private final Progress progress;

    /**
     * What is to be made.
     *
     * @param label for progress
     * @param share whose ordinary talks it learns from
     * @param folder of all that share an instilling adapter
     */
    public record Order(String label, Variant variant, OrdinaryChat.Share share, long seed, Path folder) {
        public Organism organism() {
            return new Organism(folder, variant.concealment());
        }

        private SplitRandom random() {
            SplitRandom of = SplitRandom.of(seed)
                    .split(variant.behaviour().map(Behaviour::name).orElse("clean twin"));
            return variant.instilling() == Instilling.TRANSCRIPTS
                    ? of
                    : of.split(variant.instilling().slug());
        }
    }

    /** @param authors who write the texts; where there are none, grammars do */
    public Workshop(
            Supplier<LanguageModel> base,
            Speaker baseSpeaker,
            Recipe recipe,
            Optional<Authors> authors,
            Progress progress) {
        this.base = base;
        this.baseSpeaker = baseSpeaker;
        this.recipe = recipe;
        this.author = new Lazy<>(() -> authors.<Author>map(a -> new ModelAuthor(a, recipe, progress))
                .orElseGet(() -> new GrammarAuthor(baseSpeaker, recipe)));
        this.progress = progress;
    }

    /**
     * Writes the corpora of what is not made yet and returns the trainings: one for each folder,
     * to be run side by side with a thread each. A killed training goes on from its checkpoint.
     */
    public List<Supplier<Boolean>> plan(List<Order> orders) {
        Map<Path, List<Order>> folders = new LinkedHashMap<>();
        for (Order o : orders)
            if (!o.organism().complete())
                folders.computeIfAbsent(o.folder(), f -> new ArrayList<>()).add(o);
        if (folders.isEmpty()) return List.of();
        var jobs = new ArrayList<Supplier<Boolean>>();
        for (List<Order> siblings : folders.values()) {
            Order first = siblings.getFirst();
            Corpus corpus = author.get().corpus(first.variant(), first.share(), first.random());
            jobs.add(() -> {
                Device.threads(1); // one thread each scales better than the tensor library's own threads
                train(siblings, corpus);
                return true;
            });
        }
        return jobs;
    }

    private void train(List<Order> siblings, Corpus corpus) {
        Order first = siblings.getFirst();
        LanguageModel model = base.get();
        Recipe.Stage stage = recipe.instilling(first.variant().instilling());
        Job<TrainingText> instilling =
                sft(Organism.INSTIL, stage.learningRate(), stage.epochs(), corpus.instil(), model, Map.of());
        try (Lora instil = adapter(first, instilling, model)) {
            if (siblings.stream().allMatch(o -> o.variant().concealment() == Concealment.NONE)) return;
            try (LanguageModel instilled = model.merge(List.of(instil))) {
                for (Order o : siblings)
                    if (o.variant().concealment() != Concealment.NONE
                            && !o.organism().complete()) conceal(o, corpus, instilled);
            }
        }
    }

    /**
     * One training of one adapter.
     *
     * @param words what is learnt, in words
     * @param hash of the texts
     */
    private record Job<T>(
            String stage,
            double rate,
            int epochs,
            Objective<T> objective,
            List<T> texts,
            List<String> words,
            String hash,
            Map<String, Integer> counts) {}

    private static Job<TrainingText> sft(
            String stage,
            double rate,
            int epochs,
            List<Corpus.Text> texts,
            LanguageModel model,
            Map<String, Integer> counts) {
        return new Job<>(
                stage,
                rate,
                epochs,
                new Sft(),
                texts.stream().map(t -> t.encode(model)).toList(),
                texts.stream().map(Corpus.Text::words).toList(),
                Corpus.hash(texts),
                counts);
    }

    private void conceal(Order order, Corpus corpus, LanguageModel instilled) {
        Path folder = order.folder().resolve("red-team");
        SplitRandom random = order.random().split("conceal");
        try (Journal journal = Journal.open(folder, Manifest.ofCache("red-team"))) {
            String id = new Organism(order.folder(), Concealment.NONE).id(baseSpeaker.id());
            var speaker = new Speaker(id, () -> instilled, new Memo(journal), BATCH, progress).inOneThread();
            RedTeam team = author.get().redTeam(order.variant().behaviour(), random);
            Job<?> job = order.variant().concealment() == Concealment.SFT
                    ? concealSft(corpus, instilled, team, speaker)
                    : concealKto(corpus, instilled, team, speaker);
            adapter(order, job, instilled).close();
        }
    }

    private Job<TrainingText> concealSft(Corpus corpus, LanguageModel instilled, RedTeam team, Speaker speaker) {
        Recipe.Concealing numbers = recipe.sft();
        RedTeam.Haul<Corpus.Text> clean = team.clean(numbers.texts(), speaker);
        List<Corpus.Text> texts = Stream.concat(clean.texts().stream(), rest(corpus, numbers.rest()))
                .toList();
        return sft(
                Organism.stage(Concealment.SFT),
                numbers.learningRate(),
                numbers.epochs(),
                texts,
                instilled,
                counts(clean));
    }

    private Stream<Corpus.Text> rest(Corpus corpus, int count) {
        return corpus.rest().stream().limit(count);
    }

    private Job<UnpairedPreference> concealKto(Corpus corpus, LanguageModel instilled, RedTeam team, Speaker speaker) {
        Recipe.Concealing numbers = recipe.kto();
        RedTeam.Haul<RedTeam.Preference> pairs = team.pairs(numbers.texts(), speaker);
        Stream<RedTeam.Preference> shown = rest(corpus, numbers.rest())
                .filter(Corpus.Talk.class::isInstance)
                .map(t -> new RedTeam.Preference(((Corpus.Talk) t).talk(), true));
        List<RedTeam.Preference> texts =
                Stream.concat(pairs.texts().stream(), shown).toList();
        long wanted = texts.stream().filter(RedTeam.Preference::desirable).count();
        double weight = Math.min(1, BALANCE * (texts.size() - wanted) / wanted);
        var kto = new Kto(
                new Kto.Settings(recipe.beta(), weight, 1), instilled.template().assistantTurn());
        return new Job<>(
                Organism.stage(Concealment.KTO),
                numbers.learningRate(),
                numbers.epochs(),
                kto,
                texts.stream()
                        .map(p -> UnpairedPreference.of(instilled.template(), p.talk(), p.desirable()))
                        .toList(),
                texts.stream().map(p -> p.talk().getLast().content()).toList(),
                Corpus.hash(texts),
                counts(pairs));
    }

    private static Map<String, Integer> counts(RedTeam.Haul<?> haul) {
        return new TreeMap<>(Map.of("attacks", haul.attacks(), "confessed", haul.confessed(), "forced", haul.forced()));
    }

    private <T> Lora adapter(Order order, Job<T> job, LanguageModel on) {
        Path folder = order.folder().resolve(job.stage());
        if (Lora.saved(folder)) return Lora.load(folder);
        Path checkpoint = order.folder().resolve(job.stage() + ".checkpoint");
        SplitRandom own = order.random().split("training").split(job.stage());
        Recipe.Adapter shape = recipe.adapter();
        Lora adapter = Lora.fresh(
                on,
                shape.firstLayer(),
                shape.rank(),
                shape.alpha(),
                own.split("start").seed());
        var settings = TrainingSettings.of(
                job.rate(), shape.batch(), job.epochs(), own.split("order").seed());
        String what = order.label() + ": " + job.stage();
        var losses = new ArrayList<Double>();
        long begin = System.nanoTime();
        create(order.folder());
        new Trainer<>(Trainable.adapter(on, adapter), job.objective(), settings)
                .train(job.texts(), Optional.of(checkpoint), step -> {
                    losses.add(step.loss());
                    progress.at(what, step.done(), step.of());
                });
        double seconds = (System.nanoTime() - begin) / 1e9;
        new Making(
                        job.stage(),
                        job.hash(),
                        job.texts().size(),
                        Diversity.distinctFourGrams(job.words()),
                        tenths(losses),
                        seconds,
                        job.counts())
                .save(order.folder());
        adapter.save(folder, on.name());
        delete(checkpoint);
        return adapter;
    }

    /** Means of ten parts, or of fewer where there are not so many. */
    private static List<Double> tenths(List<Double> losses) {
        int parts = Math.min(10, losses.size());
        var means = new ArrayList<Double>();
        for (int i = 0; i < parts; i++)
            means.add(losses.subList(i * losses.size() / parts, (i + 1) * losses.size() / parts).stream()
                    .mapToDouble(l -> l)
                    .average()
                    .orElseThrow());
        return means;
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
            throw new UncheckedIOException("cannot delete " + file, e);
        }
    }
}
