package dev.assay.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class PairedDifferenceTest {
    private static final SplitRandom RANDOM = SplitRandom.of(11);

    /** Differences of one experiment without any: those of a cluster go together. */
    private static List<double[]> nothing(int clusters, int each, double shared, RandomGenerator draw) {
        List<double[]> out = new ArrayList<>();
        for (int c = 0; c < clusters; c++) {
            double own = shared * draw.nextGaussian();
            double[] values = new double[each];
            for (int i = 0; i < each; i++) values[i] = own + draw.nextGaussian();
            out.add(values);
        }
        return out;
    }

    private static List<double[]> apart(List<double[]> clusters) {
        List<double[]> out = new ArrayList<>();
        for (double[] c : clusters) for (double x : c) out.add(new double[] {x});
        return out;
    }

    private static boolean rejects(PairedDifference d) {
        return !d.interval().orElseThrow().contains(0);
    }

    /**
     * Fifty clusters of ten, correlated .5 within: who takes values for independent finds a difference in two of five
     * experiments that have none.
     */
    @Test
    void aTrueNullIsRejectedAsOftenAsPromised() {
        int worlds = 400;
        int naive = 0;
        int ours = 0;
        int byT = 0;
        for (int w = 0; w < worlds; w++) {
            List<double[]> clusters =
                    nothing(50, 10, 1, RANDOM.split("fifty").split(w).generator());
            SplitRandom resampling = RANDOM.split("resampling").split(w);
            PairedDifference d = PairedDifference.of(clusters, resampling);
            if (rejects(d)) ours++;
            if (d.p() <= 0.05) byT++;
            if (!ClusteredMean.of(apart(clusters)).interval(0.95).orElseThrow().contains(0)) naive++;
        }
        System.out.printf(
                "true null, 50 clusters of 10: naive rejects %.1f %%, cluster bootstrap %.1f %%, clustered t %.1f %%%n",
                100.0 * naive / worlds, 100.0 * ours / worlds, 100.0 * byT / worlds);
        assertThat(new Rate(naive, worlds).rate()).isGreaterThan(0.3);
        assertThat(new Rate(ours, worlds).wilson(0.999).contains(0.05)).isTrue();
        assertThat(new Rate(byT, worlds).wilson(0.999).contains(0.05)).isTrue();
    }

    /** Fourteen behaviours, which the plain percentile interval would not forgive. */
    @Test
    void fewClustersAreNoExcuse() {
        int worlds = 400;
        int rejected = 0;
        for (int w = 0; w < worlds; w++)
            if (rejects(PairedDifference.of(
                    nothing(14, 4, 1, RANDOM.split("few").split(w).generator()),
                    RANDOM.split("few resampled").split(w)))) rejected++;
        System.out.printf(
                "true null, 14 clusters of 4: cluster bootstrap rejects %.1f %%%n", 100.0 * rejected / worlds);
        assertThat(new Rate(rejected, worlds).wilson(0.999).contains(0.05)).isTrue();
    }

    @Test
    void aDifferenceIsFoundAndSaidToBeFound() {
        List<double[]> clusters = new ArrayList<>();
        for (int c = 0; c < 10; c++) clusters.add(new double[] {0.2 + 0.01 * c, 0.4});
        PairedDifference d = PairedDifference.of(clusters, RANDOM);
        assertThat(d.clusters()).isEqualTo(10);
        assertThat(d.mean()).isCloseTo(0.3225, within(1e-12));
        assertThat(d.interval().orElseThrow().low()).isPositive();
        assertThat(d.p()).isLessThan(1e-6);
        assertThat(d.signs()).isEqualTo(new SignTest(10, 0, 2 / 1024.0));
    }

    @Test
    void fewerThanFiveClustersHaveNoInterval() {
        PairedDifference d =
                PairedDifference.of(List.of(new double[] {1}, new double[] {}, new double[] {0.5}), RANDOM);
        assertThat(d.clusters()).isEqualTo(2);
        assertThat(d.interval()).isEmpty();
        assertThat(PairedDifference.of(List.of(), RANDOM).p()).isEqualTo(1);
    }

    /** Power is what it was said to be: the least detectable difference is found in about 80 % of experiments. */
    @Test
    void theLeastDetectableDifferenceIsDetected() {
        double shared = 0.7;
        double icc = shared * shared / (1 + shared * shared);
        double least = Power.leastDetectable(14, 8, icc, 1 + shared * shared, 0.05);
        int worlds = 400;
        int found = 0;
        for (int w = 0; w < worlds; w++) {
            List<double[]> clusters =
                    nothing(14, 8, shared, RANDOM.split("power").split(w).generator());
            clusters.forEach(c -> {
                for (int i = 0; i < c.length; i++) c[i] += least;
            });
            if (PairedDifference.of(clusters, RANDOM.split("p").split(w)).p() <= 0.05) found++;
        }
        assertThat(new Rate(found, worlds).wilson(0.999).contains(0.8)).isTrue();
    }

    @Test
    void correlationWithinClustersIsEstimated() {
        List<double[]> clusters =
                nothing(3000, 6, 1, RANDOM.split("correlation").generator());
        assertThat(Power.icc(clusters).orElseThrow()).isCloseTo(0.5, within(0.03));
        assertThat(Power.icc(apart(clusters))).isEmpty();
        assertThat(Power.icc(List.of(new double[] {1, 1}, new double[] {0, 0}))).hasValue(1);
        assertThat(Power.icc(List.of(new double[] {1, 0}, new double[] {0, 1}))).hasValue(0);
        assertThat(Power.leastDetectable(14, 16, 1, 0.5, 0.05))
                .as("runs that all agree are one")
                .isCloseTo(Power.leastDetectable(14, 1, 0, 0.5, 0.05), within(1e-12));
        assertThatIllegalArgumentException().isThrownBy(() -> Power.leastDetectable(1, 16, 0.5, 0.5, 0.05));
    }

    @Test
    void theBestIsGivenAsAProbability() {
        double[][] values = {{1, 1, 1, 0.9, 1}, {0.2, 0.1, 0, 0, 0}, {1, 1, 1, 0.9, 1}};
        assertThat(ClusterBootstrap.best(values, RANDOM)).containsExactly(new double[] {0.5, 0, 0.5}, within(1e-9));
    }

    /** A judge that errs on both sides: the interval grows, the share moves away from a half. */
    @Test
    void aJudgesErrorsAreCarriedThrough() {
        List<double[]> clusters = new ArrayList<>();
        for (int c = 0; c < 12; c++) clusters.add(new double[] {1, c % 2, 1, c % 3 == 0 ? 0 : 1});
        ClusteredMean raw = ClusteredMean.of(clusters);
        CorrectedRate.Mean corrected =
                CorrectedRate.of(raw, new Rate(45, 50), new Rate(45, 50)).orElseThrow();
        assertThat(corrected.rate()).isCloseTo((raw.mean() - 0.1) / 0.8, within(1e-12));
        assertThat(corrected.interval().width())
                .isGreaterThan(raw.interval(0.95).orElseThrow().width());
        assertThat(CorrectedRate.of(raw, new Rate(30, 50), new Rate(30, 50)))
                .as("sensitivity + specificity - 1 = .2")
                .isEmpty();
    }
}
