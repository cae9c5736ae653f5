package dev.assay.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What scipy and statsmodels say ({@code interop/statistics_golden.py}). */
class PeersTest {
    private static List<double[]> golden(String kind) {
        try (InputStream in = PeersTest.class.getResourceAsStream("/golden/statistics.csv")) {
            List<double[]> lines = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(l -> l.startsWith(kind + ","))
                    .map(l -> Arrays.stream(l.substring(kind.length() + 1).split(","))
                            .mapToDouble(Double::parseDouble)
                            .toArray())
                    .toList();
            assertThat(lines).isNotEmpty();
            return lines;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void wilson() {
        for (double[] g : golden("wilson")) {
            Interval i = new Rate((int) g[0], (int) g[1]).wilson(g[2]);
            assertThat(i.low()).isCloseTo(g[3], within(1e-12));
            assertThat(i.high()).isCloseTo(g[4], within(1e-12));
        }
    }

    @Test
    void holm() {
        for (double[] g : golden("holm")) {
            int n = (int) g[0];
            assertThat(Holm.adjust(Arrays.copyOfRange(g, 1, n + 1)))
                    .containsExactly(Arrays.copyOfRange(g, n + 1, 2 * n + 1), within(1e-12));
        }
    }

    @Test
    void clusteredMean() {
        for (double[] g : golden("clustered")) {
            List<double[]> clusters = new ArrayList<>();
            int at = 1;
            for (int c = 0; c < g[0]; c++) {
                int size = (int) g[at++];
                clusters.add(Arrays.copyOfRange(g, at, at += size));
            }
            ClusteredMean m = ClusteredMean.of(clusters);
            assertThat(m.mean()).isCloseTo(g[at], within(1e-12));
            assertThat(m.error()).isCloseTo(g[at + 1], within(1e-12));
            Interval i = m.interval(0.95).orElseThrow();
            assertThat(i.low()).isCloseTo(g[at + 2], within(1e-10));
            assertThat(i.high()).isCloseTo(g[at + 3], within(1e-10));
            assertThat(m.p()).isCloseTo(g[at + 4], within(1e-10));
        }
    }

    @Test
    void normal() {
        for (double[] g : golden("normal")) {
            assertThat(Normal.below(g[0])).isCloseTo(g[1], within(1e-15));
            if (Math.abs(g[0]) < 4) assertThat(Normal.quantile(g[1])).isCloseTo(g[0], within(1e-12));
        }
    }

    @Test
    void signs() {
        for (double[] g : golden("signs")) {
            double[] differences = new double[(int) (g[0] + g[1])];
            for (int i = 0; i < differences.length; i++) differences[i] = i < g[0] ? 0.1 : -3;
            assertThat(SignTest.of(differences).p()).isCloseTo(g[2], within(1e-12));
        }
    }

    /** Ours is the usual approximation by two quantiles; theirs is exact, by the noncentral t. */
    @Test
    void power() {
        for (double[] g : golden("power"))
            assertThat(Power.leastDetectable((int) g[0], 1, 0.5, 1, 0.05)).isCloseTo(g[1], within(0.06 * g[1]));
    }
}
