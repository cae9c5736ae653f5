package dev.assay.research;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.assay.journal.CanonicalJson;
import dev.assay.stats.SplitRandom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Programs that have ideas, and such that do other things. */
@EnabledOnOs(OS.LINUX)
class CommandResearcherTest {
    private static final String IDEA = """
            {"title": "tilt", "origin": "own", "motivation": "To see.", "hypothesis": "F1 rises.", "probability": 0.1,
             "variants": [{"name": "a", "set": [{"slot": "tilt", "value": "1"}]}, {"name": "b", "code": "b"}]}
            """;

    @TempDir
    Path temp;

    private Workspace w;

    @BeforeEach
    void open() {
        w = Candidates.workspace(temp.resolve("w"), "tiny");
    }

    private Proposal run(Sandbox sandbox, int seconds, List<Path> writable, String script) throws IOException {
        Path file = temp.resolve("agent.sh");
        Files.writeString(file, script);
        var who = new Who.Command("sh " + file, Duration.ofSeconds(seconds), writable);
        return Loop.researcher(w, who, Evaluator.class, sandbox, line -> {})
                .propose(new Memory(w), SplitRandom.of(1))
                .orElseThrow();
    }

    private static String leaves(String name, String text) {
        return "cat > " + name + " <<'END'\n" + text + "\nEND\n";
    }

    private static String goodIdea() {
        return leaves("proposal.json", IDEA) + "mkdir -p b\n"
                + leaves("b/Candidate.java", Candidates.otherSeed().get("Candidate.java"));
    }

    private Path session() {
        return w.folder().resolve("sessions").resolve(name());
    }

    private String name() {
        LedgerEntry entry = w.ledger().last(Session.TYPE).orElseThrow();
        return "%06d-command".formatted(entry.seq());
    }

    @Test
    void itReadsWhatItIsGivenMendsOnceAndProposesRecipesAndCode() throws IOException {
        Desk.hint(w, "try the tilt");
        Proposal p = run(LlmStage.SANDBOX, 60, List.of(), """
                cat "$ASSAY_GIVEN"/TASK.md "$ASSAY_GIVEN"/grammar.json "$ASSAY_GIVEN"/EXTENSION-POINT.md > seen.txt || exit 1
                if [ ! -e "$ASSAY_GIVEN/PROBLEM.md" ]; then echo '{"title": "x"}' > proposal.json; exit 0; fi
                cp "$ASSAY_GIVEN/PROBLEM.md" problem.txt
                """ + goodIdea());
        assertThat(p.idea().key()).matches("code [0-9a-f]{8} \\+ tilt");
        assertThat(p.idea().variants().getFirst().choices()).isEqualTo(Map.of("tilt", "1"));
        assertThat(p.idea().variants().getLast().sources()).containsOnlyKeys("Candidate.java");
        assertThat(p.asked()).containsEntry("starts", 2);
        assertThat(session().resolve("proposal/problem.txt")).content().contains("hypothesis");
        assertThat(session().resolve("proposal/seen.txt")).content().contains("# Task", "\"tilt\"", "Candidate");
        assertThat(CanonicalJson.parse(Files.readAllBytes(session().resolve("given/ledger.json")))
                        .path("hints")
                        .toString())
                .contains("try the tilt");
        Sprint sprint = Sprint.claim(w, "command", p, "a").orElseThrow();
        assertThat(sprint.path().resolve("README.md")).content().contains("Proposed in the session " + name());
    }

    @ParameterizedTest
    @EnumSource(names = {"LANDLOCK", "BUBBLEWRAP", "UNSHARE"})
    void itCanNotWriteOutsideOfItsFolderButWhereItWasAllowedTo(Sandbox sandbox) throws IOException {
        assumeTrue(sandbox.holds());
        Path allowed = Files.createDirectories(temp.resolve("allowed"));
        Path task = w.folder().resolve(Workspace.TASK);
        String before = Files.readString(task);
        Proposal p = run(
                sandbox,
                60,
                List.of(allowed),
                "echo mine > " + task + "\necho mine > " + temp.resolve("outside") + "\necho mine > "
                        + allowed.resolve("settings") + "\n" + goodIdea());
        assertThat(p.idea().title()).isEqualTo("tilt");
        assertThat(task).hasContent(before);
        assertThat(temp.resolve("outside")).doesNotExist();
        assertThat(allowed.resolve("settings")).hasContent("mine");
    }

    @Test
    void withoutASandboxWhatItChangedIsFoundAndItsIdeaNotTaken() {
        assertThatThrownBy(() -> run(
                        Sandbox.UNSANDBOXED,
                        60,
                        List.of(),
                        "echo mine >> " + w.folder().resolve(Workspace.TASK) + "\n" + goodIdea()))
                .isInstanceOf(NoProposal.class)
                .hasMessageContaining("TASK.md, outside of its folder, changed");
        assertThatThrownBy(() -> run(
                        Sandbox.UNSANDBOXED,
                        60,
                        List.of(),
                        "echo {} >> " + w.folder().resolve(Ledger.FILE) + "\n" + goodIdea()))
                .isInstanceOf(NoProposal.class)
                .hasMessageContaining(Ledger.FILE);
    }

    @Test
    void oneThatNeverStopsIsStoppedWithAllThatItStarted() throws IOException {
        assertThatThrownBy(() -> run(LlmStage.SANDBOX, 2, List.of(), """
                (setsid sh -c 'echo $$ > stray; exec sleep 600' &) &
                while true; do sleep 1; done
                """))
                .isInstanceOf(NoProposal.class)
                .hasMessageContaining("ran longer than 2 seconds");
        assertThat(running(Files.readString(session().resolve("proposal/stray")).strip()))
                .isFalse();
    }

    /** Neither gone nor dead and waiting to be buried. */
    private static boolean running(String pid) {
        try {
            return !Files.readString(Path.of("/proc", pid, "status")).contains("State:\tZ");
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void whatItLeavesIsReadWithoutFollowingLinks() {
        Path secret = temp.resolve("secret.json");
        assertThatThrownBy(() -> run(
                        LlmStage.SANDBOX, 60, List.of(), leaves("x", IDEA) + "ln -s " + secret + " proposal.json\n"))
                .isInstanceOf(NoProposal.class)
                .hasMessageContaining("proposal.json is not there");
        assertThatThrownBy(() -> run(
                        LlmStage.SANDBOX,
                        60,
                        List.of(),
                        leaves("proposal.json", IDEA.replace("\"b\"}", "\"../../../..\"}"))))
                .isInstanceOf(NoProposal.class)
                .hasMessageContaining("there is no folder");
    }

    @Test
    void aProgramThatFailsIsSkippedByTheLoopWithItsReason() throws IOException {
        w.ledger().append(Sprint.FLOOR, Map.of("generation", 0, "floor", 0.01));
        var options = new Loop.Options(Duration.ofHours(1), 1, 1, 1, false);
        var who = new Who.Command("exit 3", Duration.ofSeconds(60), List.of());
        var researcher = Loop.researcher(w, who, Evaluator.class, Sandbox.UNSANDBOXED, line -> {});
        assertThatThrownBy(
                        () -> new Loop(w, researcher, options, Evaluator.class, Sandbox.UNSANDBOXED, line -> {}).run())
                .hasMessageContaining("3 times in a row");
        assertThat(w.ledger().entries(Session.SKIPPED))
                .hasSize(3)
                .allSatisfy(e -> assertThat(e.body().path("reason").asText()).contains("proposal.json is not there"));
    }
}
