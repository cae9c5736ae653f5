package dev.assay.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class IntersectionUnionTest {

    private static IntersectionUnion claim(String... names) {
        Map<String, BettingTest> parts = new LinkedHashMap<>();
        for (String name : names) {
            parts.put(name, BettingTest.meanAtMost(0.05, -1, 1));
        }
        return IntersectionUnion.of(parts);
    }

    @Test
    void isAsStrongAsItsWeakestPart() {
        IntersectionUnion claim = claim("effect", "shadow", "trigger");
        claim.part("effect").add(1);
        claim.part("shadow").add(0.3);
        claim.part("trigger").add(0.6);
        assertThat(claim.weakest()).isEqualTo("shadow");
        assertThat(claim.eValue()).isEqualTo(claim.part("shadow").eValue());
        assertThat(claim.logE()).isEqualTo(claim.part("shadow").logE());
        assertThat(claim.parts().keySet()).containsExactly("effect", "shadow", "trigger");
    }

    /** One part is null, the others are as clear as can be: the claim is false, and is seldom ever believed. */
    @Test
    void oneNullPartIsEnough() {
        SplitRandom root = SplitRandom.of(4);
        int crossed = 0;
        int runs = 1000;
        for (int run = 0; run < runs; run++) {
            RandomGenerator random = root.split(run).generator();
            IntersectionUnion claim = claim("effect", "shadow", "trigger");
            for (int i = 0; i < 100 && claim.eValue() < 20; i++) {
                claim.part("effect").add(1);
                claim.part("shadow").add(Streams.COIN.next(random, 0.05, 0));
                claim.part("trigger").add(0.9);
            }
            crossed += claim.eValue() >= 20 ? 1 : 0;
        }
        Rate rate = new Rate(crossed, runs);
        assertThat(rate.rate()).as("crossed: %s", rate).isBetween(0.005, 0.05);
    }

    @Test
    void partsAreAskedForByTheirNames() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> claim("effect").part("efect"))
                .withMessageContaining("'efect'")
                .withMessageContaining("[effect]");
        assertThatIllegalArgumentException().isThrownBy(() -> IntersectionUnion.of(Map.of()));
    }
}
