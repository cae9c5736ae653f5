package dev.assay.research;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Candidates that cheat, break or do nothing: what the harness makes of each, in one stage. */
@EnabledOnOs(OS.LINUX)
class HarnessTest {
    @TempDir
    Path temp;

    @Test
    void everyCandidateGetsWhatItDeserves() {
        Workspace w = Candidates.workspace(temp.resolve("w"), "tiny");
        Path outside = temp.resolve("outside.txt");
        List<Stage.Entrant> entrants = new ArrayList<>(List.of(Stage.Entrant.control(Map.of())));
        entrants.add(new Stage.Entrant("tilt", Map.of("tilt", "1"), Map.of()));
        entrants.add(new Stage.Entrant("dead branch", Map.of(), Candidates.deadBranch()));
        entrants.add(new Stage.Entrant("writes", Map.of(), Candidates.writes(outside)));
        entrants.add(new Stage.Entrant("allocates", Map.of(), Candidates.allocates()));
        entrants.add(new Stage.Entrant("not a number", Map.of(), Candidates.notANumber()));
        entrants.add(new Stage.Entrant("more samples", Map.of(), Candidates.moreSamples()));
        entrants.add(new Stage.Entrant("no Java", Map.of(), Candidates.doesNotCompile()));
        List<Draw> draws =
                Draw.of("ab".repeat(32), "test", 0, 1, WorldFamily.named("tiny").development());
        Path folder = w.sprints().resolve("test");
        try (var harness = new Harness(w, Sandbox.detect(), Evaluator.class, 2, line -> {})) {
            assertThat(harness.sandbox()).isNotEqualTo(Sandbox.UNSANDBOXED);
            List<RunRow> rows = harness.run(new Stage("test", folder, "test", 1, 0, draws, entrants));
            assertThat(rows).hasSize(entrants.size());
            RunRow control = row(rows, "control");
            assertThat(control.reason()).isEmpty();
            assertThat(control.served()).isEqualTo(w.protocol().samples());
            assertThat(control.score().f1()).isGreaterThan(0.2);
            assertThat(control.score().l0()).isCloseTo(2.5, within(1.0));
            var evidence = new Evidence(rows, List.of("tilt", "dead branch"));
            assertThat(row(rows, "tilt").scored()).isTrue();
            assertThat(evidence.active("tilt")).isTrue();
            assertThat(row(rows, "dead branch").scored()).isTrue();
            assertThat(evidence.active("dead branch")).isFalse();
            assertThat(outside).doesNotExist();
            isVoid(row(rows, "writes"), "outside.txt");
            isVoid(row(rows, "allocates"), "heap");
            isVoid(row(rows, "not a number"), "not finite");
            isVoid(row(rows, "more samples"), "more than the 12800 samples");
            isVoid(row(rows, "no Java"), "does not compile");
            assertThat(harness.run(new Stage("test", folder, "test", 1, 0, draws, entrants)))
                    .hasSameSizeAs(rows);
        }
        assertThat(w.ledger().entries(RunRow.TYPE)).hasSize(entrants.size());
    }

    @Test
    void recipesThatShareAProcessComeToTheSameAsAlone() {
        Workspace w = Candidates.workspace(temp.resolve("w"), "tiny");
        List<Stage.Entrant> entrants = List.of(
                Stage.Entrant.control(Map.of()),
                new Stage.Entrant("tilt", Map.of("tilt", "1"), Map.of()),
                new Stage.Entrant("decay", Map.of("decay", "from the start"), Map.of()));
        List<Draw> draws =
                Draw.of("ab".repeat(32), "test", 0, 2, WorldFamily.named("tiny").development());
        List<String> said = new ArrayList<>();
        try (var harness = new Harness(w, Sandbox.detect(), Evaluator.class, 1, said::add)) {
            List<RunRow> together =
                    harness.run(new Stage("together", temp.resolve("together"), "test", 1, 0, draws, entrants));
            assertThat(said).singleElement().asString().startsWith("test: control and 2 others, 6 runs");
            assertThat(together)
                    .extracting(RunRow::entrant)
                    .containsExactly("control", "control", "tilt", "tilt", "decay", "decay");
            for (Stage.Entrant e : entrants) {
                List<RunRow> alone =
                        harness.run(new Stage(e.name(), temp.resolve(e.name()), "test", 1, 0, draws, List.of(e)));
                for (RunRow r : alone)
                    assertThat(together).anySatisfy(t -> {
                        assertThat(t.is("together", "test", e.name(), r.pair())).isTrue();
                        assertThat(List.of(t.weights(), t.losses())).isEqualTo(List.of(r.weights(), r.losses()));
                        assertThat(t.score().f1()).isEqualTo(r.score().f1());
                        assertThat(t.served()).isEqualTo(r.served());
                    });
            }
        }
        assertThat(temp.resolve("together/work/test-0")).doesNotExist();
    }

    private static TrainingJob job(String recipe, Map<String, String> sources) {
        return new TrainingJob(sources, List.of(new TrainingJob.Run(recipe, 1)));
    }

    private static RunRow row(List<RunRow> rows, String entrant) {
        return rows.stream()
                .filter(r -> r.entrant().equals(entrant))
                .findFirst()
                .orElseThrow();
    }

    private static void isVoid(RunRow row, String why) {
        assertThat(row.outcome()).as(row.entrant()).isEqualTo(RunRow.VOID);
        assertThat(row.reason()).as(row.entrant()).contains(why);
    }

    @Test
    void whatNeverStopsIsStoppedAndWhatEatsMemoryToo() {
        Workspace w = Candidates.workspace(temp.resolve("w"), "tiny");
        List<Draw> draws =
                Draw.of("cd".repeat(32), "test", 0, 1, WorldFamily.named("tiny").development());
        String recipe = new Grammar(w.protocol()).text(Map.of());
        try (var worlds = new WorldPool(WorldFamily.named("tiny"))) {
            var never = new TrainingProcess(Sandbox.detect(), new Protocol.Limits(4, 256, 900, 64), worlds)
                    .run(temp.resolve("a"), job(recipe, Candidates.neverStops()), draws, 100);
            assertThat(never.failure()).hasValueSatisfying(f -> assertThat(f).contains("longer than 4 seconds"));
            var eats = new TrainingProcess(Sandbox.detect(), new Protocol.Limits(100, 256, 500, 64), worlds)
                    .run(temp.resolve("b"), job(recipe, Candidates.allocatesOutsideOfTheHeap()), draws, 100);
            assertThat(eats.failure()).hasValueSatisfying(f -> assertThat(f).contains("more than 500 MB"));
        }
    }

    @Test
    void withoutASandboxCodeIsRefused() {
        Workspace w = Candidates.workspace(temp.resolve("w"), "tiny");
        String recipe = new Grammar(w.protocol()).text(Map.of());
        List<Draw> draws =
                Draw.of("ef".repeat(32), "test", 0, 1, WorldFamily.named("tiny").development());
        try (var worlds = new WorldPool(WorldFamily.named("tiny"))) {
            var outcome = new TrainingProcess(Sandbox.UNSANDBOXED, w.protocol().limits(), worlds)
                    .run(temp.resolve("a"), job(recipe, Candidates.deadBranch()), draws, 100);
            assertThat(outcome.failure()).hasValueSatisfying(f -> assertThat(f).contains("refused"));
        }
        assertThat(temp.resolve("a")).doesNotExist();
    }

    @Test
    void aSandboxIsBelievedOnlyWhenItHolds() throws Exception {
        assertThat(Sandbox.LANDLOCK.holds()).isEqualTo(Native.landlockVersion() > 0);
        assertThat(Files.exists(Path.of("/usr/bin/bwrap")) || !Sandbox.BUBBLEWRAP.holds())
                .isTrue();
    }
}
