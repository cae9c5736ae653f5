package dev.assay.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import dev.assay.world.WorldConfig.Orthogonalization;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DictionaryTest {
    private static final Orthogonalization STEPS = new Orthogonalization(30, 3e-3, 1024);

    private static Tensor rows(int n, int d) {
        return Tensor.of(SuperpositionTest.normals(n * d, 2), n, d);
    }

    /** Both forms of the gradient, many rows and many columns, against the definition pair by pair. */
    @ParameterizedTest
    @CsvSource({"7,3", "3,7", "5,5", "1,4"})
    void lossAndGradientAreTheDefinitions(int n, int d) {
        try (var scope = Scope.open()) {
            Tensor e = rows(n, d);
            double[] at = e.doubles();
            Dictionary.Slope slope = Dictionary.slope(e);
            assertThat(slope.loss()).isCloseTo(loss(at, n, d), within(1e-9 * slope.loss()));
            double[] gradient = slope.gradient().doubles();
            double h = 1e-5;
            for (int i = 0; i < at.length; i++) {
                double[] up = at.clone();
                double[] down = at.clone();
                up[i] += h;
                down[i] -= h;
                double numeric = (loss(up, n, d) - loss(down, n, d)) / (2 * h);
                assertThat(gradient[i]).isCloseTo(numeric, within(1e-5 * (1 + Math.abs(numeric))));
            }
        }
    }

    private static double loss(double[] e, int n, int d) {
        double sum = 0;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) {
                double dot = 0;
                for (int k = 0; k < d; k++) dot += e[i * d + k] * e[j * d + k];
                sum += i == j ? n * (dot - 1) * (dot - 1) : dot * dot;
            }
        return sum;
    }

    @Test
    void directionsMoveApartAndStayUnit() {
        try (var scope = Scope.open()) {
            Tensor before = rows(100, 20);
            List<Double> losses = new ArrayList<>();
            Tensor after = Dictionary.orthogonalize(before, STEPS, (step, steps, loss) -> losses.add(loss));
            assertThat(losses).hasSize(STEPS.steps());
            assertThat(losses.getLast()).isLessThan(losses.getFirst());
            assertThat(Superposition.of(after).meanMax())
                    .isLessThan(Superposition.of(before).meanMax());
            for (double norm : after.square().sum(1).doubles()) assertThat(norm).isCloseTo(1, within(1e-12));
        }
    }

    @Test
    void fp32FollowsFp64() {
        try (var scope = Scope.open()) {
            Tensor rows = rows(300, 40);
            Tensor fine = Dictionary.orthogonalize(rows, STEPS, Progress.NONE);
            Tensor coarse = Dictionary.orthogonalize(rows.to(DType.F32), STEPS, Progress.NONE);
            assertThat(coarse.type()).isEqualTo(DType.F32);
            Close.check(coarse.doubles(), fine.doubles(), 1e-4);
        }
    }

    @Test
    void theRowsThatAreGivenStayAsTheyAre() {
        try (var scope = Scope.open()) {
            Tensor rows = rows(10, 4);
            double[] before = rows.doubles();
            Dictionary.orthogonalize(rows, STEPS, Progress.NONE);
            assertThat(rows.doubles()).isEqualTo(before);
        }
    }

    @Test
    void anInterruptEndsTheWork() {
        WorldConfig config = Presets.named("small")
                .config()
                .change()
                .orthogonalization(STEPS)
                .build();
        List<Integer> steps = new ArrayList<>();
        try {
            assertThatThrownBy(() -> World.build(config, (step, of, loss) -> {
                        steps.add(step);
                        if (step == 3) Thread.currentThread().interrupt();
                    }))
                    .isInstanceOf(WorldException.class)
                    .hasMessageContaining("step 4 of 30");
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            assertThat(steps).containsExactly(1, 2, 3);
        } finally {
            Thread.interrupted();
        }
    }
}
