package dev.assay.research;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.stats.SplitRandom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of proposals when others work meanwhile, and the example that researchers are given. */
class ProposalTest {
    @TempDir
    Path temp;

    private static Idea idea(Idea.Variant... variants) {
        return new Idea("k", "k", "f", Idea.Origin.OWN, "m", "h", 0.5, List.of(variants));
    }

    @Test
    void changesAreMovedOntoANewControl() {
        var grammar = new Grammar(Protocol.of("small", Map.of(), List.of()));
        Map<String, String> before = Map.of("tilt", "1", "decay", "from the start");
        Map<String, String> now = Map.of("tilt", "0.2", "decay", "from the start", "aux", "on the whole residual");
        Idea moved = idea(
                        new Idea.Variant("set", Map.of("tilt", "0.002", "decay", "from the start")),
                        new Idea.Variant("unset", Map.of("tilt", "1")),
                        new Idea.Variant("there already", Map.of("tilt", "0.2", "decay", "from the start")))
                .onto(grammar, before, now)
                .orElseThrow();
        assertThat(moved.variants())
                .extracting(Idea.Variant::choices)
                .containsExactly(
                        Map.of("tilt", "0.002", "decay", "from the start", "aux", "on the whole residual"),
                        Map.of("tilt", "0.2", "aux", "on the whole residual"));
        var last = idea(new Idea.Variant("there already", Map.of("tilt", "0.2", "decay", "from the start")));
        assertThat(last.onto(grammar, before, now)).isEmpty();
        assertThat(last.onto(grammar, before, before)).contains(last);
    }

    @Test
    void aSprintThatAnotherLoopEndsMeanwhileIsNoChange() throws IOException {
        Workspace w = Candidates.workspace(temp.resolve("w"), "tiny");
        SprintFolder done = SprintFolder.create(w, "one", "# one", "a");
        done.finish(Map.of());
        SprintFolder other = SprintFolder.create(w, "two", "# two", "b");
        Outside before = Outside.of(w, temp.resolve("mine"));
        other.finish(Map.of());
        Desk.hint(w, "something");
        assertThat(before.changed()).isEmpty();
        Files.writeString(done.folder().resolve("new"), "x");
        assertThat(before.changed()).hasValueSatisfying(c -> assertThat(c).endsWith("--one"));
    }

    @Test
    void theExampleOfTheExtensionPointCompiles() {
        var code = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Briefing.text("extension-point"));
        assertThat(code.find()).isTrue();
        assertThat(SourceCode.compile(Map.of("Candidate.java", code.group(1)), temp.resolve("out")))
                .isInstanceOf(TrainingCode.class);
    }

    @Test
    void everyToolThatTheRulesNameIsThere() {
        Workspace w = Candidates.workspace(temp.resolve("w"), "tiny");
        var settings = Map.<String, Object>of();
        try (Session session = Session.open(w, "llm", settings, SplitRandom.of(1));
                var journal = Journal.open(temp.resolve("j"), Manifest.ofCache("answers"))) {
            var lab = new Laboratory(w, Sandbox.UNSANDBOXED, Evaluator.class, line -> {});
            var tools = new LlmTools(session, lab, Optional.empty(), Who.Limits.STANDARD, new Memo(journal));
            List<String> named = Pattern.compile("`([a-z]+_?[a-z_]*)`")
                    .matcher(Briefing.text("rules"))
                    .results()
                    .map(m -> m.group(1))
                    .filter(n -> !Arrays.asList("set", "unset", "files").contains(n))
                    .distinct()
                    .toList();
            assertThat(tools.specs()).extracting(s -> s.name()).containsAll(named);
            assertThat(named).contains("propose", "run_experiment");
        }
    }
}
