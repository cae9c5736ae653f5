package dev.assay.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.audit.tool.Scenario;
import dev.assay.organism.Behaviour;
import dev.assay.organism.Traits;
import dev.assay.stats.SplitRandom;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BankTest {
    private static final Bank BANK = Bank.load();

    @Test
    void loadsWithAllReferences() {
        assertThat(BANK.hypotheses()).hasSizeGreaterThanOrEqualTo(34);
        for (Hypothesis h : BANK.hypotheses()) {
            assertThat(BANK.detector(h)).as(h.name()).isNotNull();
            assertThat(BANK.shadows(h))
                    .as("shadows of " + h.name())
                    .hasSameSizeAs(h.shadows())
                    .doesNotContain(h);
            assertThat(h.statement()).as(h.name()).isNotBlank();
            assertThat(h.families()).as(h.name()).isNotEmpty();
            assertThat(List.of(
                            h.traits().actor(),
                            h.traits().trigger(),
                            h.traits().action(),
                            h.traits().direction()))
                    .as(h.name())
                    .allMatch(t -> t.matches("[a-z]+(-[a-z]+)*"));
        }
        System.out.println(BANK);
    }

    @Test
    void noTwoHypothesesSayTheSame() {
        Map<Traits, String> seen = new HashMap<>();
        for (Hypothesis h : BANK.hypotheses())
            assertThat(seen.put(h.traits(), h.name()))
                    .as("has the traits of " + h.name())
                    .isNull();
    }

    @Test
    void whatIsTrueOfTheBehavioursIsInTheBank() {
        for (String name : Bank.behaviours())
            assertThat(hypothesis(BANK, name).traits())
                    .as(name)
                    .isEqualTo(Behaviour.of(name).truth());
    }

    @Test
    void everyBehaviourHasDecoysThatAreNearMisses() {
        for (String name : Bank.behaviours()) {
            Traits truth = Behaviour.of(name).truth();
            assertThat(BANK.hypotheses())
                    .as(name)
                    .filteredOn(h -> h.traits().distance(truth) == 1)
                    .hasSizeGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void onlyWhatIsClaimedOfAllTalksHasNoMatch() {
        for (Hypothesis h : BANK.hypotheses())
            assertThat(h.matched().isPresent())
                    .as(h.name())
                    .isEqualTo(!h.traits().trigger().equals("always"));
    }

    @Test
    void aMatchDoesNotTriggerExceptInOtherReplies() {
        for (Hypothesis h : BANK.hypotheses())
            h.matched().ifPresent(m -> {
                if (h.matchedWithin()) assertThat(m.turns()).as(h.name()).isNotEqualTo(h.turns());
                else assertThat(m.families()).as(h.name()).noneMatch(h::triggeredBy);
            });
    }

    /** d - d is always 0: such a part could never be won. */
    @Test
    void noShadowHasTheSameDetectorAndReplies() {
        for (Hypothesis h : BANK.hypotheses())
            for (Hypothesis s : BANK.shadows(h))
                assertThat(s.detector().equals(h.detector()) && s.turns() == h.turns())
                        .as(h.name() + " over " + s.name())
                        .isFalse();
    }

    @Test
    void screeningTriggersEveryHypothesisWith48Scenarios() {
        for (long seed = 0; seed < 5; seed++) {
            List<Scenario> drawn = new ScenarioDraw(BANK, SplitRandom.of(seed)).screening(Integer.MAX_VALUE);
            assertThat(drawn).hasSize(48).doesNotHaveDuplicates();
            for (Hypothesis h : BANK.hypotheses())
                assertThat(drawn).as(h.name()).anyMatch(s -> h.triggeredBy(s.family()));
        }
    }

    @Test
    void familiesHaveTheTurnsAndTheSizeThatTheyDeclare() {
        Set<List<String>> all = new HashSet<>();
        BANK.families().forEach((name, f) -> {
            assertThat(f.scenarios()).as(name).hasSizeGreaterThanOrEqualTo(10).doesNotHaveDuplicates();
            for (Scenario s : f.scenarios()) {
                assertThat(s.userTurns()).as(name).hasSize(f.turns());
                assertThat(s.userTurns())
                        .allSatisfy(t -> assertThat(t).isNotBlank().doesNotContain("{", "}", "  "));
                assertThat(s.family()).isEqualTo(name);
                assertThat(s.origin()).isEqualTo(Scenario.Origin.BANK);
                assertThat(all.add(s.userTurns()))
                        .as("in two families: " + s.userTurns())
                        .isTrue();
            }
        });
    }

    @Test
    void theBankIsTheSameEveryTime() {
        Bank again = Bank.load();
        BANK.families()
                .forEach((name, f) -> assertThat(again.families().get(name)).isEqualTo(f));
        assertThat(again.hypotheses()).isEqualTo(BANK.hypotheses());
    }

    @Test
    void runsDrawTheirOwnOrderAndNoScenarioTwice() {
        var one = new ScenarioDraw(BANK, SplitRandom.of(1));
        var same = new ScenarioDraw(BANK, SplitRandom.of(1));
        var other = new ScenarioDraw(BANK, SplitRandom.of(2));
        List<Scenario> first = one.screening(Integer.MAX_VALUE);
        assertThat(same.screening(Integer.MAX_VALUE)).isEqualTo(first);
        assertThat(other.screening(Integer.MAX_VALUE)).isNotEqualTo(first);
        Set<Scenario> seen = new HashSet<>(first);
        int all = BANK.families().values().stream()
                .mapToInt(f -> f.scenarios().size())
                .sum();
        for (int i = first.size(); i < all; i++)
            assertThat(seen.add(one.next(List.of("*"), 4).orElseThrow())).isTrue();
        assertThat(one.next(List.of("*"), 4)).isEmpty();
    }

    @Test
    void noTalkIsLongerThanTheRepliesThatAreLeft() {
        var draw = new ScenarioDraw(BANK, SplitRandom.of(1));
        assertThat(draw.next(List.of("long-talk"), 3)).isEmpty();
        assertThat(draw.next(List.of("long-talk"), 4)).isPresent();
        assertThat(draw.next(List.of("long-talk", "general"), 1).orElseThrow().family())
                .isEqualTo("general");
        for (int replies : new int[] {0, 1, 5, 30, 56, 57, 58})
            assertThat(new ScenarioDraw(BANK, SplitRandom.of(1))
                            .screening(replies).stream()
                                    .mapToInt(Scenario::turns)
                                    .sum())
                    .isBetween(Math.min(57, replies) - 3, Math.min(57, replies));
    }

    @Test
    void scenariosThatWereFoundComeFirst() {
        var draw = new ScenarioDraw(BANK, SplitRandom.of(1));
        var found = List.of(
                new Scenario("general", List.of("one"), Scenario.Origin.USER_SAMPLING),
                new Scenario("general", List.of("two"), Scenario.Origin.USER_SAMPLING));
        draw.addFirst(found);
        assertThat(draw.next(List.of("general"), 4)).contains(found.get(0));
        assertThat(draw.next(List.of("general"), 4)).contains(found.get(1));
    }

    @Test
    void withoutLeavesOneOutAndItsShadowPartsToo() {
        Bank fewer = BANK.without("increasing-pep");
        assertThat(fewer.hypotheses()).hasSize(BANK.hypotheses().size() - 1);
        assertThat(fewer.hypotheses()).noneMatch(h -> h.name().equals("increasing-pep"));
        assertThat(fewer.shadows(hypothesis(fewer, "late-flattery"))).isEmpty();
        assertThat(BANK.hypotheses()).anyMatch(h -> h.name().equals("increasing-pep"));
    }

    @Test
    void noMarginIsBelowTheLeast() {
        for (Hypothesis h : BANK.hypotheses()) assertThat(BANK.margin(h)).isBetween(0.05, 0.9);
    }

    static Hypothesis hypothesis(Bank bank, String name) {
        return bank.hypotheses().stream()
                .filter(h -> h.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
