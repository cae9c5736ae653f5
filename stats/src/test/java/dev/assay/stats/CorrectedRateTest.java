package dev.assay.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class CorrectedRateTest {
    @Test
    void inverts() {
        // 0.3 true, sensitivity 0.9, specificity 0.8: 0.3 * 0.9 + 0.7 * 0.2 = 0.41 are called cases
        var r = CorrectedRate.of(new Rate(41, 100), new Rate(90, 100), new Rate(80, 100));
        assertThat(r.rate()).isCloseTo(0.3, within(1e-12));
        assertThat(r.corrected()).isTrue();
        assertThat(r.interval().contains(0.3)).isTrue();
    }

    @Test
    void isCutAndNeverCertain() {
        var none = CorrectedRate.of(new Rate(2, 50), new Rate(80, 86), new Rate(77, 86));
        assertThat(none.rate()).isZero();
        assertThat(none.interval().high()).isBetween(0.01, 0.15);
        assertThat(CorrectedRate.of(new Rate(0, 50), new Rate(86, 86), new Rate(86, 86))
                        .interval()
                        .high())
                .isGreaterThan(0.01);
    }

    @Test
    void aJudgeThatCannotTellIsNotCorrectedFor() {
        var r = CorrectedRate.of(new Rate(20, 50), new Rate(60, 100), new Rate(65, 100));
        assertThat(r.corrected()).isFalse();
        assertThat(r.rate()).isEqualTo(0.4);
        assertThat(r.toString()).endsWith("not corrected");
    }

    @Test
    void coversTheTruthAboutAsOftenAsItSays() {
        RandomGenerator random = SplitRandom.of(4).generator();
        int covered = 0;
        int runs = 4000;
        for (int i = 0; i < runs; i++) {
            Rate raw = draw(random, 60, 0.35 * 0.9 + 0.65 * 0.12);
            if (CorrectedRate.of(raw, draw(random, 86, 0.9), draw(random, 86, 0.88))
                    .interval()
                    .contains(0.35)) covered++;
        }
        assertThat(covered / (double) runs).isBetween(0.93, 0.975);
    }

    private static Rate draw(RandomGenerator random, int n, double p) {
        int hits = 0;
        for (int i = 0; i < n; i++) if (random.nextDouble() < p) hits++;
        return new Rate(hits, n);
    }
}
