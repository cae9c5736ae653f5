package dev.assay.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ClusterBootstrapTest {
    private static final SplitRandom RANDOM = SplitRandom.of(7);

    @Test
    void aClusterCountsOnceHoweverManyValuesItHas() {
        ClusterBootstrap b = ClusterBootstrap.of(
                List.of(new double[] {1, 1, 1, 1}, new double[] {0}, new double[] {}, new double[] {0.5, 0.5}), RANDOM);
        assertThat(b.clusters()).isEqualTo(3);
        assertThat(b.mean()).isEqualTo(0.5);
        assertThat(b.interval()).as("three clusters").isEmpty();
    }

    @Test
    void theIntervalIsThatOfTheClusterMeans() {
        var clusters = new ArrayList<double[]>();
        RandomGenerator draw = RANDOM.split("values").generator();
        for (int i = 0; i < 40; i++) clusters.add(new double[] {draw.nextGaussian()});
        Interval i = ClusterBootstrap.of(clusters, RANDOM).interval().orElseThrow();
        assertThat(i.width()).isCloseTo(2 * 1.96 / Math.sqrt(40), Offset.offset(0.15));
        assertThat(ClusterBootstrap.of(clusters, RANDOM).interval()).contains(i);
    }

    /** Clusters of equal values: the naive interval would miss the true mean most of the time. */
    @Test
    void coversTheTrueMeanWhereValuesOfAClusterAgree() {
        int covered = 0;
        int worlds = 200;
        for (int w = 0; w < worlds; w++) {
            RandomGenerator draw = RANDOM.split(w).generator();
            var clusters = new ArrayList<double[]>();
            for (int c = 0; c < 14; c++) {
                double shared = draw.nextGaussian();
                double[] values = new double[16];
                for (int i = 0; i < 16; i++) values[i] = shared + 0.1 * draw.nextGaussian();
                clusters.add(values);
            }
            if (ClusterBootstrap.of(clusters, RANDOM.split("b").split(w))
                    .interval()
                    .orElseThrow()
                    .contains(0)) covered++;
        }
        System.out.println("cluster bootstrap, 14 clusters: covered " + covered + " of " + worlds);
        assertThat(covered).isGreaterThan(170);
    }
}
