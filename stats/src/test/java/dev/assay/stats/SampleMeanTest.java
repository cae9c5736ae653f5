package dev.assay.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Golden constants: scipy 1.17.1, {@code stats.t.sf(t, df)}, {@code stats.t.ppf(1 - tail, df)}, {@code
 * stats.ttest_rel(a, b)} with its {@code confidence_interval(.95)}, {@code ttest_1samp(a - b, .005, alternative=...)}.
 */
class SampleMeanTest {
    private static final double[] A = {.712, .705, .718, .709, .715};
    private static final double[] B = {.701, .699, .703, .704, .700};

    @Test
    void tailsOfStudentsT() {
        double[][] golden = {
            {0.5, 1, 0.35241638234956674},
            {2.0, 4, 0.05805826175840778},
            {-3.2, 4, 0.9835495946995305},
            {12.0, 2, 0.00343646683857923},
            {1.7, 30, 0.04973893779425843},
            {40, 4, 1.1670081613006339e-06},
            {-1e-3, 9, 0.5003880348370133}
        };
        for (double[] g : golden)
            assertThat(StudentT.above(g[0], g[1]))
                    .as("t %s, %s degrees", g[0], g[1])
                    .isCloseTo(g[2], within(1e-11 * g[2]));
        assertThat(StudentT.above(Double.POSITIVE_INFINITY, 3)).isZero();
        assertThat(StudentT.above(Double.NEGATIVE_INFINITY, 3)).isOne();
    }

    @Test
    void quantilesOfStudentsT() {
        double[][] golden = {
            {.025, 1, 12.706204736174694},
            {.025, 4, 2.7764451051977934},
            {.025, 9, 2.262157162798205},
            {.005, 2, 9.924843200918287},
            {.4, 30, 0.2556053649519128},
            {.025, 400, 1.9659123432294627},
            {.975, 4, -2.7764451051977943}
        };
        for (double[] g : golden)
            assertThat(StudentT.exceededWith(g[0], g[1]))
                    .as("tail %s, %s degrees", g[0], g[1])
                    .isCloseTo(g[2], within(1e-10 * Math.abs(g[2])));
    }

    @Test
    void pairedDifferencesAsScipyHasThem() {
        SampleMean d = SampleMean.ofDifferences(A, B);
        assertThat(d.n()).isEqualTo(5);
        assertThat(d.mean()).isCloseTo(0.0104, within(1e-12));
        assertThat(d.sd()).isCloseTo(0.004774934554525333, within(1e-14));
        Interval interval = d.interval(0.95).orElseThrow();
        assertThat(interval.low()).isCloseTo(0.004471135669866775, within(1e-11));
        assertThat(interval.high()).isCloseTo(0.016328864330133246, within(1e-11));
        assertThat(d.pAbove(0)).isCloseTo(0.004109114851289012, within(1e-12));
        assertThat(d.pBelow(0)).isCloseTo(0.9958908851487109, within(1e-12));
        assertThat(d.pBelow(0.005)).isCloseTo(0.9676257360838969, within(1e-12));
        assertThat(d.pAbove(0.005)).isCloseTo(0.03237426391610308, within(1e-12));
    }

    @Test
    void oneValueSaysNothing() {
        SampleMean one = SampleMean.of(0.7);
        assertThat(one.interval(0.95)).isEmpty();
        assertThat(one.pAbove(0)).isOne();
        assertThat(one.pBelow(1)).isOne();
    }

    /** Two recipes that compute the same differ by exactly nothing: no evidence of a difference, all of none. */
    @Test
    void valuesWithoutSpread() {
        SampleMean nothing = SampleMean.ofDifferences(A, A);
        assertThat(nothing.pAbove(0)).isOne();
        assertThat(nothing.pBelow(0)).isOne();
        assertThat(nothing.pBelow(0.005)).isZero();
        assertThat(nothing.interval(0.95)).contains(new Interval(0, 0));
    }

    @Test
    void pairsMustBePairs() {
        assertThatThrownBy(() -> SampleMean.ofDifferences(A, new double[] {1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("5 and 1");
    }

    /** Of pairs of single values of the same spread, one in twenty is further apart. */
    @Test
    void differencesOfNoiseAreRarelyCalledReliable() {
        var random = new Random(11);
        int beyond = 0;
        double least = SampleMean.of(
                        random.doubles(4000).map(d -> random.nextGaussian()).toArray())
                .leastReliableDifference()
                .orElseThrow();
        for (int i = 0; i < 20_000; i++) if (Math.abs(random.nextGaussian() - random.nextGaussian()) > least) beyond++;
        assertThat(beyond / 20_000.0).isBetween(0.04, 0.06);
        assertThat(SampleMean.of(3).leastReliableDifference()).isEmpty();
    }
}
