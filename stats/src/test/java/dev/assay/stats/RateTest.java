package dev.assay.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateTest {

    /** Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3. */
    @ParameterizedTest
    @CsvSource({"81, 263, 0.2553, 0.3662", "15, 148, 0.0624, 0.1605", "0, 20, 0.0000, 0.1611", "1, 29, 0.0061, 0.1718"})
    void wilsonAgreesWithNewcombe(int hits, int n, double low, double high) {
        Interval interval = new Rate(hits, n).wilson();
        assertThat(interval.low()).isCloseTo(low, within(5e-5));
        assertThat(interval.high()).isCloseTo(high, within(5e-5));
    }

    @Test
    void wilsonIsSymmetricAndWiderAtAHigherLevel() {
        Interval interval = new Rate(7, 30).wilson(0.99);
        Interval mirror = new Rate(23, 30).wilson(0.99);
        assertThat(mirror.low()).isCloseTo(1 - interval.high(), within(1e-14));
        assertThat(mirror.high()).isCloseTo(1 - interval.low(), within(1e-14));
        assertThat(interval.width()).isGreaterThan(new Rate(7, 30).wilson().width());
    }

    @Test
    void edgesAreExact() {
        assertThat(new Rate(0, 7).wilson().low()).isZero();
        assertThat(new Rate(7, 7).wilson().high()).isEqualTo(1);
        assertThat(new Rate(0, 0).wilson()).isEqualTo(new Interval(0, 1));
        assertThat(new Rate(0, 0).rate()).isNaN();
    }

    @Test
    void printsAsInATable() {
        assertThat(new Rate(31, 50)).hasToString("0.62 [0.48, 0.74], n=50");
        assertThat(new Rate(0, 0)).hasToString("n/a [0.00, 1.00], n=0");
    }

    @Test
    void rejectsImpossibleCountsAndLevels() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Rate(3, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> new Rate(-1, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> new Rate(1, 2).wilson(1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Interval(0.2, 0.1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Interval(Double.NaN, 0.1));
    }

    @Test
    void anIntervalContainsItsEnds() {
        Interval interval = new Interval(0.25, 0.5);
        assertThat(interval.contains(0.25) && interval.contains(0.5)).isTrue();
        assertThat(interval.contains(0.2499) || interval.contains(0.5001)).isFalse();
        assertThat(interval.width()).isEqualTo(0.25);
    }

    /** Values of Python's {@code statistics.NormalDist().inv_cdf}. */
    @ParameterizedTest
    @CsvSource({
        "0.975, 1.9599639845400536",
        "0.3, -0.5244005127080409",
        "0.95, 1.6448536269514715",
        "0.001, -3.090232306167813",
        "1e-20, -9.262340089798409",
        "0.9999999, 5.199337582290661"
    })
    void normalQuantile(double p, double quantile) {
        assertThat(Normal.quantile(p)).isCloseTo(quantile, within(1e-12));
    }
}
