package dev.assay.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Against the Python package krippendorff 0.9.0. */
class KrippendorffTest {
    @Test
    void interval() {
        assertThat(Krippendorff.interval(List.of(0.0, 5.0, 7.0, 10.0, 2.0, 3.5), List.of(1.0, 5.0, 6.0, 9.0, 0.0, 8.0)))
                .isCloseTo(0.8096523257659946, within(1e-12));
    }

    @Test
    void nominal() {
        assertThat(Krippendorff.nominal(
                        List.of(true, true, false, false, true, false, true),
                        List.of(true, false, false, false, true, true, true)))
                .isCloseTo(0.45833333333333337, within(1e-12));
    }

    @Test
    void agreementIsOneAndASingleScoreSaysNothing() {
        assertThat(Krippendorff.interval(List.of(1.0, 2.0), List.of(1.0, 2.0))).isEqualTo(1);
        assertThat(Krippendorff.interval(List.of(1.0, 1.0), List.of(1.0, 1.0))).isNaN();
    }
}
