package dev.assay.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.assay.stats.BettingTest.Weights;
import java.util.List;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BettingTestTest {

    private static final double MARGIN = 0.05;

    /** The e-value by its definition: the mean of plain products. */
    static double reference(double m, double low, List<Double> xs, Weights weights) {
        double[] shares = BettingTest.shares();
        double sum = 0;
        double all = 0;
        for (double share : shares) {
            double stake = share / (m - low);
            double weight = weights == Weights.BOLD ? share : 1;
            sum += weight * xs.stream().mapToDouble(x -> 1 + stake * (x - m)).reduce(1, (a, b) -> a * b);
            all += weight;
        }
        return sum / all;
    }

    @Property(tries = 300)
    void agreesWithTheDefinition(
            @ForAll @Size(max = 40) List<@DoubleRange(min = -1, max = 3) Double> xs,
            @ForAll @DoubleRange(min = -0.9, max = 2.9) double m,
            @ForAll Weights weights) {
        BettingTest test = BettingTest.meanAtMost(m, -1, 3, weights);
        xs.forEach(test::add);
        double expected = reference(m, -1, xs, weights);
        assertThat(test.eValue()).isCloseTo(expected, within(1e-10 * expected));
        assertThat(test.n()).isEqualTo(xs.size());
        assertThat(test.mean()).isEqualTo(Double.valueOf(xs.stream().reduce(0.0, Double::sum) / xs.size()));
    }

    @Test
    void stakesAreAllowedOnes() {
        double[] shares = BettingTest.shares();
        assertThat(shares).hasSize(24).isSorted();
        assertThat(shares[0]).isBetween(0.001, 0.01);
        assertThat(shares[23]).isEqualTo(0.99);
    }

    /** A few large values suffice the bold; many small ones are dearer. */
    @Test
    void boldWeightsAreForLargeEffects() {
        BettingTest alike = BettingTest.meanAtMost(MARGIN, -1, 1);
        BettingTest bold = BettingTest.meanAtMost(MARGIN, -1, 1, Weights.BOLD);
        for (int i = 0; i < 30; i++) {
            alike.add(i % 2 == 0 ? 0.9 : 0);
            bold.add(i % 2 == 0 ? 0.9 : 0);
        }
        assertThat(bold.logE() - alike.logE()).isBetween(0.7, Math.log(24 / 9.1));
        BettingTest patient = BettingTest.meanAtMost(MARGIN, -1, 1);
        BettingTest hasty = BettingTest.meanAtMost(MARGIN, -1, 1, Weights.BOLD);
        for (int i = 0; i < 3000; i++) {
            patient.add(i % 2 == 0 ? 0.99 : -0.83);
            hasty.add(i % 2 == 0 ? 0.99 : -0.83);
        }
        assertThat(hasty.logE()).isLessThan(patient.logE());
    }

    /** Watched at every step, and stopped at its best: the worst that an analyst can do. */
    @ParameterizedTest
    @EnumSource(Streams.class)
    void underTheNullItSeldomEverReachesTheThreshold(Streams stream) {
        double alpha = 0.05;
        for (Weights weights : Weights.values()) {
            Rate crossed = crossed(stream, weights, MARGIN, 2500, 120, 1 / alpha);
            assertThat(crossed.wilson().high())
                    .as("%s crossed: %s", weights, crossed)
                    .isLessThanOrEqualTo(alpha + 0.01);
        }
    }

    /** The same streams a little above the margin: a test that never rejects fails here. */
    @ParameterizedTest
    @EnumSource(Streams.class)
    void beyondTheMarginItOftenDoes(Streams stream) {
        for (Weights weights : Weights.values()) {
            Rate crossed = crossed(stream, weights, 0.45, 200, 200, 20);
            assertThat(crossed.wilson().low())
                    .as("%s crossed: %s", weights, crossed)
                    .isGreaterThan(0.9);
        }
    }

    private static Rate crossed(Streams stream, Weights weights, double mean, int runs, int steps, double threshold) {
        SplitRandom root = SplitRandom.of(1).split(stream.name());
        int crossed = 0;
        for (int run = 0; run < runs; run++) {
            RandomGenerator random = root.split(run).generator();
            BettingTest test = BettingTest.meanAtMost(MARGIN, -1, 1, weights);
            double x = mean;
            for (int i = 0; i < steps && test.eValue() < threshold; i++) {
                x = stream.next(random, mean, x);
                test.add(x);
            }
            crossed += test.eValue() >= threshold ? 1 : 0;
        }
        return new Rate(crossed, runs);
    }

    @Test
    void staysFiniteInLogarithms() {
        BettingTest test = BettingTest.meanAtMost(0, -1, 1);
        for (int i = 0; i < 5000; i++) {
            test.add(1);
        }
        assertThat(test.logE()).isCloseTo(5000 * Math.log(1.99) - Math.log(24), within(1e-6));
        assertThat(test.eValue()).isInfinite();
        for (int i = 0; i < 20_000; i++) {
            test.add(-1);
        }
        assertThat(test.logE()).isFinite().isNegative();
    }

    @Test
    void startsAtOneAndRejectsWhatItsRangeExcludes() {
        BettingTest test = BettingTest.meanAtMost(MARGIN, -1, 1);
        assertThat(test.eValue()).isCloseTo(1, within(1e-12));
        assertThat(test.mean()).isNaN();
        for (double x : new double[] {-1.0000001, 1.0000001, Double.NaN}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> test.add(x))
                    .withMessageContaining("outside [-1.0, 1.0]")
                    .withMessageContaining("clip or rescale");
        }
        assertThat(test.n()).isZero();
        assertThat(test.logE()).isCloseTo(0, within(1e-12));
    }

    @Test
    void theNullMustBeInsideTheRange() {
        for (double m : new double[] {-1, 1, 2, Double.NaN}) {
            assertThatIllegalArgumentException().isThrownBy(() -> BettingTest.meanAtMost(m, -1, 1));
        }
    }

    @Test
    void printsWhatATableWants() {
        BettingTest test = BettingTest.meanAtMost(0.05, -1, 1);
        test.add(0.05);
        assertThat(test).hasToString("mean <= 0.0500: e=1.00, mean=0.0500, n=1");
        assertThat(test.m()).isEqualTo(0.05);
    }
}
