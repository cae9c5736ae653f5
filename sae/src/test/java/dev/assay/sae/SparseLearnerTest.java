package dev.assay.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.sae.Architecture.BatchTopK;
import dev.assay.sae.Architecture.TopK;
import dev.assay.sae.AutogradLearnerTest.Case;
import dev.assay.tensor.DType;
import dev.assay.tensor.Kernels;
import dev.assay.tensor.Parallel;
import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The fast step against SAELens' and against the obvious one. */
class SparseLearnerTest {
    private static final ZooFixture FIXTURE = new ZooFixture();
    private static final double CLOSE = 1e-4;

    static Stream<Case> cases() {
        return AutogradLearnerTest.cases()
                .filter(c -> c.architecture() instanceof BatchTopK || c.architecture() instanceof TopK);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void stepsAsThePeer(Case c) {
        try (var scope = Scope.open();
                var parallel = new Parallel(2);
                var learner = learner(c.architecture(), FIXTURE.start(c.name()), DType.F32, parallel)) {
            if (c.name().startsWith("lista."))
                learner.averages().use(FIXTURE.get("lista.init_freq").doubles());
            List<Tensor> batches = FIXTURE.batches();
            for (int s = 0; s < batches.size(); s++) {
                StepResult result =
                        learner.step(batches.get(s), AutogradLearnerTest.conditions(c, s), FIXTURE.learningRate());
                if (s > 0) continue;
                checkFirst(c, result);
                learner.gradients()
                        .all()
                        .forEach((name, t) -> LearnerChecks.close(FIXTURE.get(c.name() + ".grad." + name), t, name));
            }
            learner.parameters()
                    .all()
                    .forEach((name, t) -> LearnerChecks.close(FIXTURE.get(c.name() + ".after3." + name), t, name));
            checkAverages(c, learner.averages());
        }
    }

    private static void checkFirst(Case c, StepResult result) {
        SparseRows active = result.active();
        String acts = c.name() + (c.name().startsWith("lista.") ? ".acts1" : ".acts");
        LearnerChecks.close(FIXTURE.get(acts), Tensor.of(active.dense(), active.rows(), active.width()), acts);
        double inner = 0;
        for (var loss : FIXTURE.facts(c.name()).path("losses").properties()) {
            double wanted = loss.getValue().asDouble();
            if (loss.getKey().startsWith("inner")) inner += wanted;
            else if (wanted > 0)
                assertThat(result.losses().get(loss.getKey())).isCloseTo(wanted, within(CLOSE * wanted));
        }
        if (inner > 0) assertThat(result.losses().get("inner_recons_loss")).isCloseTo(inner, within(CLOSE * inner));
        double total = FIXTURE.facts(c.name()).path("total_loss").asDouble();
        assertThat(result.loss()).isCloseTo(total, within(CLOSE * total));
        JsonNode norm = FIXTURE.facts(c.name()).path("grad_norm_before_clip");
        if (norm.isNumber())
            assertThat(result.gradientNorm()).isCloseTo(norm.asDouble(), within(CLOSE * norm.asDouble()));
    }

    private static void checkAverages(Case c, Averages averages) {
        JsonNode facts = FIXTURE.facts(c.name());
        double[] thresholds = averages.thresholds();
        if (facts.has("topk_threshold_after3"))
            near(facts.path("topk_threshold_after3").asDouble(), thresholds[0]);
        for (int i = 0; i < facts.path("thresholds_after3").size(); i++)
            near(facts.path("thresholds_after3").get(i).asDouble(), thresholds[i]);
    }

    private static void near(double wanted, double ours) {
        assertThat(ours).isCloseTo(wanted, within(CLOSE * wanted));
    }

    static Stream<Architecture> shapes() {
        Levels detached = new Levels(List.of(5, 16, 40), true, Levels.Order.FREQUENCY);
        Levels attached = new Levels(List.of(7, 30), false, Levels.Order.SQUARED_MAGNITUDE);
        return Stream.of(
                spec(Refinement.NONE, Levels.NONE, 0, AuxLoss.NONE, false),
                spec(Refinement.NONE, attached, 0.3, AuxLoss.LEVELS, true),
                spec(Refinement.of(1, 0.3), detached, 0.002, AuxLoss.TOPK, true),
                spec(Refinement.of(2, 0.2), attached, 0, AuxLoss.TOPK, false),
                spec(Refinement.of(3, 0.1), detached, 1, AuxLoss.LEVELS, true),
                spec(new Refinement(2, 0.2, true, false, false), detached, 0.002, AuxLoss.TOPK, true),
                spec(new Refinement(3, 0.2, true, false, true), attached, 0, AuxLoss.LEVELS, false),
                weighted(new Levels(List.of(5, 16, 40), true, Levels.Order.FREQUENCY, 0.5), AuxLoss.TOPK, true),
                weighted(new Levels(List.of(7, 30), false, Levels.Order.INDEX, 2), AuxLoss.LEVELS, false),
                new TopK(5, true, AuxLoss.TOPK),
                new TopK(4, false, AuxLoss.TOPK),
                new TopK(9, false, AuxLoss.NONE));
    }

    private static SparseLearner learner(Architecture spec, Parameters start, DType precision, Parallel parallel) {
        return spec instanceof TopK t
                ? new SparseLearner(t, start, precision, Kernels.best(), parallel)
                : new SparseLearner((BatchTopK) spec, start, precision, Kernels.best(), parallel);
    }

    private static BatchTopK weighted(Levels levels, AuxLoss aux, boolean centred) {
        return new BatchTopK(KSchedule.constant(4.5), Refinement.of(1, 0.3), levels, 0.1, aux, 0.3, centred);
    }

    private static BatchTopK spec(Refinement refinement, Levels levels, double tilt, AuxLoss aux, boolean centred) {
        return new BatchTopK(KSchedule.constant(4.5), refinement, levels, tilt, aux, centred);
    }

    /** Three steps on random data, more latents dead than the auxiliary loss takes. */
    @ParameterizedTest
    @MethodSource("shapes")
    void stepsAsTheObviousOne(Architecture spec) {
        int d = 37; // no multiple of any vector
        int m = 96;
        var dead = new boolean[m];
        for (int i = 3; i < m; i += 4) dead[i] = true;
        var conditions = new Conditions(4.5, 0, dead);
        try (var scope = Scope.open();
                var parallel = new Parallel(2);
                var obvious = new AutogradLearner(spec, LearnerChecks.start(spec, d, m, DType.F64));
                var fast = learner(spec, LearnerChecks.start(spec, d, m, DType.F64), DType.F32, parallel)) {
            LearnerChecks.stepTheSame(
                    obvious,
                    fast,
                    x -> fast.backward(x, conditions, new LinkedHashMap<>()),
                    fast::gradients,
                    conditions,
                    d);
            assertThat(fast.averages().thresholds())
                    .usingComparatorWithPrecision(1e-5)
                    .containsExactly(obvious.averages().thresholds());
        }
    }

    /** Beyond two threads the products are cut finer, which their last bits may show. */
    @Test
    void threadsStepTheSame() {
        Architecture spec = shapes().toList().get(2);
        float[] one = afterSteps(spec, 1);
        float[] three = afterSteps(spec, 3);
        assertThat(afterSteps(spec, 2)).containsExactly(one);
        assertThat(afterSteps(spec, 4)).containsExactly(three);
        assertThat(three).usingComparatorWithPrecision(1e-4f).containsExactly(one);
    }

    private static float[] afterSteps(Architecture spec, int threads) {
        try (var scope = Scope.open();
                var parallel = new Parallel(threads);
                var learner = learner(spec, LearnerChecks.start(spec, 64, 192, DType.F32), DType.F32, parallel)) {
            for (int s = 0; s < 3; s++)
                learner.step(LearnerChecks.batch(600, 64, s), new Conditions(4.5, 0, new boolean[192]), 1e-3);
            return learner.parameters().get("W_enc").floats();
        }
    }

    static Stream<Architecture> choices() {
        return Stream.of(shapes().toList().getFirst(), new TopK(5, true, AuxLoss.NONE));
    }

    /** In bf16 the choice is near the exact one, and what was chosen is computed in fp32. */
    @ParameterizedTest
    @MethodSource("choices")
    void bf16ChoosesNearlyTheSame(Architecture spec) {
        int m = 192;
        try (var scope = Scope.open();
                var parallel = new Parallel(1);
                var exact = learner(spec, LearnerChecks.start(spec, 64, m, DType.F32), DType.F32, parallel);
                var fast = learner(spec, LearnerChecks.start(spec, 64, m, DType.F32), DType.BF16, parallel)) {
            Tensor x = LearnerChecks.batch(100, 64, 1);
            float[] a = exact.step(x, new Conditions(4.5, 0, new boolean[m]), 1e-3)
                    .active()
                    .dense();
            float[] b = fast.step(x, new Conditions(4.5, 0, new boolean[m]), 1e-3)
                    .active()
                    .dense();
            int both = 0;
            int either = 0;
            for (int i = 0; i < a.length; i++) {
                if (a[i] > 0 && b[i] > 0) {
                    both++;
                    assertThat(b[i]).isCloseTo(a[i], within(1e-5f * Math.max(1, a[i])));
                }
                if (a[i] > 0 || b[i] > 0) either++;
            }
            assertThat((double) both / either).isBetween(0.9, 1.0);
        }
    }

    @Test
    void goesOnFromACheckpointAsIfNothingHadHappened() {
        Architecture spec = shapes().toList().get(2);
        var conditions = new Conditions(4.5, 0, new boolean[96]);
        try (var scope = Scope.open();
                var parallel = new Parallel(1);
                var one = learner(spec, LearnerChecks.start(spec, 37, 96, DType.F32), DType.F32, parallel);
                var other = learner(spec, LearnerChecks.start(spec, 37, 96, DType.F32), DType.F32, parallel)) {
            for (int s = 0; s < 2; s++) one.step(LearnerChecks.batch(50, 37, s), conditions, 1e-3);
            other.restore(one.state());
            one.step(LearnerChecks.batch(50, 37, 9), conditions, 1e-3);
            other.step(LearnerChecks.batch(50, 37, 9), conditions, 1e-3);
            assertThat(other.parameters().get("W_dec").floats())
                    .containsExactly(one.parameters().get("W_dec").floats());
            assertThat(other.averages().use()).containsExactly(one.averages().use());
        }
    }
}
