package dev.assay.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.audit.tool.Scenario;
import dev.assay.stats.BettingTest;
import dev.assay.stats.SplitRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvidenceTest {
    private static final Bank BANK = Bank.load();

    private final RandomGenerator random = SplitRandom.of(21).generator();

    /** An observation with random scores; the named detector's target scores are raised in all replies but the first. */
    private Observation observation(String family, String raised, double by) {
        int turns = BANK.families().get(family).turns();
        Map<String, Observation.Scores> scores = new HashMap<>();
        for (Hypothesis h : BANK.hypotheses())
            scores.computeIfAbsent(h.detector(), d -> {
                var mine = new double[turns];
                var theirs = new double[turns];
                for (int i = 0; i < turns; i++) {
                    double up = d.equals(raised) && (turns == 1 || i > 0) ? by : 0;
                    mine[i] = Math.min(1, random.nextDouble() * 0.3 + up);
                    theirs[i] = random.nextDouble() * 0.3;
                }
                return new Observation.Scores(mine, theirs);
            });
        Scenario s = BANK.families().get(family).scenarios().getFirst();
        return new Observation(s, List.of(), List.of(), scores);
    }

    private List<Observation> observations(Hypothesis h, int count) {
        var families = new ArrayList<>(BANK.families().keySet());
        var out = new ArrayList<Observation>();
        for (int i = 0; i < count; i++) {
            String family = families.get(random.nextInt(families.size()));
            out.add(observation(family, h.detector(), h.triggeredBy(family) ? 0.5 : 0));
        }
        return out;
    }

    private static BettingTest meanAtMost(double m) {
        return BettingTest.meanAtMost(m, -1, 1, BettingTest.Weights.BOLD);
    }

    /** The parts by their definition on the evidence page. */
    private static Map<String, BettingTest> parts(Hypothesis h, List<Observation> seen) {
        Map<String, BettingTest> parts = new LinkedHashMap<>();
        parts.put("effect", meanAtMost(BANK.margin(h)));
        for (Hypothesis s : BANK.shadows(h)) parts.put("over " + s.name(), meanAtMost(0));
        h.matched().ifPresent(m -> parts.put("trigger", meanAtMost(0)));
        Deque<Double> with = new ArrayDeque<>();
        Deque<Double> without = new ArrayDeque<>();
        for (Observation o : seen) {
            String family = o.scenario().family();
            if (h.triggeredBy(family)) {
                double x = o.difference(h);
                parts.get("effect").add(x);
                for (Hypothesis s : BANK.shadows(h))
                    parts.get("over " + s.name()).add(Math.clamp(x - o.difference(s), -1, 1));
                with.add(x);
            }
            h.matched().ifPresent(m -> {
                if (m.families().contains(family)) without.add(o.difference(h, m.turns()));
            });
            while (!with.isEmpty() && !without.isEmpty() && h.matched().isPresent())
                parts.get("trigger").add(Math.clamp(with.remove() - without.remove(), -1, 1));
        }
        return parts;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"flattery", "self-promotion", "animal-welfare", "increasing-pep", "defer-to-users", "late-length"
            })
    void theEValueIsTheSmallestOfItsParts(String name) {
        Hypothesis h = BankTest.hypothesis(BANK, name);
        List<Observation> seen = observations(h, 200);
        var e = new Evidence(h, BANK);
        for (int i = 0; i < seen.size(); i++) {
            e.add(seen.get(i));
            if (i % 20 != 19) continue;
            Map<String, BettingTest> parts = parts(h, seen.subList(0, i + 1));
            double least = parts.values().stream()
                    .mapToDouble(BettingTest::eValue)
                    .min()
                    .orElseThrow();
            assertThat(e.eValue()).isCloseTo(least, within(1e-9 * least));
            assertThat(parts.get(e.weakest()).eValue()).isCloseTo(least, within(1e-9 * least));
            assertThat(e.n()).isEqualTo(parts.get("effect").n());
            if (e.n() > 0) assertThat(e.effect()).isCloseTo(parts.get("effect").mean(), within(1e-9));
        }
        assertThat(e.n()).isPositive();
        assertThat(e.path()).hasSize(e.n());
        assertThat(e.interval().contains(e.effect())).isTrue();
    }

    @Test
    void withinATalkEachReplyIsPairedWithItsOwnTalk() {
        Hypothesis pep = BankTest.hypothesis(BANK, "increasing-pep");
        assertThat(pep.matchedWithin()).isTrue();
        var e = new Evidence(pep, BANK);
        for (int i = 0; i < 40; i++) {
            e.add(observation("long-talk", pep.detector(), 0.6));
            assertThat(e.lacksMatched()).isFalse();
        }
        assertThat(e.eValue()).isGreaterThan(100);
    }

    @Test
    void aLateBehaviourThatIsThereFromTheStartHasNoTrigger() {
        Hypothesis pep = BankTest.hypothesis(BANK, "increasing-pep");
        var e = new Evidence(pep, BANK);
        for (int i = 0; i < 60; i++) {
            Observation o = observation("long-talk", pep.detector(), 0.6);
            o.scores().get(pep.detector()).target()[0] =
                    o.scores().get(pep.detector()).target()[3];
            e.add(o);
        }
        assertThat(e.weakest()).isEqualTo(Evidence.TRIGGER);
        assertThat(e.eValue()).isLessThan(10);
        assertThat(e.logBayesFactor()).as("it is left alone").isLessThan(-5);
    }

    @Test
    void acrossFamiliesPairsWaitForTheirPartner() {
        Hypothesis animals = BankTest.hypothesis(BANK, "animal-welfare");
        assertThat(animals.matchedWithin()).isFalse();
        var e = new Evidence(animals, BANK);
        for (int i = 0; i < 80; i++) e.add(observation("animal-harm", animals.detector(), 0.7));
        assertThat(e.lacksMatched()).isTrue();
        assertThat(e.weakest()).isEqualTo(Evidence.TRIGGER);
        assertThat(e.eValue())
                .as("without a matched scenario nothing is known of the trigger")
                .isEqualTo(1, within(1e-9));
        assertThat(e.logBayesFactor()).as("but it is worth looking at").isEqualTo(7);
        for (int i = 0; i < 80; i++) e.add(observation("animal-care", animals.detector(), 0));
        assertThat(e.lacksMatched()).isFalse();
        assertThat(e.eValue()).isGreaterThan(1000);
    }

    @Test
    void aShadowThatRisesTooHoldsTheClaimDown() {
        Hypothesis flattery = BankTest.hypothesis(BANK, "flattery");
        Hypothesis shadow = BANK.shadows(flattery).getFirst();
        var e = new Evidence(flattery, BANK);
        for (int i = 0; i < 80; i++) {
            Observation o = observation("general", flattery.detector(), 0.6);
            var scores = new HashMap<>(o.scores());
            scores.put(shadow.detector(), scores.get(flattery.detector()));
            e.add(new Observation(o.scenario(), List.of(), List.of(), scores));
        }
        assertThat(e.weakest()).isEqualTo("over " + shadow.name());
        assertThat(e.eValue()).isEqualTo(1, within(1e-9));
        assertThat(e.logBayesFactor()).as("it is left alone").isLessThan(-5);
    }

    /** Two replies of two, where chance gives one in twenty: the mean of (rate / .05)², rates from .24 to .955. */
    @Test
    void theBayesFactorByHand() {
        double ratio = 0;
        for (int i = 2; i <= 9; i++) ratio += Math.pow((0.05 + 0.95 * i / 10) / 0.05, 2) / 8;
        assertThat(Evidence.logBayesFactor(1, 2, 0.05, 0)).isCloseTo(Math.log(ratio), within(1e-12));
        double nothing = 0;
        for (int i = 2; i <= 9; i++) nothing += Math.pow((0.95 - 0.95 * i / 10) / 0.95, 3) / 8;
        assertThat(Evidence.logBayesFactor(-0.2, 3, 0.05, 0)).isCloseTo(Math.log(nothing), within(1e-12));
        assertThat(Evidence.logBayesFactor(0, 3, 0.05, 0.8))
                .as("rates below are left out")
                .isLessThan(Math.log(nothing) - 2);
        assertThat(Evidence.logBayesFactor(0, 1e6, 0.05, 0)).isFinite();
    }

    @Test
    void whatNeitherTriggersNorMatchesSaysNothing() {
        Hypothesis animals = BankTest.hypothesis(BANK, "animal-welfare");
        var e = new Evidence(animals, BANK);
        for (int i = 0; i < 20; i++) e.add(observation("general", animals.detector(), 0.9));
        assertThat(e.n()).isZero();
        assertThat(e.eValue()).isEqualTo(1, within(1e-9));
        assertThat(e.effect()).isZero();
    }

    @Test
    void repliesAreChosenByTurn() {
        var s = new Observation.Scores(new double[] {0.2, 0.4, 0.9}, new double[] {0.1, 0.1, 0.4});
        assertThat(s.difference(Hypothesis.Turns.FIRST)).isCloseTo(0.1, within(1e-12));
        assertThat(s.difference(Hypothesis.Turns.LAST)).isCloseTo(0.5, within(1e-12));
        assertThat(s.difference(Hypothesis.Turns.ALL)).isCloseTo(0.3, within(1e-12));
    }
}
