package dev.assay.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@EnabledIf("dev.assay.tensor.Bf16Matrix#available")
class Bf16MatrixTest {
    private final Random random = new Random(4);

    private Tensor numbers(int rows, int columns) {
        var out = new float[rows * columns];
        for (int i = 0; i < out.length; i++) out[i] = (float) random.nextGaussian();
        return Tensor.of(out, rows, columns);
    }

    /** Against sums in double over what bf16 makes of the numbers; what lies beside the results stays as it is. */
    @ParameterizedTest
    @CsvSource({"1,1,1", "2,33,7", "30,512,64", "5,513,96", "64,1100,50", "256,70,33", "600,40,576"})
    void productsAreThoseOfTheRoundedNumbers(int count, int rows, int columns) {
        int stride = rows + 3;
        var y = new float[count * stride + 2];
        try (var scope = Scope.open()) {
            Tensor weight = numbers(rows, columns);
            Tensor x = numbers(count, columns);
            var matrix = new Bf16Matrix(weight);
            assertThat(matrix.bytes()).isGreaterThanOrEqualTo(2L * rows * columns);
            var input = new Bf16Matrix.Rows();
            input.begin(count, columns);
            float[] plain = x.floats();
            int half = plain.length / 2;
            input.put(plain, half, plain.length - half);
            input.put(plain, 0, half);
            IntStream.range(0, matrix.slices())
                    .parallel()
                    .forEach(s -> matrix.multiply(s, input, y, 2, stride, new Bf16Matrix.Scratch()));
            double[] wanted = x.to(DType.BF16)
                    .to(DType.F64)
                    .linear(weight.to(DType.BF16).to(DType.F64))
                    .doubles();
            for (int r = 0; r < count; r++) {
                for (int j = 0; j < rows; j++) {
                    double w = wanted[r * rows + j];
                    assertThat((double) y[2 + r * stride + j]).isCloseTo(w, within(1e-5 * columns));
                }
                for (int j = rows; j < stride && 2 + r * stride + j < y.length; j++)
                    assertThat(y[2 + r * stride + j]).isZero();
            }
        }
    }

    @Test
    void whatTheProbeSaysOfRowsHolds() {
        assumeThat(Bf16Matrix.rowsStandAlone(576)).isTrue();
        try (var scope = Scope.open()) {
            var matrix = new Bf16Matrix(numbers(1000, 576));
            float[] x = numbers(300, 576).floats();
            float[] all = product(matrix, x, 0, 300);
            for (int from : new int[] {0, 3, 150, 255})
                for (int count : new int[] {1, 2, 17, 45})
                    assertThat(product(matrix, x, from, count))
                            .isEqualTo(Arrays.copyOfRange(all, from * 1000, (from + count) * 1000));
        }
    }

    private static float[] product(Bf16Matrix matrix, float[] x, int from, int count) {
        var rows = new Bf16Matrix.Rows();
        rows.begin(count, 576);
        rows.put(Arrays.copyOfRange(x, from * 576, (from + count) * 576), 0, count * 576);
        var y = new float[count * 1000];
        for (int s = 0; s < matrix.slices(); s++) matrix.multiply(s, rows, y, 0, 1000, new Bf16Matrix.Scratch());
        return y;
    }

    /** Products of one shape from many threads, each of which also makes new ones. */
    @Test
    void threadsMultiplyAtOnce() {
        try (var scope = Scope.open()) {
            var matrix = new Bf16Matrix(numbers(600, 64));
            float[] x = numbers(40, 64).floats();
            var rows = new Bf16Matrix.Rows();
            rows.begin(40, 64);
            rows.put(x, 0, x.length);
            var wanted = new float[40 * 600];
            for (int s = 0; s < matrix.slices(); s++)
                matrix.multiply(s, rows, wanted, 0, 600, new Bf16Matrix.Scratch());
            IntStream.range(0, 400).parallel().forEach(i -> {
                var y = new float[40 * 600];
                var scratch = new Bf16Matrix.Scratch();
                for (int s = 0; s < matrix.slices(); s++) matrix.multiply(s, rows, y, 0, 600, scratch);
                assertThat(y).isEqualTo(wanted);
            });
        }
    }
}
