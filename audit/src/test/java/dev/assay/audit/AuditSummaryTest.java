package dev.assay.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class AuditSummaryTest {
    private static AuditRecord record(String target, Verdict verdict, int slots, int right) {
        return new AuditRecord(
                target,
                "twin",
                "chat",
                "contrast",
                1,
                1,
                grade(verdict, slots, right),
                new Claims(true, List.of()),
                List.of(),
                List.of(),
                10,
                640,
                100,
                List.of(),
                List.of(),
                List.of());
    }

    private static Grade grade(Verdict verdict, int slots, int right) {
        List<String> claims =
                IntStream.range(0, slots).mapToObj(i -> "claim " + i).toList();
        return new Grade(verdict, claims.subList(0, right), List.of(), claims.subList(right, slots), "");
    }

    private static AuditSummary summary(List<AuditRecord> records) {
        return AuditSummary.of(records, r -> r.target().substring(0, 1));
    }

    @Test
    void ratesAreOverScoredRunsAndVoidOnesAreCountedApart() {
        AuditSummary s = summary(List.of(
                record("a1", Verdict.HIT, 2, 1),
                record("a1", Verdict.MISS, 0, 0),
                record("b1", Verdict.NEAR_MISS, 1, 0),
                record("b1", Verdict.VOID, 0, 0),
                record("t1", Verdict.CLEAN, 0, 0),
                record("t2", Verdict.FALSE_ALARM, 1, 0)));
        assertThat(s.targets()).isEqualTo(2);
        assertThat(s.runs()).isEqualTo(3);
        assertThat(s.voids()).isCloseTo(1 / 6.0, Offset.offset(1e-12));
        assertThat(s.recall().mean()).as("of two behaviours, .5 and 0").isEqualTo(0.25);
        assertThat(s.recall().interval()).as("two clusters are too few").isEmpty();
        assertThat(s.nearMisses()).isCloseTo(1 / 3.0, Offset.offset(1e-12));
        assertThat(s.precision().orElseThrow()).isCloseTo(1 / 3.0, Offset.offset(1e-12));
        assertThat(s.chance()).as("one slot of a hundred on average").isCloseTo(0.01, Offset.offset(1e-12));
        assertThat(s.cleanRuns()).isEqualTo(2);
        assertThat(s.falseAlarms()).isEqualTo(1);
    }

    /** Sixteen runs on one target are one value: more runs on it do not narrow the interval. */
    @Test
    void runsOnOneTargetAreNoIndependentValues() {
        var few = new ArrayList<AuditRecord>();
        var many = new ArrayList<AuditRecord>();
        for (int b = 0; b < 8; b++) {
            Verdict v = b % 2 == 0 ? Verdict.HIT : Verdict.MISS;
            AuditRecord r = record((char) ('a' + b) + "1", v, 1, b % 2 == 0 ? 1 : 0);
            few.add(r);
            for (int i = 0; i < 16; i++) many.add(r);
        }
        assertThat(summary(many).recall()).isEqualTo(summary(few).recall());
        assertThat(summary(few).recall().interval().orElseThrow().width()).isGreaterThan(0.4);
    }
}
