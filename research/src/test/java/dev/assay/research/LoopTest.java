package dev.assay.research;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.pdfbox.Loader;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Whole sprints on worlds of a second: each ends with the right verdict, and the loop goes on. */
@EnabledOnOs(OS.LINUX)
class LoopTest {
    @TempDir
    Path temp;

    private static Loop loop(Workspace w, Researcher who, int sprints, Class<?> evaluator) {
        var options = new Loop.Options(Duration.ofHours(1), sprints, 1, 2, false);
        return new Loop(w, who, options, evaluator, Sandbox.detect(), line -> {});
    }

    @Test
    void deadCodeNeverRanWritersAreVoidAndAllIsVerified() throws IOException {
        Workspace w = Candidates.workspace(temp.resolve("w"), "tiny");
        var ideas = List.of(
                Scripted.idea("dead branch", Map.of(), Candidates.deadBranch()),
                Scripted.idea("writes", Map.of(), Candidates.writes(w.folder().resolve("TASK.md"))),
                Scripted.idea("another seed", Map.of(), Candidates.otherSeed()));
        String task = Files.readString(w.folder().resolve("TASK.md"));
        loop(w, new Scripted(ideas), 9, Evaluator.class).run();
        assertThat(new Memory(w).past())
                .extracting(Memory.Past::verdict)
                .startsWith(Verdict.NEVER_RAN, Verdict.VOID)
                .last()
                .isIn(Verdict.NO_EVIDENCE, Verdict.REFUTED);
        assertThat(w.folder().resolve("TASK.md")).hasContent(task);
        assertThat(SprintFolder.all(w)).hasSize(3).allMatch(SprintFolder::done);
        Path first = SprintFolder.all(w).getFirst();
        assertThat(first.resolve("report.html")).content().contains("never ran").doesNotContain("refuted");
        try (var pdf = Loader.loadPDF(Files.readAllBytes(first.resolve("report.pdf")))) {
            assertThat(pdf.getNumberOfPages()).isPositive();
        }
        Verifier.Result result = Verifier.verify(w.folder());
        assertThat(result.faults()).isEmpty();
        assertThat(result.reports()).isEqualTo(3);
        assertThat(result.numbers()).isGreaterThan(20);
        forge(w);
        assertThat(Verifier.verify(w.folder()).faults())
                .anyMatch(f -> f.contains("numbers.json") || f.contains("gain"));
    }

    /** A report that says more than its rows. */
    private static void forge(Workspace w) throws IOException {
        Path numbers = SprintFolder.all(w).getLast().resolve("data/numbers.json");
        String text = Files.readString(numbers);
        Files.writeString(numbers, text.replaceFirst("(/gain\" : )-?[0-9.E-]+", "$10.3"));
    }

    @Test
    void anEvaluatorWithABugIsFoundAndTheLoopGoesOn() {
        Workspace w = Candidates.workspace(temp.resolve("w"), "tiny");
        var ideas = List.of(Scripted.idea("a", Map.of("tilt", "1"), Map.of()));
        loop(w, new Scripted(ideas), 1, BuggyEvaluator.class).run();
        assertThat(new Memory(w).past()).extracting(Memory.Past::verdict).containsExactly(Verdict.VOID);
        assertThat(w.ledger().entries(RunRow.TYPE))
                .isNotEmpty()
                .allSatisfy(e -> assertThat(e.body().path("reason").asText()).contains("evaluator is wrong"));
        String honest = CodeHash.of(Evaluator.class);
        assertThat(w.ledger()
                        .entries(RunRow.TYPE)
                        .getFirst()
                        .body()
                        .path("evaluator")
                        .asText())
                .isNotEqualTo(honest);
    }

    @Test
    @Tag("soak")
    void twoLoopsInOneWorkspaceDoNoSprintTwice() throws InterruptedException {
        Workspace w = Candidates.workspace(temp.resolve("w"), "tiny");
        List<Thread> loops = Stream.of(1, 2)
                .map(i -> {
                    Workspace own = Workspace.open(w.folder(), Clock.systemUTC());
                    var options = new Loop.Options(Duration.ofHours(1), 2, 1, 1, false);
                    return Thread.ofPlatform()
                            .start(() -> new Loop(
                                            own,
                                            new OfflineResearcher(),
                                            options,
                                            Evaluator.class,
                                            Sandbox.detect(),
                                            line -> {})
                                    .run());
                })
                .toList();
        for (Thread t : loops) t.join();
        assertThat(new Memory(w).past()).hasSize(4).extracting(Memory.Past::key).doesNotHaveDuplicates();
        assertThat(SprintFolder.all(w)).hasSize(4).allMatch(SprintFolder::done);
        assertThat(Verifier.verify(w.folder()).faults()).isEmpty();
    }

    @Test
    @Tag("soak")
    void nothingIsFoundInNoise() {
        Workspace w = Candidates.workspace(temp.resolve("w"), "noise");
        var ideas = List.of(Scripted.idea("decay", Map.of("decay", "from the start"), Map.of()));
        loop(w, new Scripted(ideas), 1, Evaluator.class).run();
        assertThat(new Memory(w).past())
                .singleElement()
                .extracting(Memory.Past::verdict)
                .isNotIn(Verdict.PROMOTED, Verdict.KEPT, Verdict.NEVER_RAN);
    }
}
