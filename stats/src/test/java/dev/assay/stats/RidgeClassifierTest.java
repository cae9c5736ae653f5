package dev.assay.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RidgeClassifierTest {
    private final RandomGenerator random = SplitRandom.of(4).generator();

    /** Two clouds in many dimensions that differ along the first. */
    private float[][] examples(int n, int features, double apart) {
        float[][] x = new float[n][features];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < features; j++) x[i][j] = (float) random.nextGaussian();
            x[i][0] += (float) (i % 2 == 0 ? apart : -apart);
            x[i][1] = 3; // the same everywhere
        }
        return x;
    }

    private static boolean[] classes(int n) {
        boolean[] y = new boolean[n];
        for (int i = 0; i < n; i += 2) y[i] = true;
        return y;
    }

    @Test
    void tellsNewExamplesApart() {
        RidgeClassifier fitted = RidgeClassifier.fit(examples(120, 60, 2.5), classes(120));
        float[][] fresh = examples(400, 60, 2.5);
        long right = IntStream.range(0, 400)
                .filter(i -> fitted.decision(fresh[i]) >= 0 == (i % 2 == 0))
                .count();
        assertThat(right).isGreaterThan(370);
    }

    @Test
    void leavesOutAsIfItHadBeenFittedWithout() {
        float[][] x = examples(30, 50, 0.5);
        boolean[] y = classes(30);
        RidgeClassifier all = RidgeClassifier.fit(x, y);
        long wrong = IntStream.range(0, 30)
                .filter(i -> all.leftOut()[i] >= 0 != y[i])
                .count();
        long wrongOnItsOwn = IntStream.range(0, 30)
                .filter(i -> all.decision(x[i]) >= 0 != y[i])
                .count();
        assertThat(wrongOnItsOwn).isLessThan(wrong);
        int i = 7;
        float[][] without =
                IntStream.range(0, 30).filter(k -> k != i).mapToObj(k -> x[k]).toArray(float[][]::new);
        boolean[] classes = new boolean[29];
        for (int k = 0, at = 0; k < 30; k++) if (k != i) classes[at++] = y[k];
        // up to the standardisation, the intercept and the choice of the ridge, which see one example less
        assertThat(RidgeClassifier.fit(without, classes).decision(x[i])).isCloseTo(all.leftOut()[i], within(0.35));
    }

    @Test
    void noiseIsNotTold() {
        RidgeClassifier noise = RidgeClassifier.fit(examples(200, 100, 0), classes(200));
        long right = Arrays.stream(noise.leftOut()).filter(d -> d >= 0).count();
        assertThat(right).isBetween(60L, 140L);
    }

    @Test
    void refusesOneClass() {
        assertThatThrownBy(() -> RidgeClassifier.fit(examples(6, 3, 1), new boolean[6]))
                .hasMessageContaining("both classes");
    }
}
