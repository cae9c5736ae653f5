package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.assay.journal.AtomicFile;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Lora;
import dev.assay.report.FeaturePage;
import dev.assay.sae.InferenceSae;
import dev.assay.sae.SaeLensFolder;
import dev.assay.sae.model.FeatureAtlas;
import dev.assay.sae.model.FeatureDifference;
import dev.assay.sae.model.ModelSource;
import dev.assay.sae.model.Placement;
import dev.assay.tensor.DType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "diff",
        description = {
            "Ranks latents by how much more active they are in a target model than in its twin, on the same texts: the"
                    + " model with the target's adapters, and with the twin's, each beside the model as it is.",
            "z is the mean difference over its standard error over texts. It ranks; it is not a test: thousands of"
                    + " latents are looked at."
        })
final class SaeDiffCommand implements Callable<Integer> {
    private static final int PAGE = 200;

    @Parameters(
            paramLabel = "FOLDER",
            converter = AutoencoderFolder.class,
            description = "a run folder, a SAELens folder, or smollm2: what comes with the embedded model")
    Path folder = Path.of("");

    @Mixin
    SaeModelOptions model = new SaeModelOptions();

    @Option(
            names = "--target",
            paramLabel = "DIR",
            required = true,
            description = "an adapter of the target; several are summed")
    List<Path> target = new ArrayList<>();

    @Option(
            names = "--twin",
            paramLabel = "DIR",
            description = "an adapter of the twin (default: none, the model itself)")
    List<Path> twin = new ArrayList<>();

    @Option(
            names = "--texts",
            paramLabel = "N",
            defaultValue = "300",
            description = "pieces of text (default: ${DEFAULT-VALUE})")
    int texts;

    @Option(names = "--top", paramLabel = "N", defaultValue = "20", description = "latents that are printed")
    int top;

    @Option(names = "--out", paramLabel = "FILE", description = "writes a page with the first " + PAGE + " latents")
    @Nullable
    Path out;

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        if (model.text.isEmpty()) throw new UserException("a comparison needs texts to read: --text FILES");
        WorldCommand.atLeast(2, texts, "--texts");
        SaeLensFolder.Checkpoint read = SaeLensFolder.read(
                SaeEvalCommand.subjects(List.of(folder)).getFirst().folder());
        Placement place = Placement.of(read.metadata(), folder.toString());
        try (ConsoleProgress progress = ConsoleProgress.onStderr();
                InferenceSae sae = read.sae()) {
            LanguageModel base = model.options().load(DType.F32);
            List<int[]> pieces = model.pieces(base).training();
            List<int[]> some = pieces.subList(0, Math.min(texts, pieces.size()));
            var difference = new FeatureDifference(sae, place.norms());
            try (var plain = source(base, place, List.of());
                    var targeted = source(base, place, target);
                    var twinned = source(base, place, twin)) {
                difference.read(plain, targeted, twinned, some, progress::at);
                List<FeatureDifference.Row> ranking = difference.ranking();
                if (out != null) page(base, sae, place, targeted, some, ranking, progress, out);
                progress.close();
                print(ranking);
            }
        }
        return 0;
    }

    private ModelSource source(LanguageModel base, Placement place, List<Path> adapters) {
        return model.source(base, adapters.stream().map(Lora::load).toList(), place.site());
    }

    private static void page(
            LanguageModel base,
            InferenceSae sae,
            Placement place,
            ModelSource targeted,
            List<int[]> texts,
            List<FeatureDifference.Row> ranking,
            ConsoleProgress progress,
            Path out) {
        var atlas = new FeatureAtlas(sae.latents(), 6, 20, 8);
        atlas.read(targeted, place.norms(), sae, texts, progress::at);
        List<FeatureDifference.Row> first = ranking.subList(0, Math.min(PAGE, ranking.size()));
        Map<Integer, Double> z = new TreeMap<>();
        first.forEach(r -> z.put(r.latent(), r.z()));
        int[] latents = first.stream().mapToInt(FeatureDifference.Row::latent).toArray();
        var page = new FeaturePage(
                "Latents that tell the target from its twin",
                "Contexts are those of the target. z ranks; it is no test: all " + sae.latents()
                        + " latents were looked at.",
                Map.of("site", place.site().toString(), "texts", Integer.toString(texts.size())),
                "z",
                SaePages.cards(base, sae, atlas, latents, Map.of(), z));
        AtomicFile.write(out, page.toHtml().getBytes(StandardCharsets.UTF_8));
    }

    private void print(List<FeatureDifference.Row> ranking) throws JsonProcessingException {
        List<FeatureDifference.Row> first = ranking.subList(0, Math.min(top, ranking.size()));
        if (json) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put(
                    "latents",
                    first.stream()
                            .map(r -> Map.of(
                                    "latent", r.latent(),
                                    "base", r.base(),
                                    "target", r.target(),
                                    "twin", r.twin(),
                                    "z", r.z()))
                            .toList());
            ModelCommand.print(all);
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("latent", "in the model", "target", "twin", "z"));
        for (FeatureDifference.Row r : first)
            rows.add(List.of(
                    "#" + r.latent(),
                    SaeText.number(r.base(), 4),
                    "%+.4f".formatted(r.target()),
                    "%+.4f".formatted(r.twin()),
                    SaeText.number(r.z(), 2)));
        System.out.print(TextTable.right(rows));
    }
}
