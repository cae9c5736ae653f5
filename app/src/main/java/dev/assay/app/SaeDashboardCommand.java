package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.assay.journal.AtomicFile;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Lora;
import dev.assay.report.FeaturePage;
import dev.assay.sae.InferenceSae;
import dev.assay.sae.SaeLensFolder;
import dev.assay.sae.model.FeatureAtlas;
import dev.assay.sae.model.Placement;
import dev.assay.tensor.DType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "dashboard",
        description = {
            "Writes one searchable HTML file with a card for each latent of an autoencoder: the contexts in which it is"
                    + " most active, how often it is, which tokens it makes likelier, which latents point where it does.",
            "With --search it names the latents that are active on a word, as the page's own search does."
        })
final class SaeDashboardCommand implements Callable<Integer> {
    private static final int FOUND = 10;
    /** A context in which a latent is active on the word counts so many times one that merely holds it. */
    private static final int ACTIVE = 10;

    @Parameters(
            paramLabel = "FOLDER",
            converter = AutoencoderFolder.class,
            description = "a run folder, a SAELens folder, or smollm2: what comes with the embedded model")
    Path folder = Path.of("");

    @Mixin
    SaeModelOptions model = new SaeModelOptions();

    @Option(names = "--out", paramLabel = "FILE", description = "the page (default: dashboard.html in FOLDER)")
    @Nullable
    Path out;

    @Option(
            names = "--texts",
            paramLabel = "N",
            defaultValue = "2000",
            description = "pieces of text that are looked at (default: ${DEFAULT-VALUE})")
    int texts;

    @Option(
            names = "--contexts",
            paramLabel = "N",
            defaultValue = "6",
            description = "contexts of each latent (default: ${DEFAULT-VALUE})")
    int contexts;

    @Mixin
    LabelOptions labels = new LabelOptions();

    @Option(names = "--search", paramLabel = "WORDS", description = "print the latents that are active on these words")
    @Nullable
    String search;

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        if (model.text.isEmpty()) throw new UserException("a dashboard needs texts to look at: --text FILES");
        WorldCommand.atLeast(1, texts, "--texts");
        WorldCommand.atLeast(1, contexts, "--contexts");
        SaeEvalCommand.Subject subject =
                SaeEvalCommand.subjects(List.of(folder)).getFirst();
        SaeLensFolder.Checkpoint read = SaeLensFolder.read(subject.folder());
        Placement place = Placement.of(read.metadata(), subject.folder().toString());
        Map<Integer, String> names = labels.given();
        try (ConsoleProgress progress = ConsoleProgress.onStderr();
                InferenceSae sae = read.sae()) {
            LanguageModel base = model.options().load(DType.F32);
            var atlas = new FeatureAtlas(sae.latents(), contexts, 20, 8);
            List<Lora> adapters = model.adapters.stream().map(Lora::load).toList();
            List<int[]> pieces = model.pieces(base).training();
            try (var source = model.source(base, adapters, place.site())) {
                atlas.read(source, place.norms(), sae, pieces.subList(0, Math.min(texts, pieces.size())), progress::at);
            }
            progress.at("drawing the page", 0, 1);
            int[] all = IntStream.range(0, sae.latents()).toArray();
            Path page = out == null ? folder.resolve("dashboard.html") : out;
            List<FeaturePage.Card> cards = labels.labelled(
                    SaePages.cards(base, sae, atlas, all, names, Map.of()), labelFolder(page), progress);
            AtomicFile.write(
                    page, page(subject, place, sae, atlas, cards).toHtml().getBytes(StandardCharsets.UTF_8));
            progress.at("drawing the page", 1, 1);
            progress.close();
            report(page, atlas, cards);
        }
        return 0;
    }

    private static FeaturePage page(
            SaeEvalCommand.Subject subject,
            Placement place,
            InferenceSae sae,
            FeatureAtlas atlas,
            List<FeaturePage.Card> cards) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("model", place.model());
        facts.put("site", place.site().toString());
        facts.put("architecture", sae.architecture());
        facts.put("latents", Integer.toString(sae.latents()));
        facts.put("positions looked at", String.format(Locale.ROOT, "%,d", atlas.positions()));
        facts.put(
                "never active here",
                Long.toString(cards.stream().filter(c -> c.density() == 0).count()));
        return new FeaturePage(
                "Latents of " + subject.name(),
                "What each latent is active on. A page shows what is there, not what it means: a label is a guess until"
                        + " it predicts something.",
                facts,
                "",
                cards);
    }

    private void report(Path page, FeatureAtlas atlas, List<FeaturePage.Card> cards) throws JsonProcessingException {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("page", page.toString());
        facts.put("positions", atlas.positions());
        facts.put("active", cards.stream().filter(c -> c.density() > 0).count());
        if (search != null) facts.put("found", found(cards, search.toLowerCase(Locale.ROOT)));
        WorldCommand.print(facts, json);
    }

    /** The latents whose contexts speak most of some words, best first; ranked as the page ranks them. */
    static List<Integer> found(List<FeaturePage.Card> cards, String query) {
        Map<FeaturePage.Card, Integer> ranks = new LinkedHashMap<>();
        for (FeaturePage.Card c : cards) {
            int rank = c.contexts().stream().mapToInt(x -> rank(x, query)).sum();
            if (c.label().toLowerCase(Locale.ROOT).contains(query)) rank += 1000;
            if (rank > 0) ranks.put(c, rank);
        }
        return ranks.entrySet().stream()
                .sorted(Comparator.comparing(
                                (Map.Entry<FeaturePage.Card, Integer> e) -> e.getValue(), Comparator.reverseOrder())
                        .thenComparing(e -> e.getKey().number()))
                .limit(FOUND)
                .map(e -> e.getKey().number())
                .toList();
    }

    private static int rank(FeaturePage.Context context, String query) {
        List<String> active = new ArrayList<>();
        for (int i = 0; i < context.tokens().size(); i++)
            if (context.activations()[i] > 0) active.add(context.tokens().get(i));
        if (String.join("", active).toLowerCase(Locale.ROOT).contains(query)) return ACTIVE;
        return String.join("", context.tokens()).toLowerCase(Locale.ROOT).contains(query) ? 1 : 0;
    }

    private static Path labelFolder(Path page) {
        String name = page.getFileName().toString().replaceFirst("\\.html?$", "");
        return page.resolveSibling(name + "-labels");
    }
}
