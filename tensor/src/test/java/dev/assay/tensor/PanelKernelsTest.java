package dev.assay.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The fast kernels against the obvious ones. Products are the same chains of additions: equal to the last bit. */
class PanelKernelsTest {
    private static final PanelKernels FAST = new VectorPanelKernels();
    private static final int W = FAST.width();
    private static final PanelKernels OBVIOUS = new ScalarPanelKernels(W);

    private final Random random = new Random(7);

    private float[] numbers(int count) {
        var out = new float[count];
        for (int i = 0; i < count; i++) out[i] = (float) random.nextGaussian();
        return out;
    }

    @Test
    void thisMachineGetsTheFastOnes() {
        assertThat(PanelKernels.best()).isInstanceOf(VectorPanelKernels.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 13})
    void products(int rows) {
        for (int depth : new int[] {0, 1, 5, 64, 100}) {
            float[] panel = numbers(3 + depth * W);
            var half = new short[panel.length];
            for (int i = 0; i < half.length; i++) half[i] = PanelKernels.toBf16(panel[i]);
            float[] x = numbers(2 + rows * (depth + 1));
            float[] before = numbers(1 + rows * (W + 3));
            for (boolean add : new boolean[] {false, true}) {
                float[] fast = before.clone();
                float[] obvious = before.clone();
                FAST.multiply(panel, 3, depth, x, 2, depth + 1, rows, fast, 1, W + 3, add);
                OBVIOUS.multiply(panel, 3, depth, x, 2, depth + 1, rows, obvious, 1, W + 3, add);
                assertThat(fast).as("depth %d, add %s", depth, add).containsExactly(obvious);
                fast = before.clone();
                obvious = before.clone();
                FAST.multiplyBf16(half, 3, depth, x, 2, depth + 1, rows, fast, 1, W + 3, add);
                OBVIOUS.multiplyBf16(half, 3, depth, x, 2, depth + 1, rows, obvious, 1, W + 3, add);
                assertThat(fast).as("bf16, depth %d, add %s", depth, add).containsExactly(obvious);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 64, 160})
    void fourBits(int depth) {
        int[] packed = random.ints(5 + 2 * depth / 8 * W).toArray();
        float[] scales = numbers(3 + 2 * depth / PanelKernels.BLOCK * 2 * W);
        var fast = new float[depth * W];
        var obvious = new float[depth * W];
        FAST.unpack4(packed, 5, scales, 3, depth, fast);
        OBVIOUS.unpack4(packed, 5, scales, 3, depth, obvious);
        assertThat(fast).containsExactly(obvious);
        float[] x = numbers(depth + 1);
        var direct = new float[2 * W + 1];
        var slow = new float[2 * W + 1];
        FAST.multiply4(packed, 5, scales, 3, depth, x, 1, direct, 1);
        OBVIOUS.multiply4(packed, 5, scales, 3, depth, x, 1, slow, 1);
        assertThat(direct).containsExactly(slow);
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 96})
    void eightBits(int depth) {
        int[] packed = random.ints(4 + 2 * depth / 4 * W).toArray();
        float[] scales = numbers(2 + 2 * depth / PanelKernels.BLOCK * W);
        var fast = new float[depth * W];
        var obvious = new float[depth * W];
        FAST.unpack8(packed, 4, scales, 2, depth, fast);
        OBVIOUS.unpack8(packed, 4, scales, 2, depth, obvious);
        assertThat(fast).containsExactly(obvious);
        float[] x = numbers(depth + 1);
        var direct = new float[2 * W + 1];
        var slow = new float[2 * W + 1];
        FAST.multiply8(packed, 4, scales, 2, depth, x, 1, direct, 1);
        OBVIOUS.multiply8(packed, 4, scales, 2, depth, x, 1, slow, 1);
        assertThat(direct).containsExactly(slow);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 32})
    void sixteenBits(int depth) {
        int[] packed = new int[1 + (depth + 1) / 2 * W];
        for (int i = 0; i < packed.length; i++) // no NaN, which does not equal itself
        packed[i] = bf16() | bf16() << 16;
        var fast = new float[depth * W];
        var obvious = new float[depth * W];
        FAST.unpack16(packed, 1, depth, fast);
        OBVIOUS.unpack16(packed, 1, depth, obvious);
        assertThat(fast).containsExactly(obvious);
    }

    private int bf16() {
        return Float.floatToIntBits((float) random.nextGaussian()) >>> 16;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 16, 33, 1000, 49_152})
    void softmax(int length) {
        float[] x = numbers(length + 4);
        for (int i = 0; i < x.length; i++) x[i] *= 8;
        if (length > 3) x[4] = Float.NEGATIVE_INFINITY;
        float[] fast = x.clone();
        float[] obvious = x.clone();
        assertThat(FAST.softmax(fast, 2, length)).isCloseTo(OBVIOUS.softmax(obvious, 2, length), within(1e-5));
        assertThat(fast).containsExactly(obvious, within(2e-6f));
        if (length > 3) assertThat(fast[4]).isZero();
        assertThat(FAST.max(x, 2, length)).isEqualTo(OBVIOUS.max(x, 2, length));
        assertThat(FAST.logSumExp(x, 2, length, 0.7f)).isCloseTo(OBVIOUS.logSumExp(x, 2, length, 0.7f), within(1e-5));
        assertThat(FAST.sumExp(x, 2, length, 0.7f, 30)).isCloseTo(OBVIOUS.sumExp(x, 2, length, 0.7f, 30), within(1e-5));
    }

    @Test
    void aMaximumOverWhatIsNoNumberIsNone() {
        float[] x = numbers(40);
        x[21] = Float.NaN;
        assertThat(FAST.max(x, 0, 40)).isNaN();
        assertThat(OBVIOUS.max(x, 0, 40)).isNaN();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 31, 600})
    void gates(int n) {
        float[] gate = numbers(n + 1);
        for (int i = 0; i < gate.length; i++) gate[i] *= 20;
        float[] up = numbers(n + 2);
        var fast = new float[n];
        var obvious = new float[n];
        FAST.siluTimes(gate, 1, up, 2, fast, 0, n);
        OBVIOUS.siluTimes(gate, 1, up, 2, obvious, 0, n);
        assertThat(fast).containsExactly(obvious, within(3e-5f));
        FAST.geluTimes(gate, 1, up, 2, fast, 0, n);
        OBVIOUS.geluTimes(gate, 1, up, 2, obvious, 0, n);
        assertThat(fast).containsExactly(obvious, within(3e-5f));
    }
}
