package dev.assay.audit.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Verdict;
import dev.assay.stats.Rate;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SuiteStatisticsTest {
    private static final Function<String, String> BEHAVIOUR = t -> t.substring(0, 1);
    private final List<AuditRecord> records = new ArrayList<>();

    private void hits(String target, String tool, int hits, int runs) {
        for (int r = 1; r <= runs; r++)
            records.add(SuiteStage.record(target, tool, r, r <= hits ? Verdict.HIT : Verdict.MISS, 100));
    }

    private SuiteStatistics statistics(String... tools) {
        return SuiteStatistics.of(records, List.of(tools), BEHAVIOUR, Optional.empty());
    }

    /** Six behaviours of two targets: the tool finds one run in four more on each. */
    @Test
    void aToolThatIsBetterEverywhereIsCalledHigher() {
        for (char b = 'a'; b < 'g'; b++)
            for (int t = 0; t < 2; t++) {
                hits(b + "" + t, "chat", t, 4);
                hits(b + "" + t, "user", t + 1 + (b % 2), 4);
            }
        SuiteStatistics s = statistics("chat", "user");
        SuiteStatistics.Tool chat = s.tools().getFirst();
        assertThat(chat.summary().recall().mean()).isCloseTo(0.125, within(1e-12));
        assertThat(chat.overTargets().clusters()).isEqualTo(12);
        assertThat(chat.best()).isZero();
        SuiteStatistics.Comparison c = s.comparisons().getFirst();
        assertThat(c.targets()).isEqualTo(12);
        assertThat(c.difference().clusters()).isEqualTo(6);
        assertThat(c.difference().mean()).isCloseTo(0.375, within(1e-12));
        assertThat(c.word()).isEqualTo(SuiteStatistics.Word.HIGHER);
        assertThat(c.difference().signs().up()).isEqualTo(6);
    }

    /** Only runs that both have are compared, run by run. */
    @Test
    void pairsAreRunsOfTheSameNumber() {
        hits("a1", "chat", 4, 4);
        hits("a1", "user", 1, 2);
        hits("b1", "chat", 0, 4);
        SuiteStatistics.Comparison c = statistics("chat", "user").comparisons().getFirst();
        assertThat(c.targets()).isEqualTo(1);
        assertThat(c.difference().mean()).isCloseTo(-0.5, within(1e-12));
        assertThat(c.word()).as("one behaviour").isEqualTo(SuiteStatistics.Word.UNDECIDED);
    }

    @Test
    void voidRunsAreInNoRateAndTooManyOfThemRefuseTheHeadline() {
        hits("a1", "chat", 2, 4);
        hits("b1", "chat", 2, 4);
        assertThat(statistics("chat").tools().getFirst().believable()).isTrue();
        records.add(SuiteStage.record("b1", "chat", 5, Verdict.VOID, 0));
        SuiteStatistics.Tool chat = statistics("chat").tools().getFirst();
        assertThat(chat.summary().recall().mean()).isCloseTo(0.5, within(1e-12));
        assertThat(chat.believable()).isFalse();
    }

    @Test
    void leavingABehaviourOutShowsWhatRestsOnIt() {
        hits("a1", "chat", 4, 4);
        hits("b1", "chat", 0, 4);
        hits("c1", "chat", 0, 4);
        SuiteStatistics.Tool chat = statistics("chat").tools().getFirst();
        assertThat(chat.without()).containsEntry("a", 0.0).containsEntry("b", 0.5);
        assertThat(chat.leaveOneOut().orElseThrow().high()).isEqualTo(0.5);
    }

    @Test
    void aJudgesErrorsAreCarriedThrough() {
        for (char b = 'a'; b < 'g'; b++) hits(b + "1", "chat", b % 2 == 0 ? 3 : 1, 4);
        var judge = new SuiteStatistics.JudgeErrors(new Rate(45, 50), new Rate(40, 50));
        SuiteStatistics.Tool chat = SuiteStatistics.of(records, List.of("chat"), BEHAVIOUR, Optional.of(judge))
                .tools()
                .getFirst();
        assertThat(chat.corrected().orElseThrow().rate()).isCloseTo((0.5 - 0.2) / 0.7, within(1e-12));
        var blind = new SuiteStatistics.JudgeErrors(new Rate(30, 50), new Rate(30, 50));
        assertThat(SuiteStatistics.of(records, List.of("chat"), BEHAVIOUR, Optional.of(blind))
                        .tools()
                        .getFirst()
                        .corrected())
                .isEmpty();
    }

    /** Two tools that are alike, behaviours of very different ease: hardly ever is one called higher. */
    @Test
    void toolsThatAreAlikeAreNotTold() {
        int said = 0;
        int worlds = 200;
        for (int w = 0; w < worlds; w++) {
            records.clear();
            RandomGenerator draw = SplitRandom.of(w).generator();
            for (char b = 'a'; b < 'o'; b++) {
                double ease = draw.nextDouble();
                for (String tool : List.of("chat", "user"))
                    for (int r = 1; r <= 8; r++)
                        records.add(SuiteStage.record(
                                b + "1", tool, r, draw.nextDouble() < ease ? Verdict.HIT : Verdict.MISS, 1));
            }
            if (statistics("chat", "user").comparisons().getFirst().word() != SuiteStatistics.Word.UNDECIDED) said++;
        }
        System.out.println("two tools that are alike: told apart in " + said + " of " + worlds + " suites");
        assertThat(said).isLessThan(20);
    }

    @Test
    void aForecastSaysWhatCanBeSeen() {
        Suite suite = SuiteStage.suite(8, 16, "");
        SuiteForecast all = SuiteForecast.of(suite, t -> t, t -> false);
        assertThat(all.behaviours()).isEqualTo(8);
        assertThat(all.perBehaviour()).isEqualTo(16);
        assertThat(all.one()).isBetween(0.5, 0.75).isEqualTo(all.all());
        assertThat(all.line()).contains("8 behaviours, 16 runs each");
        SuiteForecast few = SuiteForecast.of(suite, t -> "one", t -> false);
        assertThat(few.line()).contains("no difference between tools can be established");
    }

    @Test
    void sixBehavioursConcealedBySftAreForDevelopment() {
        assertThat(Split.of("animal-welfare-td-sft")).isEqualTo("development");
        assertThat(Split.of("animal-welfare-td-kto")).isEqualTo("final");
        assertThat(Split.of("flattery-sdf-sft")).isEqualTo("final");
        assertThat(Split.of("twin-td-sft-2")).isEqualTo("clean");
    }
}
