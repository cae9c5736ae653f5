package dev.assay.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.assay.sae.Architecture.JumpRelu;
import dev.assay.sae.Architecture.JumpRelu.Mode;
import dev.assay.sae.AutogradLearnerTest.Case;
import dev.assay.tensor.DType;
import dev.assay.tensor.Kernels;
import dev.assay.tensor.Parallel;
import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The fast step of JumpReLU against SAELens' and against the obvious one. */
class SparseJumpReluTest {
    private static final ZooFixture FIXTURE = new ZooFixture();
    private static final double CLOSE = 1e-4;
    private static final int D = 37; // no multiple of any vector
    private static final int LATENTS = 96;

    static Stream<Case> cases() {
        return AutogradLearnerTest.cases()
                .filter(c -> c.architecture() instanceof JumpRelu j && SparseJumpRelu.fits(j));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void stepsAsThePeer(Case c) {
        try (var scope = Scope.open();
                var parallel = new Parallel(2);
                var learner = new SparseJumpRelu(
                        (JumpRelu) c.architecture(), FIXTURE.start(c.name()), DType.F32, Kernels.best(), parallel)) {
            for (int s = 0; s < FIXTURE.batches().size(); s++) {
                StepResult result = learner.step(
                        FIXTURE.batches().get(s), AutogradLearnerTest.conditions(c, s), FIXTURE.learningRate());
                if (s > 0) continue;
                SparseRows active = result.active();
                LearnerChecks.close(
                        FIXTURE.get(c.name() + ".acts"),
                        Tensor.of(active.dense(), active.rows(), active.width()),
                        "acts");
                double total = FIXTURE.facts(c.name()).path("total_loss").asDouble();
                assertThat(result.loss()).isCloseTo(total, within(CLOSE * total));
                learner.gradients()
                        .all()
                        .forEach((name, t) -> LearnerChecks.close(FIXTURE.get(c.name() + ".grad." + name), t, name));
            }
            learner.parameters()
                    .all()
                    .forEach((name, t) -> LearnerChecks.close(FIXTURE.get(c.name() + ".after3." + name), t, name));
        }
    }

    static Stream<JumpRelu> shapes() {
        return Stream.of(
                spec(Mode.STEP, 0, 0.4, 1),
                spec(Mode.STEP, 5, 1.5, 1), // reaches below 0
                spec(Mode.QUADRATIC, 5, 0.6, 0.5),
                spec(Mode.QUADRATIC, 9, 1.2, 0)); // thresholds would fall below 0
    }

    private static JumpRelu spec(Mode mode, double target, double bandwidth, double threshold) {
        return new JumpRelu(Penalty.fixed(0), mode, target, threshold, 0.5, bandwidth, false, 0);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void stepsAsTheObviousOne(JumpRelu spec) {
        var conditions = new Conditions(0, 0.3, new boolean[LATENTS]);
        try (var scope = Scope.open();
                var parallel = new Parallel(2);
                var obvious = new AutogradLearner(spec, start(spec, DType.F64));
                var fast = new SparseJumpRelu(spec, start(spec, DType.F64), DType.F32, Kernels.best(), parallel)) {
            LearnerChecks.stepTheSame(
                    obvious,
                    fast,
                    x -> fast.backward(x, conditions, new LinkedHashMap<>()),
                    fast::gradients,
                    conditions,
                    D);
            Encoded wanted = obvious.encode(LearnerChecks.batch(20, D, 8).to(DType.F64), conditions);
            Encoded got = fast.encode(LearnerChecks.batch(20, D, 8), conditions);
            assertThat(got.latents().count()).isEqualTo(wanted.latents().count());
            LearnerChecks.close(wanted.reconstruction(), got.reconstruction(), "reconstruction");
        }
    }

    /** What is active is exact in bf16, too: it is computed anew. */
    @Test
    void bf16ActivatesTheSame() {
        JumpRelu spec = shapes().toList().getFirst();
        var conditions = new Conditions(0, 0.3, new boolean[LATENTS]);
        try (var scope = Scope.open();
                var parallel = new Parallel(1);
                var exact = new SparseJumpRelu(spec, start(spec, DType.F32), DType.F32, Kernels.best(), parallel);
                var fast = new SparseJumpRelu(spec, start(spec, DType.F32), DType.BF16, Kernels.best(), parallel)) {
            Tensor x = LearnerChecks.batch(400, D, 1);
            float[] wanted = exact.step(x, conditions, 1e-3).active().dense();
            float[] got = fast.step(x, conditions, 1e-3).active().dense();
            for (int i = 0; i < wanted.length; i++)
                assertThat(got[i]).isCloseTo(wanted[i], within(1e-5f * Math.max(1, wanted[i])));
        }
    }

    @Test
    void goesOnFromACheckpointAsIfNothingHadHappened() {
        JumpRelu spec = shapes().toList().getFirst();
        var conditions = new Conditions(0, 0.3, new boolean[LATENTS]);
        try (var scope = Scope.open();
                var parallel = new Parallel(1);
                var one = new SparseJumpRelu(spec, start(spec, DType.F32), DType.F32, Kernels.best(), parallel);
                var other = new SparseJumpRelu(spec, start(spec, DType.F32), DType.F32, Kernels.best(), parallel)) {
            for (int s = 0; s < 2; s++) one.step(LearnerChecks.batch(50, D, s), conditions, 1e-3);
            other.restore(one.state());
            one.step(LearnerChecks.batch(50, D, 9), conditions, 1e-3);
            other.step(LearnerChecks.batch(50, D, 9), conditions, 1e-3);
            Map<String, Tensor> wanted = one.parameters().all();
            wanted.forEach((name, t) ->
                    assertThat(other.parameters().get(name).floats()).containsExactly(t.floats()));
        }
    }

    /** Losses that reach latents far below their threshold have no sparse form. */
    @Test
    void refusesWhatIsNotSparse() {
        var dense = new JumpRelu(Penalty.fixed(0), Mode.STEP, 0, 1, 0.5, 1, false, 3e-6);
        assertThat(SparseJumpRelu.fits(dense)).isFalse();
        try (var parallel = new Parallel(1);
                var start = start(dense, DType.F32)) {
            assertThatThrownBy(() -> new SparseJumpRelu(dense, start, DType.F32, Kernels.best(), parallel))
                    .isInstanceOf(SaeException.class);
        }
    }

    private static Parameters start(JumpRelu spec, DType type) {
        return LearnerChecks.start(spec, D, LATENTS, type);
    }
}
