package dev.assay.research;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.journal.AtomicFile;
import dev.assay.stats.Interval;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sprints whose runs are in the ledger already, as after a kill: what is decided, promoted, reported and verified. */
class PromotionTest {
    private static final Map<String, String> TILT = Map.of("tilt", "1");

    @TempDir
    Path temp;

    private Workspace workspace() {
        return Workspace.init(
                temp.resolve("w"), Protocol.of("tiny", Map.of(), List.of()), "assay test", Clock.systemUTC());
    }

    /** A score whose F1 is about 0.5 and rises by a tenth with ten more hits. */
    private static RawScore score(long hits) {
        long[] tp = new long[16];
        long[] miss = new long[16];
        float[] cosines = new float[16];
        Arrays.fill(tp, hits);
        Arrays.fill(miss, 100 - hits);
        Arrays.fill(cosines, 0.7f);
        return new RawScore(640, tp, miss, miss, cosines, 560, true);
    }

    private static void rows(Workspace w, Sprint s, String hash, String stage, int pairs, boolean held, int gain) {
        WorldFamily tiny = WorldFamily.named("tiny");
        List<WorldFamily.Member> members = new ArrayList<>(held ? tiny.heldOut() : tiny.development());
        if (stage.equals(Sprint.LEAVE_ONE_OUT)) members.addAll(tiny.heldOut());
        List<Draw> draws = Draw.of(hash, stage, 0, pairs, members);
        String variant = s.idea().variants().getFirst().name();
        for (int i = 0; i < pairs; i++)
            for (String who : List.of(RunRow.CONTROL, variant)) {
                long hits = 50 + i % 3 + (who.equals(variant) ? gain + i % 2 : 0);
                w.ledger()
                        .append(
                                RunRow.TYPE,
                                new RunRow(
                                        s.folder().name(),
                                        stage,
                                        who,
                                        i,
                                        draws.get(i),
                                        "",
                                        12_800,
                                        12_800,
                                        RunRow.SCORED,
                                        "",
                                        1,
                                        100,
                                        who + i,
                                        who + i,
                                        score(hits),
                                        "e".repeat(64),
                                        "landlock"));
            }
    }

    private static Verdict finish(Workspace w, Sprint s, double floor) {
        try (var harness = new Harness(w, Sandbox.UNSANDBOXED, Evaluator.class, 1, line -> {})) {
            Verdict verdict = s.execute(harness, floor);
            SprintReport.write(w, s.path());
            LedgerEntry head = w.ledger().entries().getLast();
            AtomicFile.write(
                    s.path().resolve(SprintFolder.DONE),
                    dev.assay.journal.CanonicalJson.pretty(Map.of(
                            "ledger-hash", head.hash(),
                            "report-sha256", Hashes.of(s.path().resolve(SprintReport.HTML)))));
            return verdict;
        }
    }

    private static Sprint begin(Workspace w, Idea idea) {
        return Sprint.begin(w, "scripted", Proposal.of(idea, Map.of()), new Memory(w), SprintFolder.newOwner());
    }

    private static String hash(Workspace w) {
        return w.ledger().last(Sprint.PROPOSAL).orElseThrow().hash();
    }

    private Sprint climbed(Workspace w, int held) {
        Sprint s = begin(w, Scripted.idea("tilt", TILT, Map.of()));
        String hash = hash(w);
        rows(w, s, hash, "screen 1", 2, false, 10);
        rows(w, s, hash, "screen 2", 3, false, 10);
        rows(w, s, hash, Sprint.CONFIRMATION, 5, false, 10);
        rows(w, s, hash, Sprint.HELD_OUT, 6, true, held);
        return s;
    }

    @Test
    void whatWinsEverywhereIsTheNewControl() {
        Workspace w = workspace();
        assertThat(finish(w, climbed(w, 8), 0.02)).isEqualTo(Verdict.PROMOTED);
        var memory = new Memory(w);
        assertThat(memory.control()).isEqualTo(TILT);
        assertThat(memory.generation()).isEqualTo(1);
        assertThat(memory.floor()).isNaN();
        assertThat(Verifier.verify(w.folder()).faults()).isEmpty();
        assertThat(SprintFolder.all(w).getFirst().resolve(SprintReport.HTML))
                .content()
                .contains("promoted");
        ofAllSprints(w);
    }

    private void ofAllSprints(Workspace w) {
        var measured = new Measurement.Line("batchtopk", 5, 0.4321, 0.5, 0, 0, 0, 0, new Interval(0, 0));
        w.ledger().append(Measurement.TYPE, Map.of("rows", "measure 0", "lines", List.of(measured)));
        assertThat(Desk.reports(w, temp.resolve("out"))).isEqualTo(1);
        double before = (score(50).f1() + score(51).f1() + score(52).f1()) / 3;
        assertThat(temp.resolve("out/loop.html"))
                .content()
                .contains("1 promotion", "autonomous", "tilt: 1", "batchtopk", "0.432")
                .contains(String.format(Locale.ROOT, "F1 on held-out worlds rose from %.3f to ", before));
        assertThat(temp.resolve("out/loop.pdf")).isNotEmptyFile();
    }

    @Test
    void whatLosesOnHeldOutWorldsIsNotBuiltOn() {
        Workspace w = workspace();
        assertThat(finish(w, climbed(w, -4), 0.02)).isEqualTo(Verdict.KEPT);
        assertThat(new Memory(w).control()).isEmpty();
    }

    @Test
    void anEffectBelowTheFloorIsNotConfirmed() {
        Workspace w = workspace();
        Sprint s = climbed(w, 8);
        rows(w, s, hash(w), Sprint.CONFIRMATION, 10, false, 10);
        assertThat(finish(w, s, 0.5)).isEqualTo(Verdict.NO_EVIDENCE);
    }

    @Test
    void aSprintAgainstAnOldControlPromotesNothing() {
        Workspace w = workspace();
        Sprint late = climbed(w, 8);
        w.ledger()
                .append(
                        Sprint.PROMOTE,
                        Map.of("sprint", "another", "generation", 1, "choices", Map.of("decay", "from the start")));
        assertThat(finish(w, late, 0.02)).isEqualTo(Verdict.KEPT);
        assertThat(new Memory(w).control()).containsOnlyKeys("decay");
    }

    @Test
    void whatIsNotMissedIsRemoved() {
        Workspace w = workspace();
        finish(w, climbed(w, 8), 0.02);
        Idea less = new Idea(
                "without one",
                "without one",
                Sprint.SIMPLIFICATION,
                Idea.Origin.OWN,
                "m",
                "h",
                0.5,
                List.of(new Idea.Variant("without tilt", Map.of())));
        Sprint s = begin(w, less);
        rows(w, s, hash(w), Sprint.LEAVE_ONE_OUT, 10, false, 0);
        assertThat(finish(w, s, 0.02)).isEqualTo(Verdict.SIMPLER);
        assertThat(new Memory(w).control()).isEmpty();
        assertThat(Verifier.verify(w.folder()).faults()).isEmpty();
    }
}
