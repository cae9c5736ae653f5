package dev.assay.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Gradients against central differences of the same operation, whose values {@link TensorTest} checks. */
class AutogradTest {
    private final Scope scope = Scope.open();
    private final Random random = new Random(2);

    @AfterEach
    void free() {
        scope.close();
    }

    private Tensor random(long... shape) {
        int count = 1;
        for (long s : shape) count *= (int) s;
        var values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (float) random.nextGaussian();
        return Tensor.of(values, shape);
    }

    /** The gradient of Σ c · f(x) for random c and x. */
    private void check(String name, UnaryOperator<Tensor> f, long... shape) {
        Tensor x = random(shape);
        float[] at = x.floats();
        Tensor c = random(f.apply(x).shape());
        x.requireGradient();
        f.apply(x).mul(c).sum().backward();
        float[] gradient = x.gradient().floats();
        assertThat(x.gradient().shape()).containsExactly(shape);
        double step = 1e-2;
        for (int i = 0; i < at.length; i++) {
            float[] up = at.clone();
            float[] down = at.clone();
            up[i] += (float) step;
            down[i] -= (float) step;
            double high = f.apply(Tensor.of(up, shape)).mul(c).sum().item();
            double low = f.apply(Tensor.of(down, shape)).mul(c).sum().item();
            double wanted = (high - low) / ((double) up[i] - down[i]);
            assertThat((double) gradient[i]).as("%s, element %d", name, i).isCloseTo(wanted, within(3e-3));
        }
    }

    @Test
    void everyOperationOfTheForwardPass() {
        Tensor wide = random(5, 4);
        Tensor square = random(4, 4);
        Tensor row = random(4);
        check("add", x -> x.add(row), 3, 4);
        check("add, broadcast", x -> wide.add(x), 4);
        check("sub", x -> row.sub(x), 3, 4);
        check("mul, broadcast", x -> wide.mul(x), 4);
        check("mul by a number", x -> x.mul(-2.5), 3, 4);
        check("neg", Tensor::neg, 5);
        check("square", Tensor::square, 3, 4);
        check("mean", Tensor::mean, 3, 4);
        check("silu", Tensor::silu, 3, 4);
        check("softmax", x -> x.softmax(-1), 3, 4);
        check("logSumExp", x -> x.logSumExp(-1), 3, 4);
        check("matmul, left", x -> x.matmul(square), 2, 3, 4);
        check("matmul, right", x -> random4(square).matmul(x), 2, 4, 3);
        check("linear, input", x -> x.linear(wide), 3, 4);
        check("linear, weight", x -> wide.linear(x), 3, 4);
        check("rmsNorm, input", x -> x.rmsNorm(row, 0.1), 3, 4);
        check("rmsNorm, weight", x -> wide.rmsNorm(x, 0.1), 4);
        check("embedding", x -> x.embedding(Tensor.of(new long[] {2, 0, 2}, 3)), 3, 4);
        check("indexSelect", x -> x.indexSelect(1, Tensor.of(new long[] {3, 3, 1}, 3)), 3, 4);
        check("cat", x -> Tensor.cat(List.of(x, wide, x), 0), 3, 4);
        check("narrow", x -> x.narrow(1, 1, 2), 3, 4);
        check("permute", x -> x.permute(1, 0), 3, 4);
        check("transpose and reshape", x -> x.transpose(0, 1).reshape(2, 6), 3, 4);
        check("crossEntropy", x -> x.crossEntropy(Tensor.of(new long[] {0, 3, 3}, 3)), 3, 4);
    }

    private static Tensor random4(Tensor square) {
        return square.unsqueeze(0);
    }

    @Test
    void gradientsAddUpUntilTheyAreCleared() {
        Tensor x = Tensor.of(new float[] {3}, 1).requireGradient();
        x.square().sum().backward();
        x.square().sum().backward();
        assertThat(x.gradient().floats()).containsExactly(12);
        x.clearGradient();
        assertThatThrownBy(x::gradient).isInstanceOf(TensorException.class).hasMessageContaining("backward()");
        x.square().sum().backward();
        assertThat(x.gradient().floats()).containsExactly(6);
    }

    @Test
    void aPauseRecordsNothingAndEnds() {
        Tensor x = Tensor.of(new float[] {3}, 1).requireGradient();
        try (var outer = Autograd.pause()) {
            try (var inner = Autograd.pause()) {
                x.square();
            }
            Tensor silent = x.square().sum();
            assertThatThrownBy(silent::backward).isInstanceOf(RuntimeException.class);
        }
        x.square().sum().backward();
        assertThat(x.gradient().floats()).containsExactly(6);
    }

    @Test
    void detachedNumbersGetNoGradient() {
        Tensor x = Tensor.of(new float[] {3}, 1).requireGradient();
        x.mul(x.detach()).sum().backward();
        assertThat(x.gradient().floats()).containsExactly(3);
    }
}
