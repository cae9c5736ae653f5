package dev.assay.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.SparseRows;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The 16k world against what SAELens measured on it ({@code synth16k_facts.json}). Its dictionary is not made here. */
class Synth16kTest {
    private static final WorldConfig CONFIG = Presets.named("synth-16k-v2")
            .config()
            .change()
            .hiddenDim(1)
            .noOrthogonalization()
            .build();
    private static final double FP32 = 2e-6; // relative: some roundings

    private final JsonNode facts = Fixtures.json("synth16k_facts.json");

    @Test
    void probabilitiesAreTheMeasuredOnes() {
        float[] base = CONFIG.firingProbability().generate(CONFIG.numFeatures(), 0);
        Hierarchy trees = World.hierarchy(CONFIG);
        check("zipf_base_at", base);
        check("correction_at", trees.compensation(base));
        double[] p = World.features(CONFIG, trees).probabilities();
        facts.path("corrected_prob_at")
                .properties()
                .forEach(e -> checkOne(e.getKey(), p[Integer.parseInt(e.getKey())], e.getValue()));
        checkOne("sum", sum(base, base.length), facts.path("zipf_base_sum_all"));
        checkOne("first 4096", sum(base, 4096), facts.path("zipf_base_sum_first4096"));
        checkOne("largest", Arrays.stream(p).max().orElseThrow(), facts.path("corrected_prob_max"));
        assertThat(Arrays.stream(p).filter(q -> q >= 1).count())
                .isEqualTo(facts.path("clamped_to_1").longValue());
        assertThat(trees.inTrees())
                .isEqualTo(facts.path("features_in_hierarchy").intValue());
    }

    private void check(String name, float[] ours) {
        facts.path(name)
                .properties()
                .forEach(e -> checkOne(name + " " + e.getKey(), ours[Integer.parseInt(e.getKey())], e.getValue()));
    }

    private static void checkOne(String what, double ours, JsonNode theirs) {
        assertThat(ours).as(what).isCloseTo(theirs.doubleValue(), within(FP32 * theirs.doubleValue()));
    }

    private static double sum(float[] p, int count) {
        return IntStream.range(0, count).mapToDouble(i -> p[i]).sum();
    }

    /** Measured on a CPU, so ours, which is drawn alike, has the same numbers. */
    @Test
    void theCopulaIsTheMeasuredOne() {
        LowRankCorrelation c = World.correlation(CONFIG);
        checkOne("rms", c.offdiagonal().rms(), facts.path("rms_offdiag_gaussian_correlation"));
        assertThat(c.offdiagonal().mean())
                .isCloseTo(facts.path("mean_offdiag_gaussian_correlation").doubleValue(), within(2e-9));
        checkOne("least diag", Arrays.stream(c.diag()).min().orElseThrow(), facts.path("min_corr_diag"));
        double[] sigma = World.stds(CONFIG);
        assertThat(Arrays.stream(sigma).average().orElseThrow())
                .isCloseTo(facts.path("sigma").path("mean").doubleValue(), within(1e-6));
    }

    /**
     * 20,000 samples against theirs. Counts in a group have, over samples, a standard deviation below 6 (the whole: 11.6),
     * so two means of 20,000 differ by less than 5.5 * sqrt(2 / 20,000) * 6 = 0.33 in all but one of 10^7 comparisons; of
     * fewer samples of theirs, by accordingly more.
     */
    @Test
    void groupsFireAsOftenAsMeasured() {
        JsonNode measured = facts.path("measured_v2");
        int rows = 20_000;
        double wider = Math.sqrt((1 + rows / measured.path("samples").doubleValue()) / 2);
        try (World world = World.build(CONFIG, Progress.NONE);
                var sampler = new Sampler(world, SplitRandom.of(16).split("facts"), 2)) {
            SparseRows a = sampler.firings(0, rows);
            assertThat((double) a.count() / rows)
                    .isCloseTo(measured.path("l0_mean").doubleValue(), within(0.64 * wider));
            measured.path("group_l0").properties().forEach(e -> {
                String[] ends = e.getKey().replaceAll("^[a-z0-9]*_", "").split("_");
                double l0 = count(a, Integer.parseInt(ends[0]), Integer.parseInt(ends[1])) / (double) rows;
                assertThat(l0).as(e.getKey()).isCloseTo(e.getValue().doubleValue(), within(0.33 * wider));
            });
            assertThat(spread(a)).isCloseTo(measured.path("l0_std").doubleValue(), within(0.6 * wider));
        }
    }

    private static long count(SparseRows a, int from, int to) {
        return IntStream.range(0, a.count())
                .filter(i -> a.columns()[i] >= from && a.columns()[i] <= to)
                .count();
    }

    private static double spread(SparseRows a) {
        double mean = (double) a.count() / a.rows();
        double sum = 0;
        for (int r = 0; r < a.rows(); r++) sum += Math.pow(a.starts()[r + 1] - a.starts()[r] - mean, 2);
        return Math.sqrt(sum / a.rows());
    }
}
