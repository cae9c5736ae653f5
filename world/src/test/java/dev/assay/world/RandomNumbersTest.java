package dev.assay.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.stats.Normal;
import dev.assay.stats.SplitRandom;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sampler's normal distribution, normal numbers and skips. Limits: see {@link SamplerLawTest}. */
class RandomNumbersTest {

    @Test
    void theDistributionInvertsTheQuantile() {
        for (double p = 1e-12; p < 0.5; p *= 1.7) {
            assertThat(NormalCdf.exact(Normal.quantile(p))).isCloseTo(p, within(2e-13 * p));
            assertThat(NormalCdf.exact(-Normal.quantile(p))).isCloseTo(1 - p, within(2e-15));
        }
        assertThat(NormalCdf.exact(0)).isEqualTo(0.5);
    }

    @Test
    void theTableIsAsGoodAsItsDocumentationSays() {
        for (double x = -8.999; x < 9; x += 0.00037) {
            double exact = NormalCdf.exact(x);
            double table = NormalCdf.at(x);
            double error = Math.abs(table - exact);
            if (!(error <= 1e-12 && error <= 1.5e-8 * exact))
                assertThat(table).as("at %s", x).isEqualTo(exact);
        }
        assertThat(NormalCdf.at(Double.NEGATIVE_INFINITY)).isZero();
        assertThat(NormalCdf.at(-9)).isZero();
        assertThat(NormalCdf.at(9)).isEqualTo(1);
        assertThat(NormalCdf.at(Double.POSITIVE_INFINITY)).isEqualTo(1);
        assertThat(NormalCdf.at(Double.NaN)).isZero();
    }

    /** Around the chance itself, around the bounds of its cell and far away. */
    @Test
    void boundsDecideAsTheTableDoes() {
        RandomGenerator random = SplitRandom.of(11).generator();
        for (double x = -9.01; x < 9.01; x += 0.00037) {
            double chance = NormalCdf.at(x);
            for (double factor : new double[] {0, 1 - 1e-15, 1, 1 + 1e-15, 0.97, 1.03, 2 * random.nextDouble()}) {
                double u = Math.min(chance * factor, 1 - 0x1p-53);
                assertThat(NormalCdf.isBelow(u, x)).as("%s at %s", u, x).isEqualTo(u < chance);
            }
        }
        for (double x : new double[] {Double.NEGATIVE_INFINITY, Double.NaN, -9, 9, Double.POSITIVE_INFINITY})
            for (double u : new double[] {0, 0.5, 1 - 0x1p-53})
                assertThat(NormalCdf.isBelow(u, x)).as("%s at %s", u, x).isEqualTo(u < NormalCdf.at(x));
    }

    /** Chi square over 200 cells of equal chance and the tails beyond them. */
    @Test
    void normalNumbersAreNormal() {
        double[] edges = new double[200];
        for (int i = 0; i < edges.length; i++) edges[i] = Normal.quantile((i + 0.5) / edges.length);
        var counts = new long[edges.length + 1];
        var tails = new long[2];
        RandomGenerator random = SplitRandom.of(3).generator();
        int n = 2_000_000;
        for (int i = 0; i < n; i++) {
            double z = Ziggurat.next(random);
            int at = Arrays.binarySearch(edges, z);
            counts[at < 0 ? -at - 1 : at]++;
            if (Math.abs(z) > 3.5) tails[z < 0 ? 0 : 1]++;
        }
        double chi = 0;
        for (int i = 0; i < counts.length; i++) {
            double expected = n * (i == 0 || i == edges.length ? 0.5 : 1) / edges.length;
            chi += (counts[i] - expected) * (counts[i] - expected) / expected;
        }
        assertThat((chi - 200) / Math.sqrt(400)).isBetween(-5.0, 5.5);
        double expected = n * NormalCdf.exact(-3.5);
        for (long tail : tails)
            assertThat(tail - expected).isBetween(-5 * Math.sqrt(expected), 5 * Math.sqrt(expected));
    }

    @Test
    void theZigguratsTailIsANormalsTail() {
        RandomGenerator random = SplitRandom.of(5).generator();
        double start = 3.6541528853610088;
        long beyond = 0;
        long farther = 0;
        for (int i = 0; i < 4_000_000; i++) {
            double z = Math.abs(Ziggurat.next(random));
            if (z > start) beyond++;
            if (z > 4) farther++;
        }
        double share = NormalCdf.exact(-4) / NormalCdf.exact(-start);
        assertThat(farther - share * beyond).isCloseTo(0, within(5 * Math.sqrt(beyond * share * (1 - share))));
        assertThat(beyond).isGreaterThan(900);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 0.97, 0.4, 0.0139, 0.0005})
    void skipsAreGeometric(double hit) {
        var skips = new Skips(hit);
        RandomGenerator random = SplitRandom.of(9).generator();
        int n = 200_000;
        var atLeast = new long[4];
        int[] marks = {1, 5, 100, 700}; // the last one is beyond the table
        for (int i = 0; i < n; i++) {
            int skip = skips.next(random);
            for (int m = 0; m < marks.length; m++) if (skip >= marks[m]) atLeast[m]++;
        }
        for (int m = 0; m < marks.length; m++) {
            double p = Math.pow(1 - hit, marks[m]);
            assertThat((double) atLeast[m] / n)
                    .as("skips of %d or more", marks[m])
                    .isCloseTo(p, within(5.5 * Math.sqrt(p * (1 - p) / n) + 1e-5));
        }
    }

    @Test
    void withoutAnyChanceEverythingIsSkipped() {
        assertThat(new Skips(0).next(SplitRandom.of(1).generator())).isEqualTo(1 << 30);
    }

    @Test
    void theTwisterIsTheReferences() {
        // mt19937 of seed 5489: the 10,000th number, from the C++ standard
        var bits = new Mersenne(5489);
        int last = 0;
        for (int i = 0; i < 10_000; i++) last = bits.next();
        assertThat(Integer.toUnsignedLong(last)).isEqualTo(4123659995L);
    }
}
