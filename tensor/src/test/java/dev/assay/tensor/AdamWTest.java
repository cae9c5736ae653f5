package dev.assay.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdamWTest {
    private static final int[] SIZES = {3, 8};

    private final Scope scope = Scope.open();
    private final Random random = new Random(3);

    @TempDir
    Path folder;

    @AfterEach
    void free() {
        scope.close();
    }

    private float[] values(int count, double scale) {
        var out = new float[count];
        for (int i = 0; i < count; i++) out[i] = (float) (random.nextGaussian() * scale);
        return out;
    }

    private static Tensor leaf(float[] values) {
        return Tensor.of(values, values.length).requireGradient();
    }

    /** Leaves exactly this gradient. */
    private static void setGradient(Tensor parameter, float[] gradient) {
        parameter.mul(Tensor.of(gradient, gradient.length)).sum().backward();
    }

    @Test
    void equalsThePlainFormulasOver20Steps() {
        float[][] start = {values(SIZES[0], 1), values(SIZES[1], 1)};
        List<Tensor> parameters = List.of(leaf(start[0]), leaf(start[1]));
        var optimiser = new AdamW(parameters);
        double[][] x = {doubles(start[0]), doubles(start[1])};
        double[][] m = {new double[SIZES[0]], new double[SIZES[1]]};
        double[][] v = {new double[SIZES[0]], new double[SIZES[1]]};
        for (int step = 1; step <= 20; step++) {
            double rate = 0.1 / step;
            for (int p = 0; p < 2; p++) {
                float[] g = values(SIZES[p], Math.pow(10, random.nextInt(5) - 4));
                setGradient(parameters.get(p), g);
                for (int i = 0; i < g.length; i++) {
                    m[p][i] = 0.9 * m[p][i] + 0.1 * g[i];
                    v[p][i] = 0.999 * v[p][i] + 0.001 * g[i] * g[i];
                    double mHat = m[p][i] / (1 - Math.pow(0.9, step));
                    double vHat = v[p][i] / (1 - Math.pow(0.999, step));
                    x[p][i] -= rate * mHat / (Math.sqrt(vHat) + 1e-8);
                }
            }
            optimiser.step(rate);
            assertThat(optimiser.steps()).isEqualTo(step);
            for (int p = 0; p < 2; p++) {
                float[] now = parameters.get(p).floats();
                for (int i = 0; i < now.length; i++)
                    assertThat((double) now[i]).as("step %d", step).isCloseTo(x[p][i], within(2e-6));
            }
        }
    }

    private static double[] doubles(float[] values) {
        var out = new double[values.length];
        for (int i = 0; i < out.length; i++) out[i] = values[i];
        return out;
    }

    @Test
    void stepForgetsTheGradients() {
        Tensor x = leaf(values(4, 1));
        setGradient(x, values(4, 1));
        new AdamW(List.of(x)).step(0.1);
        assertThatThrownBy(x::gradient).isInstanceOf(TensorException.class);
    }

    @Test
    void goesOnFromASavedState() throws Exception {
        float[] start = values(5, 1);
        float[][] gradients = new float[12][];
        for (int i = 0; i < gradients.length; i++) gradients[i] = values(5, 1);
        Tensor whole = leaf(start);
        var uninterrupted = new AdamW(List.of(whole));
        Map<String, Tensor> saved = new LinkedHashMap<>();
        for (int i = 0; i < gradients.length; i++) {
            if (i == 6) {
                saved.putAll(uninterrupted.state());
                saved.put("x", whole);
                Files.write(folder.resolve("state"), Safetensors.encode(saved, new TreeMap<>()));
            }
            setGradient(whole, gradients[i]);
            uninterrupted.step(0.01);
        }
        Map<String, Tensor> state = Safetensors.read(folder.resolve("state"));
        Tensor resumed = leaf(state.get("x").floats());
        var optimiser = new AdamW(List.of(resumed));
        optimiser.restore(state);
        assertThat(optimiser.steps()).isEqualTo(6);
        for (int i = 6; i < gradients.length; i++) {
            setGradient(resumed, gradients[i]);
            optimiser.step(0.01);
        }
        assertThat(resumed.floats()).containsExactly(whole.floats());
    }

    @Test
    void refusesAStateThatLacksAnEntry() {
        var optimiser = new AdamW(List.of(leaf(values(2, 1))));
        Map<String, Tensor> state = new LinkedHashMap<>(optimiser.state());
        state.remove("second.0");
        assertThatThrownBy(() -> optimiser.restore(state))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("second.0");
    }

    @Test
    void clipsTheJointNormAndNothingBelowIt() {
        Tensor a = leaf(new float[] {1, 1});
        Tensor b = leaf(new float[] {1});
        var optimiser = new AdamW(List.of(a, b));
        setGradient(a, new float[] {2, -3});
        setGradient(b, new float[] {6});
        assertThat(optimiser.clip(7.5)).isCloseTo(7, within(1e-6));
        assertThat(a.gradient().floats()).containsExactly(2, -3);
        assertThat(optimiser.clip(3.5)).isCloseTo(7, within(1e-6));
        assertThat(a.gradient().floats()).containsExactly(new float[] {1, -1.5f}, within(1e-6f));
        assertThat(b.gradient().floats()).containsExactly(new float[] {3}, within(1e-6f));
    }

    /** torch's clip_grad_norm_ adds 1e-6 to the norm: a norm at the limit shrinks a little. */
    @Test
    void clipsByTorchsFactor() {
        assertThat(AdamW.clipFactor(4, 1)).isCloseTo(1 / 4.000001, within(1e-15));
        assertThat(AdamW.clipFactor(1, 1)).isCloseTo(1 / 1.000001, within(1e-15));
        assertThat(AdamW.clipFactor(0.999999, 1)).isCloseTo(1, within(1e-15));
        assertThat(AdamW.clipFactor(0, 1)).isEqualTo(1);
    }
}
