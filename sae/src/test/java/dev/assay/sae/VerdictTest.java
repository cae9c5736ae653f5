package dev.assay.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.assay.sae.Claim.Change;
import dev.assay.sae.Verdict.Outcome;
import dev.assay.stats.SampleMean;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VerdictTest {
    private static final double MARGIN = 0.005;
    private static final double[] UP = {.021, .019, .020, .022, .018};
    private static final double[] SLIGHTLY_UP = {.0021, .0019, .0020, .0022, .0018};
    private static final double[] NOTHING = {.001, -.001, .0005, -.0005, 0};
    private static final double[] ANYTHING = {.05, -.04, .03, -.06, .01};

    @Test
    void aDirectionHoldsFailsOrStaysOpen() {
        assertThat(outcome(Change.UP, UP)).isEqualTo(Outcome.HOLDS);
        assertThat(outcome(Change.DOWN, UP)).isEqualTo(Outcome.FAILS);
        assertThat(outcome(Change.UP, ANYTHING)).isEqualTo(Outcome.UNDECIDED);
        assertThat(outcome(Change.DOWN, ANYTHING)).isEqualTo(Outcome.UNDECIDED);
    }

    /** A claimed effect that is shown to be smaller than the margin does not hold; one that is shown to be there does. */
    @Test
    void theMarginSaysWhatCountsAsNothing() {
        assertThat(outcome(Change.UP, NOTHING)).isEqualTo(Outcome.FAILS);
        assertThat(outcome(Change.SAME, NOTHING)).isEqualTo(Outcome.HOLDS);
        assertThat(outcome(Change.UP, SLIGHTLY_UP)).isEqualTo(Outcome.HOLDS);
        assertThat(outcome(Change.SAME, UP)).isEqualTo(Outcome.FAILS);
        assertThat(outcome(Change.SAME, ANYTHING)).isEqualTo(Outcome.UNDECIDED);
    }

    @Test
    void notUpIsTheOppositeAnswerToUp() {
        for (double[] d : List.of(UP, SLIGHTLY_UP, NOTHING, ANYTHING)) {
            Outcome up = outcome(Change.UP, d);
            Outcome notUp = outcome(Change.NOT_UP, d);
            assertThat(notUp).isEqualTo(up == Outcome.HOLDS ? Outcome.FAILS : up == Outcome.FAILS ? Outcome.HOLDS : up);
        }
    }

    @Test
    void allPartsOfAClaimMustHoldAndOneIsEnoughToFail() {
        var both = new Claim("overfits", Map.of("f1", Change.DOWN, "ev", Change.UP));
        double[] down = {-.021, -.019, -.020, -.022, -.018};
        assertThat(verdict(both, Map.of("f1", down, "ev", UP)).outcome()).isEqualTo(Outcome.HOLDS);
        assertThat(verdict(both, Map.of("f1", down, "ev", ANYTHING)).outcome()).isEqualTo(Outcome.UNDECIDED);
        assertThat(verdict(both, Map.of("f1", UP, "ev", ANYTHING)).outcome()).isEqualTo(Outcome.FAILS);
        assertThat(verdict(both, Map.of("f1", down, "ev", down)).outcome()).isEqualTo(Outcome.FAILS);
    }

    @Test
    void oneSeedIsAnAnecdote() {
        assertThat(outcome(Change.UP, 0.3)).isEqualTo(Outcome.ANECDOTE);
        assertThat(Verdict.of(List.of(question(Optional.empty(), Map.of("f1", new double[] {0.3}))), MARGIN, "f1"))
                .singleElement()
                .returns(Outcome.ANECDOTE, Verdict::outcome)
                .returns(1, Verdict::n);
    }

    @Test
    void withoutAClaimF1IsHigherOrLower() {
        for (double sign : new double[] {1, -1}) {
            double[] d = java.util.Arrays.stream(UP).map(v -> sign * v).toArray();
            assertThat(Verdict.of(List.of(question(Optional.empty(), Map.of("f1", d))), MARGIN, "f1"))
                    .singleElement()
                    .returns(sign > 0 ? Outcome.HIGHER : Outcome.LOWER, Verdict::outcome);
        }
    }

    /** t = 3.46 with 4 degrees: p = .0129 alone, undecided among ten answers. */
    @Test
    void aFamilyIsCorrectedForBothAnswersOfAllItsQuestions() {
        double[] weak = {.010, .002, .012, .003, .011};
        Verdict.Question q = question(Optional.of(new Claim("rises", Map.of("f1", Change.UP))), Map.of("f1", weak));
        double p = SampleMean.of(weak).pAbove(0);
        assertThat(p).isBetween(.01, .02);
        Verdict alone = Verdict.of(List.of(q), MARGIN, "f1").getFirst();
        assertThat(alone.outcome()).isEqualTo(Outcome.HOLDS);
        assertThat(alone.p()).isCloseTo(2 * p, within(1e-12));
        Verdict.Question open = question(q.claim(), Map.of("f1", ANYTHING));
        assertThat(Verdict.of(List.of(q, open, open, open, open), MARGIN, "f1").getFirst())
                .returns(Outcome.UNDECIDED, Verdict::outcome)
                .satisfies(v -> assertThat(v.p()).isCloseTo(10 * p, within(1e-12)));
    }

    @Test
    void aClaimSaysSomethingOfAScore() {
        assertThatThrownBy(() -> new Claim("is nice", Map.of())).isInstanceOf(SaeException.class);
    }

    private static Outcome outcome(Change change, double... differences) {
        return verdict(new Claim("c", Map.of("f1", change)), Map.of("f1", differences))
                .outcome();
    }

    private static Verdict verdict(Claim claim, Map<String, double[]> differences) {
        return Verdict.of(List.of(question(Optional.of(claim), differences)), MARGIN, "f1")
                .getFirst();
    }

    private static Verdict.Question question(Optional<Claim> claim, Map<String, double[]> differences) {
        var means = new java.util.LinkedHashMap<String, SampleMean>();
        differences.forEach((score, d) -> means.put(score, SampleMean.of(d)));
        return new Verdict.Question(claim, means);
    }
}
