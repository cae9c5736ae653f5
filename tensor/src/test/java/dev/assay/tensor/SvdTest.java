package dev.assay.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against deflated power iteration, in plain loops. */
class SvdTest {
    private final Random random = new Random(4);

    /** One strongest pair after another; {@code m} loses each. */
    private static double[][][] slow(double[][] m, int count) {
        var out = new double[count][][];
        for (int i = 0; i < count; i++) {
            double[] right = new double[m[0].length];
            Arrays.setAll(right, j -> Math.sin(1 + j));
            double[] left = new double[m.length];
            double value = 0;
            for (int step = 0; step < 3000; step++) {
                left = times(m, right);
                normalise(left);
                right = timesTransposed(m, left);
                value = normalise(right);
            }
            for (int r = 0; r < m.length; r++)
                for (int c = 0; c < right.length; c++) m[r][c] -= value * left[r] * right[c];
            out[i] = new double[][] {left, {value}, right};
        }
        return out;
    }

    private static double[] times(double[][] m, double[] x) {
        return Arrays.stream(m).mapToDouble(row -> dot(row, x)).toArray();
    }

    private static double[] timesTransposed(double[][] m, double[] y) {
        var out = new double[m[0].length];
        for (int r = 0; r < m.length; r++) for (int c = 0; c < out.length; c++) out[c] += m[r][c] * y[r];
        return out;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) sum += a[i] * b[i];
        return sum;
    }

    private static double normalise(double[] x) {
        double norm = Math.sqrt(dot(x, x));
        for (int i = 0; i < x.length; i++) x[i] /= norm;
        return norm;
    }

    /** A matrix whose values fall by a fifth each. */
    private double[] falling(int m, int n) {
        var out = new double[m * n];
        for (int i = 0; i < Math.min(m, n); i++) {
            double[] u = random.doubles(m, -1, 1).toArray();
            double[] v = random.doubles(n, -1, 1).toArray();
            for (int r = 0; r < m; r++) for (int c = 0; c < n; c++) out[r * n + c] += Math.pow(0.8, i) * u[r] * v[c];
        }
        return out;
    }

    private static double[][] rows(double[] flat, int m) {
        int n = flat.length / m;
        var out = new double[m][];
        for (int r = 0; r < m; r++) out[r] = Arrays.copyOfRange(flat, r * n, (r + 1) * n);
        return out;
    }

    private static void compare(Svd fast, double[][][] slow, double tolerance) {
        double[][] left = rows(fast.left().doubles(), fast.values().length);
        double[][] right = rows(fast.right().doubles(), fast.values().length);
        for (int i = 0; i < slow.length; i++) {
            assertThat(fast.values()[i]).isCloseTo(slow[i][1][0], within(tolerance * slow[0][1][0]));
            double sign = Math.signum(dot(left[i], slow[i][0]));
            assertThat(sign * dot(left[i], slow[i][0])).isCloseTo(1, within(tolerance));
            assertThat(sign * dot(right[i], slow[i][2])).isCloseTo(1, within(tolerance));
        }
    }

    @Test
    void wholeAndLeadingAreWhatPowerIterationFinds() {
        for (int[] shape : new int[][] {{7, 5}, {5, 9}, {40, 33}, {33, 60}}) {
            double[] flat = falling(shape[0], shape[1]);
            double[][][] slow = slow(rows(flat, shape[0]), 3);
            try (var scope = Scope.open()) {
                Tensor matrix = Tensor.of(flat, shape[0], shape[1]);
                compare(Svd.of(matrix), slow, 1e-9);
                Svd leading = Svd.leading(matrix, 3);
                assertThat(leading.values()).hasSize(3);
                compare(leading, slow, 1e-5);
                compare(Svd.leading(matrix.to(DType.F32), 3), slow, 1e-4);
            }
        }
    }

    @Test
    void aProductIsNotMultipliedOut() {
        double[] a = random.doubles(30 * 4, -1, 1).toArray();
        double[] b = random.doubles(4 * 50, -1, 1).toArray();
        try (var scope = Scope.open()) {
            Tensor left = Tensor.of(a, 30, 4);
            Tensor right = Tensor.of(b, 4, 50);
            Svd svd = Svd.ofProduct(left, right);
            assertThat(svd.values()).hasSize(4);
            compare(svd, slow(rows(left.matmul(right).doubles(), 30), 4), 1e-7);
        }
    }

    @Test
    void aMatrixOfZerosHasNoStrength() {
        try (var scope = Scope.open()) {
            assertThat(Svd.leading(Tensor.zeros(DType.F32, 30, 40), 2).values()).containsOnly(0.0);
        }
    }
}
