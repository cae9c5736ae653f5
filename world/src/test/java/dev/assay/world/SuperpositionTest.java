package dev.assay.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.assay.stats.SplitRandom;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SuperpositionTest {

    /** Three directions in the plane, at 0, 60 and 90 degrees. */
    @Test
    void threeDirectionsByHand() {
        try (var scope = Scope.open()) {
            double root = Math.sqrt(3) / 2;
            var s = Superposition.of(Tensor.of(new double[] {2, 0, 0.5, root, 0, -1}, 3, 2));
            assertThat(s.meanMax()).isCloseTo((0.5 + root + root) / 3, within(1e-12));
            assertThat(s.meanPair()).isCloseTo((0.5 + 0 + root) / 3, within(1e-12));
            // the quantile between the two others' |cos|
            double mean95 = (0.95 * 0.5 + (0.5 + 0.95 * (root - 0.5)) + 0.95 * root) / 3;
            assertThat(s.mean95()).isCloseTo(mean95, within(1e-12));
        }
    }

    @Test
    void manyDirectionsOverSeveralChunks() {
        int n = 600;
        int d = 10;
        double[] rows = normals(n * d, 3);
        double max = 0;
        double q99 = 0;
        double pairs = 0;
        for (int i = 0; i < n; i++) {
            double[] others = new double[n - 1];
            for (int j = 0, k = 0; j < n; j++) if (j != i) others[k++] = Math.abs(cosine(rows, i, j, d));
            Arrays.sort(others);
            max += others[n - 2] / n;
            double place = 0.99 * (n - 2);
            int below = (int) place;
            q99 += (others[below] + (place - below) * (others[below + 1] - others[below])) / n;
            pairs += Arrays.stream(others).sum() / n / (n - 1);
        }
        try (var scope = Scope.open()) {
            var s = Superposition.of(Tensor.of(rows, n, d));
            assertThat(s.meanMax()).isCloseTo(max, within(1e-9));
            assertThat(s.mean99()).isCloseTo(q99, within(1e-9));
            assertThat(s.meanPair()).isCloseTo(pairs, within(1e-9));
            assertThatThrownBy(() -> Superposition.of(Tensor.of(rows, 1, (long) n * d)))
                    .isInstanceOf(WorldException.class);
        }
    }

    private static double cosine(double[] rows, int i, int j, int d) {
        double dot = 0;
        double a = 0;
        double b = 0;
        for (int k = 0; k < d; k++) {
            dot += rows[i * d + k] * rows[j * d + k];
            a += rows[i * d + k] * rows[i * d + k];
            b += rows[j * d + k] * rows[j * d + k];
        }
        return dot / Math.sqrt(a * b);
    }

    static double[] normals(int count, long seed) {
        RandomGenerator random = SplitRandom.of(seed).generator();
        var out = new double[count];
        for (int i = 0; i < count; i++) out[i] = random.nextGaussian();
        return out;
    }

    @Test
    void theCopulasCorrelationsWithoutFormingPairs() {
        int n = 50;
        int rank = 4;
        double[] factor = Arrays.stream(normals(n * rank, 8)).map(z -> 0.3 * z).toArray();
        double[] diag = new double[n];
        Arrays.fill(diag, 0.5);
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) {
                double dot = 0;
                for (int k = 0; k < rank; k++) dot += factor[i * rank + k] * factor[j * rank + k];
                sum += i == j ? 0 : dot;
                squares += i == j ? 0 : dot * dot;
            }
        var off = new LowRankCorrelation(rank, factor, diag).offdiagonal();
        assertThat(off.mean()).isCloseTo(sum / n / (n - 1), within(1e-12));
        assertThat(off.rms()).isCloseTo(Math.sqrt(squares / n / (n - 1)), within(1e-12));
        assertThat(LowRankCorrelation.none(5).offdiagonal()).isEqualTo(new LowRankCorrelation.Offdiagonal(0, 0));
    }
}
