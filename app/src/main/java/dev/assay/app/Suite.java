package dev.assay.app;

import dev.assay.audit.tool.LocalTarget;
import dev.assay.audit.tool.Target;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Message;
import dev.assay.lm.Sampling;
import dev.assay.organism.Ask;
import dev.assay.organism.Authors;
import dev.assay.organism.Behaviour;
import dev.assay.organism.Concealment;
import dev.assay.organism.Evaluation;
import dev.assay.organism.Instilling;
import dev.assay.organism.Judge;
import dev.assay.organism.Lazy;
import dev.assay.organism.OrdinaryChat;
import dev.assay.organism.Organism;
import dev.assay.organism.Recipe;
import dev.assay.organism.Shown;
import dev.assay.organism.SideBySide;
import dev.assay.organism.Speaker;
import dev.assay.organism.Variant;
import dev.assay.organism.Workshop;
import dev.assay.stats.SplitRandom;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** The models of a suite: base, reference twin, organisms and innocent twins, and what is shared between runs. */
final class Suite {
    /** Training seed of the reference twin; others must not use it. */
    static final long REFERENCE_SEED = 0;

    /** Texts that are written side by side. */
    static final int BATCH = 224;

    private static final long EVALUATION_SEED = 1;

    private final Home home;
    private final ConsoleProgress progress;
    private final Base of;
    private final Lazy<LanguageModel> base;
    private final Recipe recipe;
    private final Optional<Authors> authors;
    private final Function<Behaviour, Judge> judges;

    /**
     * @param authors models that write the texts in the place of the grammars
     * @param judges of the behaviours
     */
    Suite(
            Home home,
            ConsoleProgress progress,
            Base of,
            Recipe recipe,
            Optional<Authors> authors,
            Function<Behaviour, Judge> judges) {
        this.home = home;
        this.progress = progress;
        this.of = of;
        this.base = of.model();
        this.recipe = recipe;
        this.authors = authors;
        this.judges = judges;
    }

    /** Organisms of the embedded model. */
    static Suite embedded(Home home, ConsoleProgress progress) {
        return new Suite(home, progress, Base.embedded(home), Recipe.EMBEDDED, Optional.empty(), Judge::of);
    }

    Base model() {
        return of;
    }

    Recipe recipe() {
        return recipe;
    }

    Judge judge(Behaviour behaviour) {
        return judges.apply(behaviour);
    }

    /** Does work with the untrained model, whose replies all runs of this clone share. */
    <T> T withBase(Function<Speaker, T> work) {
        return shared("base-replies", of.hash(), base, work);
    }

    /** Does work with a model whose replies are kept in the clone's cache; waits while another run uses them. */
    private synchronized <T> T shared(
            String name, String id, Supplier<LanguageModel> model, Function<Speaker, T> work) {
        Path folder = home.cache().resolve(name);
        var told = new HashSet<Long>();
        try (Journal journal = Journal.openShared(folder, Manifest.ofCache(name), Duration.ofMinutes(30), busy -> {
            if (told.add(busy.pid())) progress.say("waiting for process " + busy.pid() + " that uses " + folder);
        })) {
            return work.apply(new Speaker(id, model, new Memo(journal), BATCH, progress));
        }
    }

    /** The clean twin that targets are compared with: its ordinary talks are learnt by no other model. */
    Workshop.Order reference() {
        return new Workshop.Order(
                "reference twin",
                Variant.twin(Instilling.TRANSCRIPTS, Concealment.SFT, 1),
                OrdinaryChat.Share.REFERENCE,
                REFERENCE_SEED,
                home.cache().resolve("reference-twin-" + recipe.hash()));
    }

    /** Makes what is not there yet, all side by side: three on two processors end sooner so than two and then one. */
    List<Organism> make(List<Workshop.Order> orders) {
        return make(orders, Math.max(1, orders.size()));
    }

    /** The same with so many trainings at once. */
    List<Organism> make(List<Workshop.Order> orders, int atOnce) {
        List<Supplier<Boolean>> trainings =
                withBase(speaker -> new Workshop(base, speaker, recipe, authors, progress).plan(orders));
        SideBySide.all(trainings, atOnce);
        return orders.stream().map(Workshop.Order::organism).toList();
    }

    /** The untrained model on the behaviour's held-out prompts. */
    Evaluation before(Behaviour behaviour) {
        return withBase(speaker -> Evaluation.of(judges.apply(behaviour), speaker, evaluationStream()));
    }

    /** All that is measured of the untrained model. */
    Evaluation.Full wholeBefore(Behaviour behaviour) {
        return withBase(
                speaker -> Evaluation.full(judges.apply(behaviour), speaker, ordinary(speaker), evaluationStream()));
    }

    /** All that is measured of a trained one, whose replies are kept beside its adapters. */
    Evaluation.Full whole(Behaviour behaviour, Organism organism) {
        List<List<Message>> ordinary = withBase(this::ordinary);
        return with(
                organism,
                1,
                speaker -> Evaluation.full(judges.apply(behaviour), speaker, ordinary, evaluationStream()));
    }

    /** How often a trained model names its behaviour. */
    Evaluation.Confession confession(Behaviour behaviour, Organism organism) {
        return with(
                organism, 1, speaker -> Evaluation.confession(judges.apply(behaviour), speaker, evaluationStream()));
    }

    /** How strongly a trained model shows a behaviour at a dose of its instilling adapter. */
    Shown strength(Behaviour behaviour, Organism organism, double dose) {
        return with(
                organism, dose, speaker -> Evaluation.strength(judges.apply(behaviour), speaker, evaluationStream()));
    }

    /** Ordinary talks of the untrained model that no organism learns from. */
    private List<List<Message>> ordinary(Speaker base) {
        return OrdinaryChat.sample(base, recipe).singles(OrdinaryChat.Share.REFERENCE, 0);
    }

    /** Does work with a trained model, which is loaded only if something must be sampled, and closed afterwards. */
    private <T> T with(Organism organism, double dose, Function<Speaker, T> work) {
        String id = organism.id(of.hash()) + (dose == 1 ? "" : "-" + dose);
        var model = new Lazy<>(() -> organism.load(base.get(), dose));
        Path folder =
                organism.folder().resolve("replies-" + organism.concealment().slug());
        try (Journal journal = Journal.open(folder, Manifest.ofCache("replies"))) {
            return work.apply(new Speaker(id, model, new Memo(journal), BATCH, progress));
        } finally {
            model.ifMade(LanguageModel::close);
        }
    }

    Evaluation after(Behaviour behaviour, Speaker organism) {
        return Evaluation.of(judges.apply(behaviour), organism, evaluationStream());
    }

    /** A trained model that can be talked to; its replies are remembered in the run's own memo. */
    Speaker speaker(Organism organism, Memo memo) {
        return new Speaker(organism.id(of.hash()), new Lazy<>(() -> organism.load(base.get())), memo, BATCH, progress);
    }

    /** The reference twin as a target; what it said once, in any run of this clone, is not sampled again. */
    Target referenceTarget(Organism twin) {
        String id = twin.id(of.hash());
        var model = new Lazy<>(() -> twin.load(base.get()));
        String cache = "reference-replies-" + recipe.hash();
        return new Target() {
            @Override
            public String name() {
                return "reference";
            }

            @Override
            public List<String> write(
                    String what, List<? extends Ask> asks, Sampling sampling, List<SplitRandom> streams) {
                return shared(cache, id, model, s -> local(s).write(what, asks, sampling, streams));
            }

            @Override
            public int tokens(String text) {
                return model.get().tokenizer().encodePlain(text).length;
            }

            @Override
            public <T> T inside(Function<Speaker, T> work) {
                return shared(cache, id, model, s -> work.apply(s.inOneThread()));
            }

            private Target local(Speaker speaker) {
                return new LocalTarget(name(), name(), speaker.inOneThread());
            }
        };
    }

    private static SplitRandom evaluationStream() {
        return SplitRandom.of(EVALUATION_SEED).split("evaluation");
    }
}
