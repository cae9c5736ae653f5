package dev.assay.audit.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.audit.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class RunComparisonTest {
    private static RunFolder.Run run(String target, int number, Verdict verdict, int tokens) {
        return new RunFolder.Run(
                "contrast " + target + " twin chat 1.0 " + tokens + " - " + number,
                1,
                SuiteStage.record(target, "chat", number, verdict, tokens),
                OptionalDouble.empty());
    }

    @Test
    void pairsAreComparedAndTheRestIsCounted() {
        var one = new ArrayList<RunFolder.Run>();
        var other = new ArrayList<RunFolder.Run>();
        for (char b = 'a'; b < 'g'; b++)
            for (int r = 1; r <= 2; r++) {
                one.add(run(b + "1", r, Verdict.MISS, 100));
                other.add(run(b + "1", r, r == 1 ? Verdict.HIT : Verdict.MISS, 300));
            }
        one.add(run("a1", 3, Verdict.HIT, 100));
        other.add(run("h1", 1, Verdict.VOID, 0));
        RunComparison c = RunComparison.of(one, other, t -> t.substring(0, 1));
        assertThat(c.pairs()).isEqualTo(12);
        assertThat(c.onlyFirst()).isEqualTo(1);
        assertThat(c.onlySecond()).isEqualTo(1);
        assertThat(c.keys()).isEqualTo(Map.of("100 -> 300", 12));
        assertThat(c.verdicts()).isEqualTo(Map.of("miss", Map.of("hit", 6, "miss", 6)));
        assertThat(c.recall().mean()).isCloseTo(0.5, within(1e-12));
        assertThat(c.recall().clusters()).isEqualTo(6);
        assertThat(c.tokens().mean()).isCloseTo(200, within(1e-9));
        assertThat(c.changed()).hasSize(6).allMatch(d -> d.verdicts().equals(List.of("miss", "hit")));
    }

    /** What was void on one side says nothing of recall. */
    @Test
    void voidRunsAreInNoDifference() {
        RunComparison c =
                RunComparison.of(List.of(run("a1", 1, Verdict.HIT, 1)), List.of(run("a1", 1, Verdict.VOID, 1)), t -> t);
        assertThat(c.pairs()).isEqualTo(1);
        assertThat(c.recall().clusters()).isZero();
        assertThat(c.verdicts()).containsKey("hit");
    }
}
