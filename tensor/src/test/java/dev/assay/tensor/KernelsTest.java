package dev.assay.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The fast kernels against the obvious ones, at lengths that do and do not fill vectors. */
class KernelsTest {
    private static final Kernels OBVIOUS = new ScalarKernels();
    private static final Kernels FAST = new VectorKernels();
    private static final int OFFSET = 3;

    private final Random random = new Random(5);

    @Test
    void thisMachineGetsTheFastOnes() {
        assertThat(Kernels.best()).isInstanceOf(VectorKernels.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 16, 63, 64, 128, 131, 768, 1000})
    void sums(int n) {
        float[] a = numbers(n + OFFSET);
        float[] b = numbers(n + OFFSET);
        assertThat(FAST.dot(a, OFFSET, b, 1, n)).isCloseTo(OBVIOUS.dot(a, OFFSET, b, 1, n), within(1e-4f));
        assertThat(FAST.squares(a, OFFSET, n)).isCloseTo(OBVIOUS.squares(a, OFFSET, n), within(1e-3));
        float[] fast = b.clone();
        float[] obvious = b.clone();
        FAST.addScaled(0.7f, a, OFFSET, fast, 2, n);
        OBVIOUS.addScaled(0.7f, a, OFFSET, obvious, 2, n);
        close(fast, obvious);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 100, 128, 129, 400})
    void addRows(int width) {
        float[] rows = numbers(20 * width);
        float[] factors = numbers(9);
        int[] starts = {0, 3 * width, 19 * width, 7 * width, 7 * width, width, 2 * width, 0, 5 * width};
        float[] before = numbers(width + OFFSET);
        for (int to = 1; to <= 8; to++) {
            float[] fast = before.clone();
            float[] obvious = before.clone();
            FAST.addRows(factors, starts, 1, to, rows, fast, OFFSET, width);
            OBVIOUS.addRows(factors, starts, 1, to, rows, obvious, OFFSET, width);
            close(fast, obvious);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 100, 128, 129, 400})
    void dots(int width) {
        float[] a = numbers(6 * width);
        float[] b = numbers(20 * width);
        int[] aStarts = {0, 0, 5 * width, width, 2 * width, 2 * width, 0};
        int[] bStarts = {0, 3 * width, 19 * width, 7 * width, 7 * width, width, 2 * width};
        float[] fast = numbers(9);
        float[] obvious = fast.clone();
        for (int count = 0; count <= 7; count++) {
            FAST.dots(a, aStarts, b, bStarts, count, width, fast, 1);
            OBVIOUS.dots(a, aStarts, b, bStarts, count, width, obvious, 1);
            assertThat(fast).usingComparatorWithPrecision(1e-4f).containsExactly(obvious);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 77})
    void adam(int n) {
        float[][] fast = {numbers(n + 9), numbers(n + 9), positive(n + 9), numbers(n + 9)};
        float[][] obvious = {fast[0].clone(), fast[1].clone(), fast[2].clone(), fast[3].clone()};
        for (float scale : new float[] {0.5f, 0}) {
            FAST.adam(fast[0], fast[1], fast[2], fast[3], 4, n, scale, AdamStep.of(3, 1e-2));
            OBVIOUS.adam(obvious[0], obvious[1], obvious[2], obvious[3], 4, n, scale, AdamStep.of(3, 1e-2));
        }
        for (int i = 0; i < 4; i++) close(fast[i], obvious[i]);
    }

    /** Three steps of the optimiser against LibTorch's formula, as {@link AdamW} has it. */
    @Test
    void adamIsAdamW() {
        float[] start = numbers(40);
        float[] ours = start.clone();
        var first = new float[40];
        var second = new float[40];
        try (var scope = Scope.open()) {
            Tensor theirs = Tensor.of(start, 40).requireGradient();
            var optimiser = new AdamW(java.util.List.of(theirs));
            for (int s = 1; s <= 3; s++) {
                float[] g = numbers(40);
                theirs.mul(Tensor.of(g, 40)).sum().backward();
                optimiser.step(1e-2);
                FAST.adam(ours, first, second, g, 0, 40, 1, AdamStep.of(s, 1e-2));
            }
            close(ours, theirs.floats());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 50, 96})
    void bf16(int n) {
        float[] x = numbers(n);
        try (var scope = Scope.open()) {
            Tensor wanted = Tensor.of(x, n).to(DType.BF16);
            for (Kernels k : new Kernels[] {OBVIOUS, FAST}) {
                Tensor got = Tensor.zeros(DType.BF16, n);
                k.toBf16(x, 0, n, got.memory(), 0);
                assertThat(got.floats()).containsExactly(wanted.floats());
                var back = new float[n + 1];
                k.fromBf16(got.memory(), 0, n, back, 1);
                assertThat(Arrays.copyOfRange(back, 1, n + 1)).containsExactly(wanted.floats());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 16, 64, 100, 160})
    void above(int width) {
        float[] bias = numbers(width);
        float[] factor = positive(width);
        try (var scope = Scope.open()) {
            for (DType type : new DType[] {DType.F32, DType.BF16}) {
                Tensor pre = Tensor.of(numbers(4 * width), 4, width).to(type);
                float[] row = pre.narrow(0, 2, 1).floats();
                for (Kernels k : new Kernels[] {OBVIOUS, FAST}) {
                    var columns = new int[width];
                    var values = new float[width];
                    int n = k.above(pre.memory(), type, 2, bias, factor, 0.3f, columns, values);
                    int at = 0;
                    for (int i = 0; i < width; i++) {
                        float z = (row[i] + bias[i]) * factor[i];
                        if (z <= 0.3f) continue;
                        assertThat(columns[at]).isEqualTo(i);
                        assertThat(values[at++]).isEqualTo(z);
                    }
                    assertThat(n).isEqualTo(at);
                }
            }
        }
    }

    private float[] numbers(int n) {
        var out = new float[n];
        for (int i = 0; i < n; i++) out[i] = (float) random.nextGaussian();
        return out;
    }

    private float[] positive(int n) {
        float[] out = numbers(n);
        for (int i = 0; i < n; i++) out[i] = Math.abs(out[i]);
        return out;
    }

    private static void close(float[] a, float[] b) {
        assertThat(a).hasSameSizeAs(b);
        for (int i = 0; i < a.length; i++) assertThat(a[i]).as("[%d]", i).isCloseTo(b[i], within(1e-5f));
    }
}
