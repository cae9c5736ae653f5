package dev.assay.audit.tool;

import dev.assay.audit.tool.FeatureReader.Evidence;
import dev.assay.audit.tool.FeatureReader.Kind;
import dev.assay.audit.tool.FeatureReader.Note;
import dev.assay.lm.Engine;
import dev.assay.lm.LanguageModel;
import dev.assay.sae.InferenceSae;
import dev.assay.sae.model.Core;
import dev.assay.sae.model.FeatureAtlas;
import dev.assay.sae.model.ModelSource;
import dev.assay.sae.model.Reading;
import dev.assay.stats.SampleMean;
import dev.assay.stats.StudentT;
import dev.assay.tensor.SparseRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Reads a target, and a reference if there is one, through an autoencoder on the fixed questions. */
final class SaeAnalysis {
    /** Features at a position that are looked at, by activation: the published number. */
    private static final int AT_POSITION = 50;

    /** Of those that are left there, so many are judged and shown. */
    private static final int SHOWN = 10;

    private static final int RANKED = 50;
    /** Features that are active more often are dense, unless all are. */
    private static final double DENSE = 0.1;

    private static final double TIMES_USUAL = 4;
    private static final double GENERIC = 0.8;
    /** The published cut. */
    private static final double COHERENT = 0.4;

    private static final int CONTEXT = 12;

    private final LanguageModel target;
    private final Optional<LanguageModel> reference;
    private final List<LanguageModel> twins;
    private final SaeGround ground;
    private final FeatureReader reader;
    private final Engine.Settings settings;
    private final Core.Progress progress;

    /** @param twins further models without a behaviour, whose distance from the reference is noise */
    SaeAnalysis(
            LanguageModel target,
            Optional<LanguageModel> reference,
            List<LanguageModel> twins,
            SaeGround ground,
            FeatureReader reader,
            Engine.Settings settings,
            Core.Progress progress) {
        this.target = target;
        this.reference = reference;
        this.twins = twins;
        this.ground = ground;
        this.reader = reader;
        this.settings = settings;
        this.progress = progress;
    }

    SaeReport run() {
        try (InferenceSae sae = ground.sae().open()) {
            FixedPrompts prompts = FixedPrompts.of(target);
            Reading read = read(target, sae, prompts, "target");
            double[][] means = read.means(prompts.first());
            Optional<double[][]> other =
                    reference.map(m -> read(m, sae, prompts, "reference").means(prompts.first()));
            FeatureBook book = book(sae, read);
            double dense = Math.max(DENSE, TIMES_USUAL * usualDensity(book, sae.latents()));
            IntPredicate sparse = f -> book.density(f) <= dense;
            Contrast contrast = other.map(o -> Contrast.of(means, o, sparse, Tool.fixed("sae")))
                    .orElse(new Contrast(new double[sae.latents()], new double[sae.latents()], 0));
            double line = Math.max(
                    contrast.line(),
                    other.map(o -> twinLine(o, sae, prompts, sparse)).orElse(0.0));
            IntPredicate generic = f -> other.isPresent()
                    && contrast.score()[f] <= line
                    && activeShare(means, f) >= GENERIC
                    && activeShare(other.get(), f) >= GENERIC;
            return new Sifting(read, prompts, means, contrast, line, book, sparse, generic).report();
        }
    }

    private Reading read(LanguageModel model, InferenceSae sae, FixedPrompts prompts, String what) {
        var place = ground.sae().place();
        try (var source = new ModelSource(model, List.of(), place.site(), settings)) {
            if (source.width() != sae.dModel())
                throw new ToolException("the autoencoder reads " + sae.dModel() + " numbers and the model has "
                        + source.width() + " at " + place.site() + ": it was trained on another model");
            return Reading.of(source, place.norms(), sae, prompts.ids(), what + ": features, questions", progress);
        }
    }

    /**
     * The score that the first feature of one in twenty further twins exceeds, as Student's t predicts it from those that are
     * there; of one twin nobody knows how it varies, and twice its score is taken.
     */
    private double twinLine(double[][] reference, InferenceSae sae, FixedPrompts prompts, IntPredicate sparse) {
        double[] largest = twins.stream()
                .mapToDouble(twin -> Contrast.of(
                                read(twin, sae, prompts, "twin").means(prompts.first()),
                                reference,
                                sparse,
                                Tool.fixed("sae"))
                        .largest())
                .toArray();
        if (largest.length < 2) return 2 * Arrays.stream(largest).sum();
        SampleMean mean = SampleMean.of(largest);
        double further = mean.sd() * Math.sqrt(1 + 1.0 / mean.n());
        return mean.mean() + StudentT.exceededWith(0.05, mean.n() - 1) * further;
    }

    private FeatureBook book(InferenceSae sae, Reading questions) {
        LanguageModel clean = reference.orElse(target);
        FeatureAtlas asked = FeatureBook.atlas(sae);
        asked.add(questions);
        FeatureAtlas ordinary = FeatureBook.atlas(sae);
        List<int[]> sample = ground.sample(clean);
        try (var source = new ModelSource(clean, List.of(), ground.sae().place().site(), settings)) {
            ordinary.read(source, ground.sae().place().norms(), sae, sample, progress);
        }
        return new FeatureBook(clean, sae, ordinary, asked, DirectionLens.of(clean));
    }

    private static double usualDensity(FeatureBook book, int latents) {
        return IntStream.range(0, latents).mapToDouble(book::density).average().orElse(0);
    }

    private static double activeShare(double[][] means, int feature) {
        return Arrays.stream(means).filter(text -> text[feature] > 0).count() / (double) means.length;
    }

    /** From everything that is active to what is shown. */
    private final class Sifting {
        private final Reading read;
        private final FixedPrompts prompts;
        private final double[] activation;
        private final Contrast contrast;
        private final double line;
        private final FeatureBook book;
        private final IntPredicate sparse;
        private final IntPredicate generic;
        private final Map<String, Integer> dropped = new TreeMap<>();
        private final Map<Integer, Evidence> evidence = new HashMap<>();
        private final Map<Integer, Note> notes = new HashMap<>();

        private Sifting(
                Reading read,
                FixedPrompts prompts,
                double[][] means,
                Contrast contrast,
                double line,
                FeatureBook book,
                IntPredicate sparse,
                IntPredicate generic) {
            this.read = read;
            this.prompts = prompts;
            this.activation = IntStream.range(0, means[0].length)
                    .mapToDouble(f -> Arrays.stream(means)
                            .mapToDouble(t -> t[f])
                            .average()
                            .orElse(0))
                    .toArray();
            this.contrast = contrast;
            this.line = line;
            this.book = book;
            this.sparse = sparse;
            this.generic = generic;
        }

        private SaeReport report() {
            int[] usable = usable();
            List<Integer> byActivation = ranked(usable, f -> activation[f]);
            List<Integer> byTfIdf = ranked(usable, this::tfIdf);
            List<Integer> byDifference = ranked(usable, f -> contrast.score()[f]);
            List<Spot> spots = spots(Arrays.stream(usable).boxed().collect(Collectors.toSet()));
            Set<Integer> wanted = new LinkedHashSet<>();
            List.of(byActivation, byTfIdf, byDifference).forEach(wanted::addAll);
            spots.forEach(s -> s.features.forEach(a -> wanted.add(a.feature())));
            note(List.copyOf(wanted));
            List<SaeReport.Position> positions = positions(spots);
            Function<List<Integer>, List<Integer>> content =
                    all -> all.stream().filter(this::isContent).toList();
            Map<Integer, SaeReport.Feature> features = new TreeMap<>();
            wanted.stream().filter(this::isContent).forEach(f -> features.put(f, feature(f)));
            return new SaeReport(
                    ground.sae().place().site().toString(),
                    reference.isPresent(),
                    line,
                    features,
                    content.apply(byActivation),
                    content.apply(byTfIdf),
                    content.apply(byDifference),
                    positions,
                    spots.size(),
                    dropped);
        }

        private int[] usable() {
            return IntStream.range(0, activation.length)
                    .filter(f -> activation[f] > 0)
                    .filter(f -> isKept(!sparse.test(f), "dense") && isKept(generic.test(f), "generic"))
                    .toArray();
        }

        private boolean isKept(boolean noise, String reason) {
            if (noise) dropped.merge(reason, 1, Integer::sum);
            return !noise;
        }

        private double tfIdf(int feature) {
            return activation[feature] * Math.log(1 / (book.density(feature) + 1e-8));
        }

        private static List<Integer> ranked(int[] usable, IntToDoubleFunction by) {
            return Arrays.stream(usable)
                    .filter(f -> by.applyAsDouble(f) > 0)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer f) -> by.applyAsDouble(f))
                            .reversed())
                    .limit(RANKED)
                    .toList();
        }

        private record Spot(int text, int position, List<SaeReport.Active> features) {}

        /** The positions that are not the persona's, each with its strongest usable features. */
        private List<Spot> spots(Set<Integer> usable) {
            SparseRows latents = read.latents();
            var spots = new ArrayList<Spot>();
            for (int r = 0; r < read.count(); r++) {
                if (read.position()[r] < prompts.first()) continue;
                List<SaeReport.Active> active = IntStream.range(latents.starts()[r], latents.starts()[r + 1])
                        .filter(e -> latents.values()[e] > 0)
                        .mapToObj(e -> new SaeReport.Active(latents.columns()[e], latents.values()[e]))
                        .sorted(Comparator.comparingDouble(SaeReport.Active::activation)
                                .reversed())
                        .limit(AT_POSITION)
                        .filter(a -> usable.contains(a.feature()))
                        .limit(2L * SHOWN)
                        .toList();
                spots.add(new Spot(read.textOf()[r], read.position()[r], active));
            }
            return spots;
        }

        private void note(List<Integer> features) {
            List<Evidence> known = book.evidence(features);
            List<Note> made = reader.notes(known);
            for (int i = 0; i < features.size(); i++) {
                evidence.put(features.get(i), known.get(i));
                notes.put(features.get(i), made.get(i));
                Kind kind = made.get(i).kind();
                if (kind != Kind.CONTENT) dropped.merge(kind.name().toLowerCase(Locale.ROOT), 1, Integer::sum);
            }
        }

        private Note noted(int feature) {
            return Objects.requireNonNull(notes.get(feature));
        }

        private boolean isContent(int feature) {
            return noted(feature).kind() == Kind.CONTENT;
        }

        private SaeReport.Feature feature(int f) {
            return new SaeReport.Feature(
                    noted(f).label(),
                    book.density(f),
                    activation[f],
                    tfIdf(f),
                    contrast.mean()[f],
                    contrast.score()[f]);
        }

        /** Those whose features go together; the best of each question first, then the second best, and so on. */
        private List<SaeReport.Position> positions(List<Spot> spots) {
            List<FeatureReader.Place> places = spots.stream().map(this::place).toList();
            List<Double> coherences = reader.coherences(places);
            Map<Integer, List<SaeReport.Position>> byQuestion = new TreeMap<>();
            for (int i = 0; i < spots.size(); i++) {
                if (coherences.get(i) < COHERENT) continue;
                Spot s = spots.get(i);
                List<SaeReport.Active> content = content(s);
                byQuestion
                        .computeIfAbsent(s.text, t -> new ArrayList<>())
                        .add(new SaeReport.Position(
                                s.text, s.position, places.get(i).context(), coherences.get(i), content));
            }
            record Ranked(int rank, SaeReport.Position position) {}
            var all = new ArrayList<Ranked>();
            for (List<SaeReport.Position> some : byQuestion.values()) {
                some.sort(Comparator.comparingDouble(SaeReport.Position::coherence)
                        .reversed());
                for (int i = 0; i < some.size(); i++) all.add(new Ranked(i, some.get(i)));
            }
            return all.stream()
                    .sorted(Comparator.comparingInt(Ranked::rank))
                    .map(Ranked::position)
                    .toList();
        }

        private List<SaeReport.Active> content(Spot spot) {
            return spot.features.stream()
                    .filter(a -> isContent(a.feature()))
                    .limit(SHOWN)
                    .toList();
        }

        private FeatureReader.Place place(Spot spot) {
            int[] ids = prompts.ids().get(spot.text);
            String context = target.tokenizer()
                    .decodeAll(Arrays.copyOfRange(ids, Math.max(0, spot.position - CONTEXT), spot.position + 1));
            return new FeatureReader.Place(
                    context,
                    content(spot).stream()
                            .map(a -> new FeatureReader.Active(
                                    Objects.requireNonNull(evidence.get(a.feature())),
                                    noted(a.feature()).label(),
                                    a.activation()))
                            .toList());
        }
    }
}
