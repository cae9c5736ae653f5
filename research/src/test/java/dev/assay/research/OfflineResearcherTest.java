package dev.assay.research;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.assay.stats.SplitRandom;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is proposed, from ledgers written by hand. */
class OfflineResearcherTest {
    @TempDir
    Path temp;

    private Workspace workspace(List<String> without) {
        return Workspace.init(
                temp.resolve("w"), Protocol.of("small", Map.of(), without), "assay test", Clock.systemUTC());
    }

    private static Idea next(Workspace w) {
        return next(w, new OfflineResearcher());
    }

    private static Idea next(Workspace w, Researcher who) {
        var memory = new Memory(w);
        Proposal proposal =
                who.propose(memory, SplitRandom.of(3).split(memory.begun())).orElseThrow();
        return Sprint.claim(w, who.name(), proposal, SprintFolder.newOwner())
                .orElseThrow()
                .idea();
    }

    /** Ends the sprint that was begun last. */
    private static void end(Workspace w, Verdict verdict, double gain) {
        LedgerEntry proposal = w.ledger().last(Sprint.PROPOSAL).orElseThrow();
        var choices = proposal.body().path("idea").path("variants").get(0).path("choices");
        String sprint = proposal.body().path("sprint").asText();
        w.ledger()
                .append(
                        Sprint.VERDICT,
                        Map.of(
                                "sprint",
                                sprint,
                                "verdict",
                                verdict.words(),
                                "gain",
                                gain,
                                "pairs",
                                3,
                                "stage",
                                "screen 2",
                                "choices",
                                choices));
        if (verdict == Verdict.PROMOTED)
            w.ledger().append(Sprint.PROMOTE, Map.of("sprint", sprint, "generation", 1, "choices", choices));
    }

    @Test
    void goesThroughTheGrammarAndOneOfFourComesFromAnotherFamily() {
        Workspace w = workspace(List.of());
        List<String> families = new ArrayList<>();
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < 12; i++) {
            Idea idea = next(w);
            families.add(idea.family());
            keys.add(idea.key());
            assertThat(idea.variants()).hasSizeBetween(1, 8);
            assertThat(idea.probability()).isBetween(0.01, 0.9);
            assertThat(idea.motivation()).contains("sprint");
            end(w, i == 2 ? Verdict.PROMOTED : Verdict.NO_EVIDENCE, i == 2 ? 0.08 : -0.01);
        }
        assertThat(keys.size()).isGreaterThan(8);
        for (int i = 3; i < families.size(); i += 4)
            assertThat(families.subList(i - 3, i)).doesNotContain(families.get(i));
    }

    @Test
    void buildsOnWhatWasPromotedAndSaysWhatItKnows() {
        Workspace w = workspace(List.of());
        next(w);
        end(w, Verdict.PROMOTED, 0.1);
        Map<String, String> control = new Memory(w).control();
        Idea second = next(w);
        assertThat(second.variants()).allSatisfy(v -> assertThat(v.choices()).isNotEqualTo(control));
        end(w, Verdict.NO_EVIDENCE, 0.004);
        assertThat(Summary.of(w).builds()).isPresent();
        assertThat(Summary.of(w).brier()).containsKey("offline");
    }

    @Test
    void whatAKeptChangeHasShutOutIsTriedFromTheControlBeforeIt() {
        Workspace w = workspace(List.of());
        w.ledger().append("hint", Map.of("text", "try the decay"));
        next(w);
        end(w, Verdict.PROMOTED, 0.1);
        Map<String, String> before = new Memory(w).control();
        w.ledger().append("hint", Map.of("text", "try another architecture"));
        next(w);
        end(w, Verdict.PROMOTED, 0.1);
        Map<String, String> control = new Memory(w).control();
        Map<String, Idea> ideas = new HashMap<>();
        while (new OfflineResearcher().propose(new Memory(w), SplitRandom.of(3)).isPresent()) {
            Idea idea = next(w);
            ideas.merge(idea.key(), idea, (a, b) -> idea.key().contains(" on control ") ? fail(idea.key()) : b);
            end(w, Verdict.NO_EVIDENCE, -0.01);
        }
        Idea refinement = ideas.get("refinement on control 1");
        assertThat(refinement.variants())
                .hasSize(7)
                .allSatisfy(v -> assertThat(v.choices())
                        .containsAllEntriesOf(before)
                        .containsKey("refinement")
                        .doesNotContainKey("architecture"));
        assertThat(refinement.motivation()).contains("shut this out", "decay");
        assertThat(ideas).as("it applies still").doesNotContainKey("warm-up on control 1");
        assertThat(new Memory(w).controls()).containsExactly(Map.of(), before, control);
    }

    @Test
    void aSlotOfWhichAllIsKeptDoesNotEndTheSearch() {
        Workspace w = workspace(List.of());
        w.ledger().append("hint", Map.of("text", "try the centred-target"));
        assertThat(next(w).variants()).hasSize(1);
        end(w, Verdict.PROMOTED, 0.1);
        Set<String> keys = new HashSet<>();
        while (new OfflineResearcher().propose(new Memory(w), SplitRandom.of(3)).isPresent()) {
            keys.add(next(w).key());
            end(w, Verdict.NO_EVIDENCE, -0.01);
        }
        Memory memory = new Memory(w);
        assertThat(keys)
                .containsAll(memory.grammar().open().stream()
                        .filter(s -> memory.grammar().applies(s, memory.control()))
                        .map(Slot::id)
                        .filter(id -> !id.equals("centred-target"))
                        .toList());
    }

    @Test
    void aHintIsTakenAndWhatIsForbiddenIsNot() throws Exception {
        Workspace w = workspace(List.of("refinement"));
        w.ledger().append("hint", Map.of("text", "try the tilt"));
        Files.writeString(w.folder().resolve("TASK.md"), w.task() + "- not: nested dictionaries\n");
        Idea first = next(w);
        assertThat(first.key()).isEqualTo("tilt");
        assertThat(first.origin()).isEqualTo(Idea.Origin.HUMAN_HINT);
        end(w, Verdict.NO_EVIDENCE, 0);
        for (int i = 0; i < 10; i++) {
            assertThat(next(w).key()).isNotEqualTo("refinement").doesNotContain("levels");
            end(w, Verdict.NO_EVIDENCE, 0);
        }
    }

    @Test
    void anIdeaThatSomebodyIsAtIsNotTakenAgain() {
        Workspace w = workspace(List.of());
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < 8; i++) keys.add(next(w).key());
        assertThat(keys).hasSize(8);
    }

    @Test
    void randomSearchHasTheSameFormAndNoMemory() {
        Workspace w = workspace(List.of("levels"));
        Idea idea = next(w, new RandomResearcher());
        assertThat(idea.variants())
                .hasSize(8)
                .allSatisfy(v -> assertThat(v.choices()).doesNotContainKey("levels"));
    }
}
