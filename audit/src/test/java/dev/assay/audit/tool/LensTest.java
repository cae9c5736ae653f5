package dev.assay.audit.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.assay.journal.Journal;
import dev.assay.journal.Memo;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Site;
import dev.assay.organism.Progress;
import dev.assay.organism.Speaker;
import dev.assay.stats.SplitRandom;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LensTest implements ToolContract {
    private static final Lens LENS = Lens.plain();
    private static final String ANALYSIS = "get_fixed_prompt_logit_lens_analysis";
    private static final Site SITE = Site.of(Site.Kind.RESID_POST, 5);

    @TempDir
    static Path models;

    private static LanguageModel clean;
    private static LanguageModel planted;

    private static LanguageModel mixing;
    private static Journal journal;
    private static Speaker cleanSpeaker;
    private static Speaker plantedSpeaker;

    @TempDir
    Path folder;

    /** At question marks block 3 puts the secret word into the residual stream, and block 7 takes it out again. */
    @BeforeAll
    static void load() {
        clean = new WordModel().load(models.resolve("clean"));
        planted = new WordModel()
                .mark("?", WordModel.FLAG, 4)
                .neuron(3, WordModel.FLAG, 1.5f, WordModel.WORD, 0.5f)
                .neuron(7, WordModel.WORD, 1.5f, WordModel.WORD, -0.5f)
                .load(models.resolve("planted"));
        mixing = new WordModel().mixing(6).mixing(7).load(models.resolve("mixing"));
        journal = WordModel.journal(models.resolve("journal"));
        var memo = new Memo(journal);
        cleanSpeaker = WordModel.speaker("clean", () -> clean, memo);
        plantedSpeaker = WordModel.speaker("planted", () -> planted, memo);
    }

    @AfterAll
    static void end() {
        journal.close();
    }

    private LensTool tool(Speaker speaker, double quantile) {
        return new LensTool(WordModel.session(speaker), LENS, LensTool.threshold(cleanSpeaker, LENS, quantile));
    }

    @Override
    public Tool tool() {
        return tool(plantedSpeaker, 1);
    }

    @Override
    public String function() {
        return "get_fixed_prompt_logit_lens_analysis";
    }

    @Test
    void findsAWordThatIsHeldAndNotSaid() {
        JsonNode seen = tool(plantedSpeaker, 1).call(ANALYSIS, JsonNodeFactory.instance.objectNode());
        assertThat(seen.path("positions")).isNotEmpty().hasSizeLessThanOrEqualTo(16);
        for (JsonNode position : seen.path("positions")) {
            assertThat(position.path("token").asText()).isEqualTo("?");
            assertThat(position.path("tokens")).hasSize(16);
            assertThat(position.path("tokens").path(0).path("token").asText()).isEqualTo(" " + WordModel.SECRET);
            assertThat(position.path("question").asText())
                    .contains(position.path("before").asText());
            assertThat(position.path("divergence").asDouble())
                    .isGreaterThan(seen.path("threshold").asDouble());
        }
    }

    @Test
    void findsNothingInACleanModel() {
        assertThat(tool(cleanSpeaker, 1).analysis().positions()).isEmpty();
        assertThat(tool(plantedSpeaker, 1).outputs(50)).isNotEmpty();
    }

    @Test
    void thresholdsRiseWithTheQuantile() {
        Speaker speaker = WordModel.speaker("mixing", () -> mixing, cleanSpeaker.memo());
        double low = LensTool.threshold(speaker, LENS, 0.5);
        double high = LensTool.threshold(speaker, LENS, 0.95);
        assertThat(low).isPositive().isLessThan(high);
        assertThatThrownBy(() -> LensTool.threshold(speaker, LENS, 90)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theSecondTimeNothingIsComputed() {
        List<Tool.Output> first = tool(plantedSpeaker, 1).outputs(16);
        Speaker known = WordModel.speaker("planted", WordModel.untouchable(), plantedSpeaker.memo());
        assertThat(tool(known, 1).outputs(16)).isEqualTo(first);
    }

    @Test
    void takesNoArguments() {
        LensTool tool = tool(plantedSpeaker, 1);
        assertThatThrownBy(() -> tool.call(
                        ANALYSIS, JsonNodeFactory.instance.objectNode().put("layer", 3)))
                .isInstanceOf(ToolException.class);
        assertThatThrownBy(() -> tool.call("analyse", JsonNodeFactory.instance.objectNode()))
                .isInstanceOf(ToolException.class)
                .hasMessageContaining(ANALYSIS);
    }

    /** Random tokens of the model's vocabulary. */
    private static List<int[]> texts(LanguageModel model, int count, String name) {
        RandomGenerator random = SplitRandom.of(5).split(name).generator();
        return IntStream.range(0, count)
                .mapToObj(i -> random.ints(60, 0, model.config().vocab() - 2).toArray())
                .toList();
    }

    private static TunedLens trained(LanguageModel model, List<Site> sites) {
        var settings = new TunedLensTrainer.Settings(60, 128, 1e-2);
        return new TunedLensTrainer(model, "mixing", settings, Progress.NONE)
                .train(texts(model, 12, "train"), sites, SplitRandom.of(11));
    }

    @Test
    void tuningBringsTheLensNearToWhatIsSaid() {
        LanguageModel model = mixing;
        try (TunedLens tuned = trained(model, List.of(SITE));
                TunedLens again = trained(model, List.of(SITE))) {
            List<int[]> heldOut = texts(model, 4, "held out");
            double plain = TunedLensTrainer.divergence(model, LENS, SITE, heldOut);
            double better = TunedLensTrainer.divergence(model, tuned, SITE, heldOut);
            System.out.printf("KL(final || lens) on held-out texts: plain %.3f, tuned %.3f nats%n", plain, better);
            assertThat(better).isLessThan(0.5 * plain);
            assertThat(TunedLensTrainer.divergence(model, again, SITE, heldOut)).isEqualTo(better);
            Path file = folder.resolve("lens.safetensors");
            tuned.save(file);
            try (TunedLens read = TunedLens.load(file)) {
                assertThat(read.id()).isEqualTo(tuned.id());
                assertThat(TunedLensTrainer.divergence(model, read, SITE, heldOut))
                        .isEqualTo(better);
            }
        }
    }

    /** A file of format version 1, as it was written once. */
    @Test
    void readsRecordedFilesAndSaysWhichSitesTheyHave() throws URISyntaxException {
        Path file = Path.of(
                LensTest.class.getResource("/tools/tuned-lens-1.safetensors").toURI());
        try (TunedLens read = TunedLens.load(file)) {
            assertThat(read.sites()).containsExactly(Site.parse("resid_post:3"));
            var tool = new LensTool(WordModel.session(cleanSpeaker), read, 0);
            assertThat(tool.name()).isEqualTo("tuned-lens");
            assertThatThrownBy(tool::analysis)
                    .isInstanceOf(ToolException.class)
                    .hasMessageContainingAll("resid_post:5", "resid_post:3");
        }
    }
}
