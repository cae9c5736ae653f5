package dev.assay.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.stats.SplitRandom;
import dev.assay.tensor.DType;
import dev.assay.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Starts, data and comparisons of tests of learners. */
final class LearnerChecks {
    private static final double CLOSE = 1e-4;

    private LearnerChecks() {}

    /** Gradients on one batch, and three steps. */
    static void stepTheSame(
            AutogradLearner obvious,
            Learner fast,
            Consumer<Tensor> backward,
            Supplier<Parameters> gradients,
            Conditions conditions,
            int dModel) {
        obvious.backward(batch(50, dModel, 7).to(DType.F64), conditions);
        backward.accept(batch(50, dModel, 7));
        gradients
                .get()
                .all()
                .forEach((name, t) -> close(obvious.parameters().get(name).gradient(), t, name));
        obvious.parameters().all().values().forEach(Tensor::clearGradient);
        for (int s = 0; s < 3; s++) {
            Tensor x = batch(50, dModel, s).to(DType.F64);
            StepResult wanted = obvious.step(x, conditions, 1e-3);
            StepResult got = fast.step(x, conditions, 1e-3);
            assertThat(got.losses().keySet()).isEqualTo(wanted.losses().keySet());
            wanted.losses()
                    .forEach((name, loss) ->
                            assertThat(got.losses().get(name)).as(name).isCloseTo(loss, within(CLOSE * loss)));
            assertThat(got.gradientNorm()).isCloseTo(wanted.gradientNorm(), within(CLOSE * wanted.gradientNorm()));
            assertThat(got.active().count()).isEqualTo(wanted.active().count());
        }
        // Adam moves even by gradients that are all rounding error, so steps differ more than gradients
        obvious.parameters()
                .all()
                .forEach((name, t) ->
                        near(t.doubles(), fast.parameters().get(name).doubles(), 3 * 1e-3 * 0.05, name));
    }

    static Parameters start(Architecture spec, int d, int m, DType type) {
        Parameters fresh = Parameters.fresh(spec, d, m, type, SplitRandom.of(3));
        Map<String, Tensor> out = new LinkedHashMap<>(fresh.all());
        RandomGenerator random = SplitRandom.of(4).generator();
        for (String bias : List.of("b_enc", "b_dec")) {
            var values = new float[(int) fresh.get(bias).count()];
            for (int i = 0; i < values.length; i++) values[i] = (float) (0.1 * random.nextGaussian());
            out.put(bias, Tensor.of(values, values.length).to(type));
        }
        return new Parameters(out);
    }

    static Tensor batch(int rows, int d, int seed) {
        RandomGenerator random = SplitRandom.of(seed).split("x").generator();
        var values = new float[rows * d];
        for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian();
        return Tensor.of(values, rows, d);
    }

    static void close(Tensor wanted, Tensor ours, String name) {
        double[] w = wanted.doubles();
        double[] got = ours.doubles();
        assertThat(got).as(name).hasSameSizeAs(w);
        double scale = 0;
        for (double v : w) scale = Math.max(scale, Math.abs(v));
        near(w, got, CLOSE * scale, name);
    }

    static void near(double[] wanted, double[] got, double by, String name) {
        for (int i = 0; i < wanted.length; i++)
            assertThat(got[i]).as("%s[%d]", name, i).isCloseTo(wanted[i], within(by));
    }
}
