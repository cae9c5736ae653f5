package dev.assay.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Every operation against plain loops in double precision, on random shapes. */
class TensorTest {
    private static final float TOLERANCE = 2e-5f;

    private final Scope scope = Scope.open();
    private Random random = new Random(1);

    @AfterEach
    void free() {
        scope.close();
    }

    private int length() {
        return 1 + random.nextInt(9);
    }

    private float[] values(int count) {
        var out = new float[count];
        for (int i = 0; i < count; i++) out[i] = (float) random.nextGaussian();
        return out;
    }

    private long[] indices(int count, int below) {
        return random.longs(count, 0, below).toArray();
    }

    private static void assertClose(Tensor actual, double[] wanted, long... shape) {
        assertThat(actual.shape()).containsExactly(shape);
        float[] floats = actual.floats();
        assertThat(floats).hasSameSizeAs(wanted);
        for (int i = 0; i < floats.length; i++)
            assertThat((double) floats[i])
                    .as("element %d", i)
                    .isCloseTo(wanted[i], within(TOLERANCE * (1 + Math.abs(wanted[i]))));
    }

    private static double[] product(float[] a, int aFrom, float[] b, int bFrom, int n, int k, int m) {
        var out = new double[n * m];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < m; j++)
                for (int x = 0; x < k; x++) out[i * m + j] += (double) a[aFrom + i * k + x] * b[bFrom + x * m + j];
        return out;
    }

    @RepeatedTest(10)
    void linear(RepetitionInfo round) {
        random = new Random(round.getCurrentRepetition());
        int a = length();
        int b = length();
        int in = length();
        int out = length();
        float[] x = values(a * b * in);
        float[] w = values(out * in);
        var wanted = new double[a * b * out];
        for (int row = 0; row < a * b; row++)
            for (int o = 0; o < out; o++)
                for (int i = 0; i < in; i++) wanted[row * out + o] += (double) x[row * in + i] * w[o * in + i];
        assertClose(Tensor.of(x, a, b, in).linear(Tensor.of(w, out, in)), wanted, a, b, out);
    }

    @RepeatedTest(10)
    void matmul(RepetitionInfo round) {
        random = new Random(round.getCurrentRepetition());
        int batch = length();
        int n = length();
        int k = length();
        int m = length();
        float[] a = values(batch * n * k);
        float[] b = values(batch * k * m);
        var each = new double[batch * n * m];
        var shared = new double[batch * n * m];
        for (int i = 0; i < batch; i++) {
            System.arraycopy(product(a, i * n * k, b, i * k * m, n, k, m), 0, each, i * n * m, n * m);
            System.arraycopy(product(a, i * n * k, b, 0, n, k, m), 0, shared, i * n * m, n * m);
        }
        Tensor right = Tensor.of(b, batch, k, m);
        assertClose(Tensor.of(a, batch, n, k).matmul(right), each, batch, n, m);
        assertClose(Tensor.of(a, batch, n, k).matmul(right.narrow(0, 0, 1).reshape(k, m)), shared, batch, n, m);
    }

    @RepeatedTest(10)
    void rmsNorm(RepetitionInfo round) {
        random = new Random(round.getCurrentRepetition());
        int rows = length();
        int width = length();
        float[] x = values(rows * width);
        float[] w = values(width);
        double eps = random.nextDouble();
        var wanted = new double[x.length];
        for (int r = 0; r < rows; r++) {
            double squares = 0;
            for (int i = 0; i < width; i++) squares += (double) x[r * width + i] * x[r * width + i];
            for (int i = 0; i < width; i++)
                wanted[r * width + i] = x[r * width + i] / Math.sqrt(squares / width + eps) * w[i];
        }
        assertClose(Tensor.of(x, rows, width).rmsNorm(Tensor.of(w, width), eps), wanted, rows, width);
    }

    @RepeatedTest(10)
    void softmaxAndLogSumExp(RepetitionInfo round) {
        random = new Random(round.getCurrentRepetition());
        int[] d = {length(), length(), length()};
        int dim = random.nextInt(3);
        float[] x = values(d[0] * d[1] * d[2]);
        for (int i = 0; i < x.length; i++) x[i] = 300 + 20 * x[i]; // exp of these overflows
        int stride = dim == 0 ? d[1] * d[2] : dim == 1 ? d[2] : 1;
        var soft = new double[x.length];
        var sums = new double[x.length / d[dim]];
        int done = 0;
        for (int i = 0; i < x.length; i++) {
            if (i / stride % d[dim] != 0) continue;
            double most = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < d[dim]; j++) most = Math.max(most, x[i + j * stride]);
            double sum = 0;
            for (int j = 0; j < d[dim]; j++) sum += Math.exp(x[i + j * stride] - most);
            for (int j = 0; j < d[dim]; j++) soft[i + j * stride] = Math.exp(x[i + j * stride] - most) / sum;
            sums[done++] = most + Math.log(sum);
        }
        Tensor t = Tensor.of(x, d[0], d[1], d[2]);
        assertClose(t.softmax(dim), soft, d[0], d[1], d[2]);
        assertClose(t.softmax(dim - 3), soft, d[0], d[1], d[2]);
        assertThat(t.logSumExp(dim).shape()).hasSize(2);
        assertClose(t.logSumExp(dim).reshape(sums.length), sums, sums.length);
    }

    @RepeatedTest(10)
    void crossEntropy(RepetitionInfo round) {
        random = new Random(round.getCurrentRepetition());
        int rows = length();
        int classes = length();
        float[] x = values(rows * classes);
        long[] targets = indices(rows, classes);
        double wanted = 0;
        for (int r = 0; r < rows; r++) {
            double sum = 0;
            for (int c = 0; c < classes; c++) sum += Math.exp(x[r * classes + c]);
            wanted += (Math.log(sum) - x[r * classes + (int) targets[r]]) / rows;
        }
        Tensor loss = Tensor.of(x, rows, classes).crossEntropy(Tensor.of(targets, rows));
        assertThat(loss.item()).isCloseTo(wanted, within(1e-5));
    }

    @RepeatedTest(10)
    void elementwise(RepetitionInfo round) {
        random = new Random(round.getCurrentRepetition());
        int rows = length();
        int width = length();
        float[] x = values(rows * width);
        float[] y = values(width);
        Tensor a = Tensor.of(x, rows, width);
        Tensor b = Tensor.of(y, width);
        assertClose(a.add(b), zip(x, y, Double::sum), rows, width);
        assertClose(a.sub(b), zip(x, y, (p, q) -> p - q), rows, width);
        assertClose(a.mul(b), zip(x, y, (p, q) -> p * q), rows, width);
        assertClose(a.mul(-1.25), map(x, p -> -1.25 * p), rows, width);
        assertClose(a.neg(), map(x, p -> -p), rows, width);
        assertClose(a.square(), map(x, p -> p * p), rows, width);
        assertClose(a.square().scaledRoot(3, 0.5), map(x, p -> Math.abs(p) * 3 + 0.5), rows, width);
        assertClose(a.silu(), map(x, p -> p / (1 + Math.exp(-p))), rows, width);
        double sum = 0;
        for (float f : x) sum += f;
        assertThat(a.sum().item()).isCloseTo(sum, within(1e-4));
        assertThat(a.mean().item()).isCloseTo(sum / x.length, within(1e-5));
        assertThat(a.floats()).as("none of these changes its operand").containsExactly(x);
    }

    @RepeatedTest(5)
    void inPlace(RepetitionInfo round) {
        random = new Random(round.getCurrentRepetition());
        int n = length();
        float[] x = values(n);
        float[] y = values(n);
        float[] z = values(n);
        for (int i = 0; i < n; i++) z[i] = 1 + Math.abs(z[i]);
        Tensor b = Tensor.of(y, n);
        Tensor c = Tensor.of(z, n);
        Tensor t = Tensor.of(x, n);
        t.addInPlace(b, -0.5);
        assertClose(t, zip(x, y, (p, q) -> p - 0.5 * q), n);
        t.setInPlace(b);
        assertThat(t.floats()).containsExactly(y);
        t.mulInPlace(3);
        assertClose(t, map(y, q -> 3 * q), n);
        t.setInPlace(Tensor.of(x, n));
        t.addProductInPlace(b, c, 2);
        t.addQuotientInPlace(b, c, -4);
        var wanted = new double[n];
        for (int i = 0; i < n; i++) wanted[i] = x[i] + 2.0 * y[i] * z[i] - 4.0 * y[i] / z[i];
        assertClose(t, wanted, n);
        assertThat(b.floats()).containsExactly(y);
    }

    private static double[] map(float[] x, DoubleUnaryOperator f) {
        var out = new double[x.length];
        for (int i = 0; i < out.length; i++) out[i] = f.applyAsDouble(x[i]);
        return out;
    }

    /** {@code y} is broadcast over the rows of {@code x}. */
    private static double[] zip(float[] x, float[] y, DoubleBinaryOperator f) {
        var out = new double[x.length];
        for (int i = 0; i < out.length; i++) out[i] = f.applyAsDouble(x[i], y[i % y.length]);
        return out;
    }

    @RepeatedTest(5)
    void embeddingAndIndexSelect(RepetitionInfo round) {
        random = new Random(round.getCurrentRepetition());
        int rows = length();
        int width = length();
        int a = length();
        int b = length();
        float[] table = values(rows * width);
        long[] ids = indices(a * b, rows);
        var looked = new double[a * b * width];
        for (int i = 0; i < ids.length; i++)
            for (int j = 0; j < width; j++) looked[i * width + j] = table[(int) ids[i] * width + j];
        Tensor t = Tensor.of(table, rows, width);
        assertClose(t.embedding(Tensor.of(ids, a, b)), looked, a, b, width);
        assertClose(t.indexSelect(0, Tensor.of(ids, a * b)), looked, a * b, width);

        long[] columns = indices(a, width);
        var picked = new double[rows * a];
        for (int r = 0; r < rows; r++)
            for (int i = 0; i < a; i++) picked[r * a + i] = table[r * width + (int) columns[i]];
        assertClose(t.indexSelect(-1, Tensor.of(columns, a)), picked, rows, a);
    }

    @RepeatedTest(5)
    void catAndNarrow(RepetitionInfo round) {
        random = new Random(round.getCurrentRepetition());
        int outer = length();
        int p = length();
        int q = length();
        int inner = length();
        float[] x = values(outer * p * inner);
        float[] y = values(outer * q * inner);
        var joined = new double[x.length + y.length];
        for (int o = 0; o < outer; o++)
            for (int i = 0; i < (p + q) * inner; i++)
                joined[o * (p + q) * inner + i] =
                        i < p * inner ? x[o * p * inner + i] : y[o * q * inner + i - p * inner];
        Tensor cat = Tensor.cat(List.of(Tensor.of(x, outer, p, inner), Tensor.of(y, outer, q, inner)), 1);
        assertClose(cat, joined, outer, p + q, inner);
        assertThat(cat.narrow(1, 0, p).floats()).containsExactly(x);
        assertThat(cat.narrow(-2, p, q).floats()).containsExactly(y);
        assertThat(cat.size(1)).isEqualTo(p + q);
        assertThat(cat.size(-1)).isEqualTo(inner);
    }

    @RepeatedTest(5)
    void permuteTransposeReshape(RepetitionInfo round) {
        random = new Random(round.getCurrentRepetition());
        int a = length();
        int b = length();
        int c = length();
        float[] x = values(a * b * c);
        var wanted = new double[x.length]; // [c, a, b]
        var swapped = new double[x.length]; // [a, c, b]
        for (int i = 0; i < a; i++)
            for (int j = 0; j < b; j++)
                for (int k = 0; k < c; k++) {
                    wanted[(k * a + i) * b + j] = x[(i * b + j) * c + k];
                    swapped[(i * c + k) * b + j] = x[(i * b + j) * c + k];
                }
        Tensor t = Tensor.of(x, a, b, c);
        assertClose(t.permute(2, 0, 1), wanted, c, a, b);
        assertClose(t.permute(2, 0, 1).contiguous().reshape(c * a, b), wanted, c * a, b);
        assertClose(t.permute(2, 0, 1).reshape(c, -1), wanted, c, (long) a * b);
        assertClose(t.transpose(1, -1), swapped, a, c, b);
        assertThat(t.unsqueeze(1).shape()).containsExactly(a, 1, b, c);
        assertThat(t.count()).isEqualTo(x.length);
    }

    @Test
    void narrowIsAViewAndCopyIsNot() {
        Tensor t = Tensor.zeros(DType.F32, 3);
        Tensor copy = t.copy();
        t.narrow(0, 1, 1).setInPlace(Tensor.of(new float[] {5}, 1));
        assertThat(t.floats()).containsExactly(0, 5, 0);
        assertThat(copy.floats()).containsExactly(0, 0, 0);
    }

    @Test
    void bf16RoundsToTheNearestEven() {
        float[] x = values(1000);
        float[] rounded = Tensor.of(x, x.length).to(DType.BF16).floats();
        for (int i = 0; i < x.length; i++) {
            int bits = Float.floatToRawIntBits(x[i]);
            int wanted = (bits + 0x7fff + (bits >>> 16 & 1)) & 0xffff0000;
            assertThat(Float.floatToRawIntBits(rounded[i])).isEqualTo(wanted);
        }
    }

    @Test
    void typesAndIntegers() {
        Tensor ids = Tensor.of(new long[] {1, Long.MIN_VALUE, Long.MAX_VALUE, 4}, 2, 2);
        assertThat(ids.type()).isEqualTo(DType.I64);
        assertThat(ids.transpose(0, 1).longs()).containsExactly(1, Long.MAX_VALUE, Long.MIN_VALUE, 4);
        for (DType type : DType.values())
            assertThat(Tensor.zeros(type, 2, 3).type()).isEqualTo(type);
        assertThat(ids.to(DType.I64)).isSameAs(ids);
        assertThat(ids).hasToString("I64[2, 2]");
        assertThat(Tensor.of(new float[0], 0, 3).floats()).isEmpty();
        assertThat(Tensor.of(new long[0], 0).longs()).isEmpty();
        assertThat(Tensor.of(new float[] {2}).shape()).isEmpty();
    }

    @Test
    void floatsFillsTheFrontOfALongerArray() {
        var into = new float[] {9, 9, 9};
        Tensor.of(new float[] {1, 2}, 2).floats(into);
        assertThat(into).containsExactly(1, 2, 9);
    }

    @Test
    void refusesValuesThatDoNotFillTheShape() {
        assertThatThrownBy(() -> Tensor.of(new float[5], 2, 3))
                .isInstanceOf(TensorException.class)
                .hasMessageContainingAll("5", "[2, 3]");
        assertThatThrownBy(() -> Tensor.of(new long[7], 2, 3)).isInstanceOf(TensorException.class);
    }

    @Test
    void threadsAreSetAndChecked() {
        int before = Device.threads();
        try {
            Device.threads(1);
            assertThat(Device.threads()).isEqualTo(1);
            assertThatThrownBy(() -> Device.threads(0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("0");
        } finally {
            Device.threads(before);
        }
        assertThat(Device.describe()).contains("LibTorch", Device.capability());
    }
}
