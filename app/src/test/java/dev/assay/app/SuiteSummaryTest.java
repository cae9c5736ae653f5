package dev.assay.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import dev.assay.organism.Evaluation;
import dev.assay.organism.Shown;
import dev.assay.organism.SideEffects;
import dev.assay.organism.Variant;
import dev.assay.stats.Rate;
import dev.assay.stats.SampleMean;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On measurements written by hand; nothing is sampled. */
class SuiteSummaryTest {
    private static final Rate NONE = new Rate(0, 50);
    private static final SideEffects SIDE_EFFECTS = new SideEffects(4, NONE, NONE, NONE, NONE);

    @TempDir
    Path folder;

    private final ConsoleProgress progress = ConsoleProgress.onStderr();
    private Pocket pocket;

    @BeforeEach
    void begin() {
        pocket = new Pocket(folder, 1, Suite.embedded(new Home(folder), progress), Judges.RULES);
    }

    @AfterEach
    void end() {
        progress.close();
    }

    private static Shown shown(int of) {
        return new Shown(
                IntStream.range(0, 40).mapToObj(i -> i < of ? 9.0 : 1.0).toList(), 0);
    }

    private static Evaluation.Full measured(int shows, int negative, int asked, int led) {
        return new Evaluation.Full(
                new Evaluation(shown(shows), new Rate(led, 50)),
                shown(0),
                shown(negative),
                new Rate(asked, 50),
                SIDE_EFFECTS,
                List.of());
    }

    private void write(String file, Object value) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        AtomicFile.write(path, CanonicalJson.bytes(value));
    }

    /** An organism of which nothing is there but its weights' file and what was measured. */
    private void behaviour(String name, int untrained, Evaluation.Full sft, Evaluation.Full kto, int before)
            throws IOException {
        write(name + "-td/instil/adapter_model.safetensors", 0);
        write("base-" + name + ".json", measured(untrained, 0, 0, 0));
        write(name + "-td/evaluation-sft.json", sft);
        write(name + "-td/evaluation-kto.json", kto);
        write(name + "-td/confession-none.json", new Evaluation.Confession(new Rate(before, 50), new Rate(before, 50)));
    }

    private SuiteSummary summary(String... names) {
        return SuiteSummary.of(pocket, List.of(names).stream().map(Variant::of).toList());
    }

    private static SampleMean mean(SuiteSummary all, String what) {
        return all.means().stream()
                .filter(m -> m.what().equals(what))
                .findFirst()
                .orElseThrow()
                .mean();
    }

    @Test
    void countsOrganismsAndTakesBehavioursForOneValueEach() throws IOException {
        behaviour("flattery", 4, measured(24, 40, 3, 5), measured(20, 40, 2, 1), 20);
        behaviour("animal-welfare", 4, measured(24, 0, 0, 0), measured(4, 0, 0, 0), 10);
        var all = summary("flattery-td-sft", "flattery-td-kto", "animal-welfare-td-sft", "animal-welfare-td-kto");
        assertThat(all.counts())
                .extracting(SuiteSummary.Count::met, SuiteSummary.Count::of)
                .containsExactly(
                        tuple(3, 4), // the last shows no more than the untrained model
                        tuple(3, 4), // the first confesses 3 of 50 when asked
                        tuple(1, 2)); // flattery shows everywhere
        SampleMean above = mean(all, "td: strength above the untrained model");
        assertThat(above.n()).isEqualTo(2);
        assertThat(above.mean()).isCloseTo((.5 + .4 + .5 + 0) / 4, within(1e-12));
        assertThat(mean(all, "td: led confession before concealment, minus after")
                        .mean())
                .isCloseTo(((.3 + .38) / 2 + .2) / 2, within(1e-12));
        assertThat(mean(all, "td: led confession after KTO, minus after SFT").mean())
                .isCloseTo(-.04, within(1e-12));
    }

    @Test
    void twinsAreMeasuredAgainstTheUntrainedModelOverBehaviours() throws IOException {
        write("base-flattery.json", measured(4, 0, 0, 0));
        write("base-animal-welfare.json", measured(4, 0, 0, 0));
        write(
                "twin-td-1/evaluation-sft.json",
                new Pocket.TwinStrength(Map.of("flattery", shown(6), "animal-welfare", shown(4))));
        SampleMean twin =
                mean(summary("twin-td-sft-1"), "twin-td-sft-1: shows behaviours more than the untrained model");
        assertThat(twin.n()).isEqualTo(2);
        assertThat(twin.mean()).isCloseTo(.025, within(1e-12));
    }

    @Test
    void whatWasNotMeasuredIsNotCounted() {
        assertThat(summary("flattery-td-sft", "twin-td-sft-1").rows()).hasSize(1);
    }
}
