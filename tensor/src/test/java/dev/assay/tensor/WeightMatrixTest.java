package dev.assay.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.tensor.WeightMatrix.Format;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class WeightMatrixTest {
    private static final PanelKernels KERNELS = PanelKernels.best();

    private final Random random = new Random(3);

    private float[][] numbers(int rows, int columns) {
        var out = new float[rows][columns];
        for (float[] row : out) for (int i = 0; i < columns; i++) row[i] = (float) random.nextGaussian();
        return out;
    }

    private static WeightMatrix matrix(float[][] rows, Format format) {
        return WeightMatrix.of(
                KERNELS,
                rows.length,
                rows[0].length,
                format,
                (row, into) -> System.arraycopy(rows[row], 0, into, 0, into.length));
    }

    private static float[][] stored(WeightMatrix m) {
        var out = new float[m.rows()][m.columns()];
        for (int r = 0; r < m.rows(); r++) m.row(r, out[r]);
        return out;
    }

    @ParameterizedTest
    @CsvSource({"1,1", "16,32", "17,33", "50,64", "100,7"})
    void fp32IsKeptAsItIs(int rows, int columns) {
        float[][] numbers = numbers(rows, columns);
        assertThat(stored(matrix(numbers, Format.F32))).isDeepEqualTo(numbers);
    }

    @Test
    void bf16IsRoundedToTheNearest() {
        float[][] numbers = numbers(19, 33);
        float[][] stored = stored(matrix(numbers, Format.BF16));
        for (int r = 0; r < 19; r++)
            for (int c = 0; c < 33; c++)
                assertThat(stored[r][c]).isCloseTo(numbers[r][c], within(Math.abs(numbers[r][c]) / 256));
        assertThat(stored(matrix(stored, Format.BF16))).isDeepEqualTo(stored);
    }

    @Test
    void eightBitsAreOffByHalfAStepAtMost() {
        float[][] numbers = numbers(18, 96);
        numbers[5] = new float[96];
        float[][] stored = stored(matrix(numbers, Format.Q8));
        for (int r = 0; r < 18; r++) {
            for (int c = 0; c < 96; c++) {
                float most = 0;
                for (int i = c / 32 * 32; i < c / 32 * 32 + 32; i++) most = Math.max(most, Math.abs(numbers[r][i]));
                assertThat(stored[r][c]).isCloseTo(numbers[r][c], within(most / 254 * 1.001f));
            }
        }
    }

    private WeightMatrix fourBits(int rows, int columns) {
        return WeightMatrix.of4Bits(KERNELS, rows, columns, new WeightMatrix.Blocks4() {
            private float offset;

            @Override
            public float read(int row, int block, byte[] nibbles) {
                for (int i = 0; i < nibbles.length; i++) nibbles[i] = (byte) random.nextInt(16);
                offset = (float) random.nextGaussian();
                return random.nextFloat();
            }

            @Override
            public float offset() {
                return offset;
            }
        });
    }

    @Test
    void fourAndEightBitsAreKeptAsTheyAre() {
        var scales = new float[] {0.5f, 2};
        var q = new byte[3][64];
        for (byte[] row : q) random.nextBytes(row);
        WeightMatrix eight = WeightMatrix.of8Bits(KERNELS, 3, 64, (row, block, into) -> {
            System.arraycopy(q[row], 32 * block, into, 0, 32);
            return scales[block];
        });
        WeightMatrix four = WeightMatrix.of4Bits(KERNELS, 3, 64, new WeightMatrix.Blocks4() {
            @Override
            public float read(int row, int block, byte[] nibbles) {
                for (int i = 0; i < 32; i++) nibbles[i] = (byte) (q[row][32 * block + i] & 15);
                return scales[block];
            }

            @Override
            public float offset() {
                return -3;
            }
        });
        for (int r = 0; r < 3; r++) {
            for (int c = 0; c < 64; c++) {
                assertThat(stored(eight)[r][c]).isEqualTo(scales[c / 32] * q[r][c]);
                assertThat(stored(four)[r][c]).isEqualTo(scales[c / 32] * (q[r][c] & 15) - 3);
            }
        }
    }

    /** Against sums in double precision of what is stored; and the same bits alone, in any batch, by any pieces. */
    private void check(WeightMatrix m) {
        float[][] w = stored(m);
        int rows = 9;
        float[][] x = numbers(rows, m.columns());
        var flat = new float[rows * m.columns()];
        for (int r = 0; r < rows; r++) System.arraycopy(x[r], 0, flat, r * m.columns(), m.columns());
        var scratch = new WeightMatrix.Scratch();
        int stride = m.rows() + 2;
        var y = new float[rows * stride];
        m.multiply(0, m.panels(), flat, 0, m.columns(), rows, y, 1, stride, false, scratch);
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < m.rows(); j++) {
                double sum = 0;
                for (int k = 0; k < m.columns(); k++) sum += (double) x[r][k] * w[j][k];
                assertThat((double) y[r * stride + 1 + j]).isCloseTo(sum, within(1e-3));
            }
            assertThat(y[r * stride]).as("what lies before the columns").isZero();
            assertThat(y[r * stride + 1 + m.rows()]).as("what lies after them").isZero();
            var alone = new float[m.rows()];
            for (int p = 0; p < m.panels(); p++)
                m.multiply(p, p + 1, flat, r * m.columns(), 0, 1, alone, 0, 0, false, scratch);
            var pairs = new float[m.rows()];
            m.multiply(0, m.panels(), flat, r * m.columns(), 0, 1, pairs, 0, 0, false, scratch);
            for (int j = 0; j < m.rows(); j++) {
                assertThat(alone[j]).isEqualTo(y[r * stride + 1 + j]);
                assertThat(pairs[j]).isEqualTo(y[r * stride + 1 + j]);
            }
        }
        float[] twice = y.clone();
        m.multiply(0, m.panels(), flat, 0, m.columns(), rows, twice, 1, stride, true, scratch);
        for (int i = 0; i < y.length; i++) assertThat(twice[i]).isEqualTo(2 * y[i]);
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void products(Format format) {
        for (int rows : new int[] {1, 15, 16, 40, 67}) check(matrix(numbers(rows, 96), format));
        check(matrix(numbers(21, 33), format));
    }

    @Test
    void productsOfFourBits() {
        for (int rows : new int[] {1, 16, 40, 64, 67, 97}) check(fourBits(rows, 96));
    }
}
