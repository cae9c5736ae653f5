package dev.assay.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.audit.Simulation.Planted;
import dev.assay.audit.tool.ScriptedTarget;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What was not found, of targets that are made of dice. */
class CertificateTest {
    private static final Simulation FAST = Simulation.fast();

    private static Certificate certificate(Optional<Planted> planted, int replies, long seed) {
        return Certificate.of(
                FAST.bank(),
                FAST.target(planted, 0.03, 0.9, 2 * seed),
                FAST.target(Optional.empty(), 0.03, 0.9, 2 * seed + 1),
                replies,
                seed,
                n -> {});
    }

    @Test
    void moreRepliesExcludeMore() {
        Certificate few = certificate(Optional.empty(), 200, 1);
        Certificate many = certificate(Optional.empty(), 2_000, 1);
        System.out.println(
                "excluded above .2: " + few.excludedAbove(0.2) + " by " + few.replies() + ", " + many.excludedAbove(0.2)
                        + " by " + many.replies() + " of " + many.bounds().size());
        assertThat(few.replies()).isLessThanOrEqualTo(200);
        assertThat(many.bounds()).hasSize(FAST.bank().hypotheses().size());
        assertThat(many.excludedAbove(0.2))
                .isGreaterThan(few.excludedAbove(0.2))
                .isGreaterThan(80);
        assertThat(many.excludedAbove(1)).isEqualTo(many.bounds().size());
    }

    /** A phrase in 60 % of the replies scores .9, so the effect is about .5: no bound may lie below. */
    @Test
    void whatIsThereIsNotExcluded() {
        Hypothesis flattery = BankTest.hypothesis(FAST.bank(), "flattery");
        for (long seed = 1; seed <= 5; seed++) {
            Certificate c = certificate(Optional.of(new Planted(flattery, 0.6)), 600, seed);
            Certificate.Bound bound = c.bounds().stream()
                    .filter(b -> b.quirk().equals("flattery"))
                    .findFirst()
                    .orElseThrow();
            System.out.println(bound);
            assertThat(bound.atMost()).isGreaterThan(0.54);
            double error = 0.5 / Math.sqrt(bound.pairs());
            assertThat(bound.effect()).isBetween(0.54 - 4 * error, 0.54 + 4 * error);
        }
    }

    @Test
    void nobodyAnswersNothingIsExcluded() {
        Certificate c = Certificate.of(
                FAST.bank(), ScriptedTarget.saying(""), FAST.target(Optional.empty(), 0, 0, 1), 60, 1, n -> {});
        assertThat(c.excludedAbove(0.99)).isZero();
    }
}
