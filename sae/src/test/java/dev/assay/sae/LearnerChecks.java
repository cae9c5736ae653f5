package dev.assay.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.stats.SplitRandom;
import dev.assay.tensor.DType;
import dev.assay.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Starts, data and comparisons of tests of learners. */
final class LearnerChecks {
    private LearnerChecks() {}

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
        near(w, got, 1e-4 * scale, name);
    }

    static void near(double[] wanted, double[] got, double by, String name) {
        for (int i = 0; i < wanted.length; i++)
            assertThat(got[i]).as("%s[%d]", name, i).isCloseTo(wanted[i], within(by));
    }
}
