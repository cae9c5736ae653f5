package dev.assay.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Bf16MatrixTest {
    private final Random random = new Random(4);

    private Tensor numbers(int rows, int columns) {
        var out = new float[rows * columns];
        for (int i = 0; i < out.length; i++) out[i] = (float) random.nextGaussian();
        return Tensor.of(out, rows, columns);
    }

    /** Against sums in double over what bf16 makes of the numbers; what lies beside the results stays as it is. */
    @ParameterizedTest
    @CsvSource({"1,1,1", "2,33,7", "30,512,64", "5,513,96", "64,1100,50"})
    void productsAreThoseOfTheRoundedNumbers(int count, int rows, int columns) {
        int stride = rows + 3;
        var y = new float[count * stride + 2];
        try (var scope = Scope.open()) {
            Tensor weight = numbers(rows, columns);
            Tensor x = numbers(count, columns);
            var matrix = new Bf16Matrix(weight);
            assertThat(matrix.bytes()).isEqualTo(2L * rows * columns);
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
                    assertThat((double) y[2 + r * stride + j]).isCloseTo(w, within(0.005 * Math.abs(w) + 1e-4));
                }
                for (int j = rows; j < stride && 2 + r * stride + j < y.length; j++)
                    assertThat(y[2 + r * stride + j]).isZero();
            }
        }
    }
}
