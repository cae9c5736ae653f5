package dev.assay.research;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.stats.SplitRandom;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RulesTest {
    private static final Protocol.Ladder LADDER =
            Protocol.of("small", Map.of(), List.of()).ladder();
    private static final double FLOOR = 0.015;
    private static final double NOISE = 0.025;

    /** What the ladder makes of an idea whose variants all have this effect; the noise of a world is shared by its pairs. */
    private static Verdict climb(SplitRandom random, int variants, double effect) {
        RandomGenerator noise = random.generator();
        Map<String, List<Double>> entrants = new TreeMap<>();
        for (int v = 0; v < variants; v++) entrants.put("v" + v, List.of());
        List<String> left = List.copyOf(entrants.keySet());
        Map<String, List<Double>> last = Map.of();
        for (int pairs : LADDER.screenPairs()) {
            last = left.stream().collect(Collectors.toMap(v -> v, v -> draw(noise, pairs, effect)));
            left = Rules.survivors(last, LADDER.keepShare(), FLOOR);
            if (left.isEmpty()) return Verdict.NO_EVIDENCE;
        }
        if (!Rules.worthConfirming(last.get(left.getFirst()))) return Rules.unconfirmed(last.get(left.getFirst()));
        List<Double> seen = List.of();
        for (int look = 0; look < LADDER.looks().size(); look++) {
            seen = Stream.concat(seen.stream(), draw(noise, LADDER.looks().get(look) - seen.size(), effect).stream())
                    .toList();
            Rules.Look said = Rules.look(seen, LADDER, look, FLOOR);
            if (said == Rules.Look.STOP) return Rules.unconfirmed(seen);
            if (said == Rules.Look.CONFIRMED)
                return Rules.holds(draw(noise, LADDER.holdOutPairs(), effect), LADDER.alpha())
                        ? Verdict.PROMOTED
                        : Verdict.KEPT;
        }
        throw new AssertionError("the last look decides");
    }

    private static List<Double> draw(RandomGenerator noise, int pairs, double effect) {
        return IntStream.range(0, pairs)
                .mapToObj(i -> effect + NOISE * noise.nextGaussian())
                .toList();
    }

    private static Map<Verdict, Long> simulate(int sprints, double effect, long seed) {
        return IntStream.range(0, sprints)
                .mapToObj(i -> climb(SplitRandom.of(seed).split(i), 1 + i % 5, effect))
                .collect(Collectors.groupingBy(v -> v, Collectors.counting()));
    }

    @Test
    void underATrueNullAtMostTenOfTwoHundredArePromoted() {
        for (long seed = 1; seed <= 20; seed++)
            assertThat(simulate(200, 0, seed).getOrDefault(Verdict.PROMOTED, 0L))
                    .isLessThanOrEqualTo(10);
    }

    /** Without the held-out worlds, which do more than their share: the looks alone keep to what they may spend. */
    @Test
    void theLooksSpendNoMoreThanTheyMay() {
        long confirmed = 0;
        int sprints = 4000;
        Map<Verdict, Long> all = simulate(sprints, 0, 99);
        confirmed += all.getOrDefault(Verdict.KEPT, 0L) + all.getOrDefault(Verdict.PROMOTED, 0L);
        double allowed = LADDER.alpha() * sprints;
        assertThat((double) confirmed).isLessThan(allowed + 3 * Math.sqrt(allowed));
    }

    @Test
    void aLargeGainIsPromotedAndALossRefuted() {
        Map<Verdict, Long> gain = simulate(200, 0.08, 3);
        assertThat(gain.getOrDefault(Verdict.PROMOTED, 0L)).isGreaterThan(160);
        Map<Verdict, Long> loss = simulate(200, -0.03, 4);
        assertThat(loss).doesNotContainKey(Verdict.PROMOTED);
    }

    @Test
    void theLevelsOfAllLooksAddUpToAlpha() {
        List<Integer> looks = List.of(5, 8, 12);
        double sum = IntStream.range(0, 3)
                .mapToDouble(i -> Rules.level(looks, i, 0.025))
                .sum();
        assertThat(sum).isCloseTo(0.025, within(1e-15));
        assertThat(Rules.level(looks, 0, 0.025)).isLessThan(Rules.level(looks, 2, 0.025));
    }

    @Test
    void anEffectBelowTheFloorIsNotConfirmedHoweverSure() {
        List<Double> sure = List.of(0.010, 0.011, 0.0101, 0.0102, 0.0103, 0.0104, 0.0105, 0.0103, 0.0102, 0.0101);
        assertThat(Rules.look(sure, LADDER, 1, 0.02)).isEqualTo(Rules.Look.STOP);
        assertThat(Rules.look(sure, LADDER, 1, 0.005)).isEqualTo(Rules.Look.CONFIRMED);
    }

    @Test
    void oneRunDecidesNothing() {
        assertThat(Rules.interval(List.of(0.3))).isEmpty();
        assertThat(Rules.holds(List.of(0.3), 0.025)).isFalse();
        assertThat(Rules.unconfirmed(List.of(-0.3))).isEqualTo(Verdict.NO_EVIDENCE);
        assertThat(Rules.unconfirmed(List.of(-0.3, -0.31, -0.29, -0.3))).isEqualTo(Verdict.NO_EVIDENCE);
        assertThat(Rules.unconfirmed(List.of(-0.3, -0.31, -0.29, -0.3, -0.3))).isEqualTo(Verdict.REFUTED);
    }

    @Test
    void theBetterHalfGoesOnAndTheHopelessDoNot() {
        Map<String, List<Double>> rung =
                Map.of("a", List.of(0.1, 0.0), "b", List.of(0.02), "c", List.of(-0.5), "d", List.of(-0.01));
        assertThat(Rules.survivors(rung, 0.5, 0.02)).containsExactly("a", "b");
        assertThat(Rules.survivors(Map.of("c", List.of(-0.5)), 0.5, 0.02)).isEmpty();
    }

    @Test
    void equalMeansThatNoLossOfTheFloorCanBeTrue() {
        assertThat(Rules.equal(List.of(0.001, -0.001, 0.0, 0.002, -0.002), 0.01, 0.025))
                .isTrue();
        assertThat(Rules.equal(List.of(-0.02, -0.021, -0.019, -0.02), 0.01, 0.025))
                .isFalse();
        assertThat(Rules.equal(List.of(0.0), 0.01, 0.025)).isFalse();
    }

    @Test
    void brierPunishesBeingSureAndWrong() {
        assertThat(Rules.brier(List.of(0.9, 0.5), List.of(false, true)))
                .hasValueSatisfying(b -> assertThat(b).isCloseTo((0.81 + 0.25) / 2, within(1e-12)));
        assertThat(Rules.brier(List.of(), List.of())).isEmpty();
    }
}
