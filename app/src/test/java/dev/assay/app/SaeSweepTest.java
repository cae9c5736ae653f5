package dev.assay.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.journal.Journal;
import dev.assay.sae.Recipe;
import dev.assay.sae.Recipes;
import dev.assay.sae.SaeSuite;
import dev.assay.sae.SaeSuites;
import dev.assay.world.Presets;
import dev.assay.world.World;
import dev.assay.world.WorldFolder;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sweeps of a second on a world of a handful of features. */
class SaeSweepTest {
    private static final SaeSuite SUITE = SaeSuites.of("tiny", """
            about: three of a kind
            recipe: batchtopk
            set: {latents: 12, k: 3, training: {samples: 1280, batch: 128, learning-rate: 0.003, dead-window: 4}}
            base: plain
            rows:
              - {name: plain}
              - {name: levels, recipe: matryoshka, set: {levels.widths: [4]}, claim: {says: levels help, f1: up}}
              - {name: same as plain, note: one run folder for both}
              - {name: pursuit, recipe: matching-pursuit, set: {k: null, iterations: 3}}
            """);

    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    @BeforeAll
    static void world() {
        var config = Presets.named("small")
                .config()
                .change()
                .numFeatures(24)
                .hiddenDim(16)
                .noTrees()
                .noCorrelation()
                .noOrthogonalization()
                .build();
        try (World world = World.build(config, (step, steps, loss) -> {})) {
            WorldFolder.write(shared.resolve("world"), world);
        }
    }

    @Test
    void severalRunsAtOnceGiveWhatOneAfterAnotherGives() {
        List<SaeResult> serial = sweep("serial", 1, 2, new ArrayList<>());
        List<SaeResult> atOnce = sweep("at-once", 3, 2, new ArrayList<>());
        assertThat(serial).hasSize(8);
        for (int i = 0; i < serial.size(); i++) {
            assertThat(atOnce.get(i).seed()).isEqualTo(serial.get(i).seed()).isEqualTo(1 + i / 4);
            assertThat(atOnce.get(i).label()).isEqualTo(serial.get(i).label());
            assertThat(atOnce.get(i).training()).isEqualTo(serial.get(i).training());
            assertThat(atOnce.get(i).inference()).isEqualTo(serial.get(i).inference());
        }
        assertThat(serial.get(0).training())
                .isEqualTo(serial.get(2).training())
                .isNotEqualTo(serial.get(1).training());
    }

    @Test
    void theFirstSeedHasAllRowsBeforeTheSecondBeginsAndWhatHasEndedIsNotRunAgain() throws Exception {
        List<Map<SaeJob, SaeResult>> looks = new ArrayList<>();
        List<SaeResult> results = sweep("runs", 2, 2, looks);
        assertThat(looks).singleElement().satisfies(look -> {
            assertThat(look).hasSize(4);
            assertThat(look.keySet()).allMatch(j -> j.seed() == 1);
        });
        Map<Path, byte[]> before = new HashMap<>();
        for (SaeResult r : results) {
            Path journal = Path.of(r.folder(), Journal.FILE);
            before.put(journal, Files.readAllBytes(journal));
        }
        assertThat(before).hasSize(6);
        List<SaeResult> again = sweep("runs", 1, 2, looks);
        assertThat(again).isEqualTo(results);
        for (Map.Entry<Path, byte[]> file : before.entrySet())
            assertThat(Files.readAllBytes(file.getKey())).isEqualTo(file.getValue());
        assertThat(log.toString(StandardCharsets.UTF_8)).contains("6 of 6 runs");
    }

    @Test
    void aRunKeepsItsLatentsAndItsScores() {
        SaeResult result = sweep("runs", 1, 1, new ArrayList<>()).getFirst();
        Path run = Path.of(result.folder());
        SaeLatents latents = SaeLatents.read(run).orElseThrow();
        double mean = IntStream.range(0, 12).mapToDouble(latents::f1).average().orElseThrow();
        assertThat(mean).isCloseTo(result.training().getOrDefault("f1", 0.0), within(1e-12));
        assertThat(latents.samples()).isEqualTo(256);
        for (int i = 0; i < latents.map().latents().length; i++) {
            int l = latents.map().latents()[i];
            assertThat(latents.map().features()[i]).isEqualTo(latents.feature()[l]);
            assertThat(latents.map().cosines()[i][i]).isCloseTo(latents.cosine()[l], within(1.01e-4));
            if (i > 0)
                assertThat(latents.frequency(l))
                        .isLessThanOrEqualTo(latents.frequency(latents.map().latents()[i - 1]));
        }
        List<SaePoint> points = SaeRuns.points(run);
        assertThat(points).hasSize(10);
        assertThat(points.getLast().samples()).isEqualTo(1280);
        assertThat(points.getLast().error()).isPositive();
    }

    @Test
    void theResultAsJsonHasEveryScoreInBothForms() throws Exception {
        List<SaeResult> results = sweep("runs", 1, 1, new ArrayList<>());
        for (SaeResult result : List.of(results.get(0), results.get(3))) {
            JsonNode json = new ObjectMapper().valueToTree(result.json());
            for (String score : List.of("f1", "mcc", "ev", "l0", "uniqueness", "dead", "precision", "recall"))
                for (String form : List.of("training", "inference"))
                    assertThat(json.path(score).path(form).isNumber())
                            .as(score + " " + form)
                            .isTrue();
            for (String field : List.of("samples-per-second", "samples", "seed"))
                assertThat(json.path(field).isNumber()).as(field).isTrue();
        }
        // pursuit has no threshold or batch to differ by: the form that is used computes what was trained
        assertThat(results.get(3).inference().get("l0"))
                .isEqualTo(results.get(3).training().get("l0"));
    }

    @Test
    void finishedFoldersAreComparedByWhatTheyRan() throws Exception {
        List<Path> folders = sweep("runs", 1, 2, new ArrayList<>()).stream()
                .map(r -> Path.of(r.folder()))
                .distinct()
                .toList();
        SaeComparison comparison = SaeFolders.comparison(folders);
        assertThat(comparison.lines())
                .extracting(l -> l.row().name())
                .containsExactly("batchtopk", "matryoshka", "matching-pursuit");
        assertThat(comparison.lines()).allMatch(l -> l.row().runs().size() == 2);
        SaeReport.write(comparison, folder.resolve("page"));
        String html = Files.readString(folder.resolve("page").resolve(SaeReport.FILE));
        assertThat(html)
                .contains("Few seeds", "Difference in F1, paired by seed", "F1 over training", "MCC over training")
                .contains("F1 against L0", "matryoshka (anecdote)", "band", "class=\"heat\"", "without the diagonal")
                .doesNotContain("NaN");
    }

    private List<SaeResult> sweep(String runs, int parallel, int seeds, List<Map<SaeJob, SaeResult>> looks) {
        var progress = new ConsoleProgress(new PrintStream(log, true, StandardCharsets.UTF_8), false);
        var saeRuns = new SaeRuns(new Worlds(new Home(folder.resolve("home")), progress), progress);
        List<SaeJob> jobs = new ArrayList<>();
        for (long seed = 1; seed <= seeds; seed++)
            for (SaeSuite.Row row : SUITE.rows()) {
                Recipe recipe = Recipes.load(row.recipe(), Recipes.Protocol.FULL, row.set());
                SaeJob job = SaeJob.of(
                        row.name(), new WorldGround(shared.resolve("world").toString()), recipe, seed, 256, 1);
                jobs.add(job.in(folder.resolve(runs).resolve(job.folder().getFileName())));
            }
        return new SaeSweep(saeRuns, progress, parallel).run(jobs, looks::add);
    }
}
