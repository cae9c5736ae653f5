package dev.assay.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.sae.Architecture.BatchTopK;
import dev.assay.sae.Architecture.Gated;
import dev.assay.sae.Architecture.JumpRelu;
import dev.assay.sae.Architecture.JumpRelu.Mode;
import dev.assay.sae.Architecture.MatchingPursuit;
import dev.assay.sae.Architecture.Standard;
import dev.assay.sae.Architecture.TopK;
import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every architecture's step, in double, against SAELens 6.54.12 (and the published LISTA-Matryoshka module). */
class AutogradLearnerTest {
    private static final ZooFixture FIXTURE = new ZooFixture();
    private static final double CLOSE = 1e-9;
    private static final double FP32 = 1e-4;

    record Case(String name, Architecture architecture, double k, double coefficient) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Settings that the fixture does not record are found from its numbers or, failing that, are its script's. */
    static Stream<Case> cases() {
        Penalty penalty = Penalty.fixed(0);
        List<Case> cases = new ArrayList<>(List.of(
                penalised("standard_l1", new Standard(penalty)),
                penalised("gated", new Gated(penalty)),
                new Case("topk", new TopK(mostActive("topk"), true, AuxLoss.TOPK), 0, 0),
                new Case("topk_no_rescale", new TopK(mostActive("topk_no_rescale"), false, AuxLoss.TOPK), 0, 0),
                new Case("batchtopk", batch(Refinement.NONE, Levels.NONE, AuxLoss.TOPK), active("batchtopk"), 0),
                new Case(
                        "matryoshka",
                        batch(Refinement.NONE, levels("matryoshka"), AuxLoss.TOPK),
                        active("matryoshka"),
                        0),
                new Case(
                        "matryoshka_level_aux",
                        batch(Refinement.NONE, levels("matryoshka_level_aux"), AuxLoss.LEVELS),
                        active("matryoshka_level_aux"),
                        0),
                jump("jumprelu_step", Mode.STEP, 1, false, 3e-6),
                jump("jumprelu_tanh_ste_input", Mode.TANH, 2, true, 0),
                jump("jumprelu_quadratic", Mode.QUADRATIC, 1, false, 0),
                new Case(
                        "matching_pursuit", new MatchingPursuit(false, iterations("matching_pursuit"), 0, false), 0, 0),
                new Case(
                        "matching_pursuit_default_stop",
                        new MatchingPursuit(false, FIXTURE.dModel(), 1e-2, true),
                        0,
                        0)));
        for (String variant : List.of("lista.default", "lista.uncentred_target", "lista.no_sort"))
            cases.add(new Case(variant, lista(variant), 0, 0));
        return cases.stream();
    }

    private static Case jump(String name, Mode mode, double bandwidth, boolean toInput, double preActivation) {
        double target = FIXTURE.setting(name, "target_l0", 5);
        double width = FIXTURE.setting(name, "jumprelu_bandwidth", bandwidth);
        double pre = FIXTURE.setting(name, "pre_act_loss_coefficient", preActivation);
        return penalised(name, new JumpRelu(Penalty.fixed(0), mode, target, 0, 1, width, toInput, pre));
    }

    /** The penalty's coefficient is its loss over ours at 1; gradients and further steps tell whether that is right. */
    private static Case penalised(String name, Architecture architecture) {
        String loss = architecture instanceof JumpRelu ? "l0_loss" : "l1_loss";
        try (var scope = Scope.open();
                var learner = new AutogradLearner(architecture, FIXTURE.start(name))) {
            var one = new Conditions(0, 1, FIXTURE.dead());
            double ours = learner.backward(FIXTURE.batches().getFirst(), one)
                    .losses()
                    .get(loss)
                    .item();
            double wanted = FIXTURE.facts(name).path("losses").path(loss).asDouble();
            return new Case(name, architecture, 0, wanted / ours);
        }
    }

    /** Largest number of active latents of a sample, unless it is recorded. */
    private static int mostActive(String name) {
        SparseRows acts = BatchTopKForward.sparse(FIXTURE.get(name + ".acts"));
        int most = 0;
        for (int r = 0; r < acts.rows(); r++) most = Math.max(most, acts.starts()[r + 1] - acts.starts()[r]);
        return (int) FIXTURE.setting(name, "k", most);
    }

    /** Mean number of active latents per sample, a hair more against rounding, unless it is recorded. */
    private static double active(String name) {
        SparseRows acts = BatchTopKForward.sparse(FIXTURE.get(name + ".acts"));
        return FIXTURE.setting(name, "k", (acts.count() + 1e-6) / acts.rows());
    }

    /** The first number of picks that gives the peer's latents, unless it is recorded. */
    private static int iterations(String name) {
        int picks = 0;
        double wanted = FIXTURE.facts(name).path("total_loss").asDouble();
        double ours = Double.POSITIVE_INFINITY;
        for (; picks < FIXTURE.latents() && ours > wanted * (1 + CLOSE); picks++)
            try (var scope = Scope.open();
                    var start = FIXTURE.start(name)) {
                var spec = new MatchingPursuit(false, picks + 1, 0, false);
                Tensor x = FIXTURE.batches().getFirst();
                ours = MatchingPursuitForward.of(spec, start, x).total().item();
            }
        return (int) FIXTURE.setting(name, "max_iterations", picks);
    }

    /** The inner widths stand in the names of the losses. */
    private static Levels levels(String name) {
        String prefix = "inner_mse_loss_";
        List<Integer> widths = FIXTURE.facts(name).path("losses").properties().stream()
                .map(Map.Entry::getKey)
                .filter(key -> key.startsWith(prefix))
                .map(key -> Integer.valueOf(key.substring(prefix.length())))
                .sorted()
                .toList();
        return new Levels(widths, false, Levels.Order.INDEX);
    }

    private static BatchTopK batch(Refinement refinement, Levels levels, AuxLoss aux) {
        return new BatchTopK(KSchedule.constant(1), refinement, levels, 0, aux, false);
    }

    static BatchTopK lista(String variant) {
        JsonNode facts = FIXTURE.facts(variant);
        List<Integer> widths = new ArrayList<>();
        facts.path("widths_inner").forEach(w -> widths.add(w.asInt()));
        var order = variant.endsWith("no_sort") ? Levels.Order.INDEX : Levels.Order.FREQUENCY;
        return new BatchTopK(
                new KSchedule(
                        facts.path("initial_k").asDouble(),
                        facts.path("k").asDouble(),
                        facts.path("transition_steps").asLong()),
                Refinement.of(1, facts.path("eta").asDouble()),
                new Levels(widths, true, order),
                facts.path("term_tilt").asDouble(),
                AuxLoss.TOPK,
                !variant.endsWith("uncentred_target"));
    }

    static Conditions conditions(Case c, int step) {
        double k =
                c.name.startsWith("lista.") ? ((BatchTopK) c.architecture).k().at(step) : c.k;
        return new Conditions(k, c.coefficient, FIXTURE.dead());
    }

    /** What is the same in every fixture, as it is in the learners. */
    @Test
    void theFixtureIsTrainedByTheOptimiserThatIsOurs() {
        JsonNode adam = FIXTURE.facts().path("adam");
        assertThat(adam.path("beta1").asDouble()).isEqualTo(0.9);
        assertThat(adam.path("beta2").asDouble()).isEqualTo(0.999);
        assertThat(adam.path("eps").asDouble()).isEqualTo(1e-8);
        assertThat(FIXTURE.facts().path("grad_clip_global_norm").asDouble()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void stepsAsThePeer(Case c) {
        try (var scope = Scope.open();
                var learner = new AutogradLearner(c.architecture, FIXTURE.start(c.name))) {
            if (c.name.startsWith("lista."))
                learner.averages().use(FIXTURE.get("lista.init_freq").doubles());
            List<Tensor> batches = FIXTURE.batches();
            Forward first = learner.backward(batches.getFirst(), conditions(c, 0));
            checkFirst(c, learner, first);
        }
        try (var scope = Scope.open();
                var learner = new AutogradLearner(c.architecture, FIXTURE.start(c.name))) {
            if (c.name.startsWith("lista."))
                learner.averages().use(FIXTURE.get("lista.init_freq").doubles());
            List<Tensor> batches = FIXTURE.batches();
            for (int s = 0; s < batches.size(); s++) {
                StepResult result = learner.step(batches.get(s), conditions(c, s), FIXTURE.learningRate());
                JsonNode norm = FIXTURE.facts(c.name).path("grad_norm_before_clip");
                if (s == 0 && norm.isNumber())
                    assertThat(result.gradientNorm()).isCloseTo(norm.asDouble(), within(CLOSE * norm.asDouble()));
            }
            learner.parameters().all().forEach((name, t) -> close(c.name + ".after3." + name, t));
            checkAverages(c, learner);
        }
    }

    /** The same in fp32, in which Assay trains; each tensor within 1e-4 of its largest number. */
    @ParameterizedTest
    @MethodSource("cases")
    void stepsAsThePeerInFp32(Case c) {
        Map<String, Tensor> start = new LinkedHashMap<>();
        try (var scope = Scope.open();
                var exact = FIXTURE.start(c.name)) {
            exact.all().forEach((name, t) -> start.put(name, scope.keep(t.to(DType.F32))));
        }
        try (var scope = Scope.open();
                var learner = new AutogradLearner(c.architecture, new Parameters(start))) {
            if (c.name.startsWith("lista."))
                learner.averages().use(FIXTURE.get("lista.init_freq").doubles());
            List<Tensor> batches = FIXTURE.batches();
            Forward first = learner.backward(batches.getFirst().to(DType.F32), conditions(c, 0));
            double total = FIXTURE.facts(c.name).path("total_loss").asDouble();
            assertThat(first.total().item()).isCloseTo(total, within(FP32 * total));
            near(c.name + (c.name.startsWith("lista.") ? ".acts1" : ".acts"), first.acts(), FP32);
            near(c.name + ".recon", first.reconstruction(), FP32);
            learner.parameters().all().forEach((name, t) -> near(c.name + ".grad." + name, t.gradient(), FP32));
        }
    }

    /** The choice before the refinement is the one without it, at the same k. */
    @ParameterizedTest
    @ValueSource(strings = {"lista.default", "lista.uncentred_target", "lista.no_sort"})
    void firstChoicesOfARefinementAreThePeers(String variant) {
        BatchTopK plain = batch(Refinement.NONE, Levels.NONE, AuxLoss.NONE);
        try (var scope = Scope.open();
                var learner = new AutogradLearner(plain, FIXTURE.start(variant))) {
            var conditions = new Conditions(lista(variant).k().at(0), 0, FIXTURE.dead());
            close(
                    variant + ".acts0",
                    learner.backward(FIXTURE.batches().getFirst(), conditions).acts());
        }
    }

    private static void checkFirst(Case c, AutogradLearner learner, Forward first) {
        close(c.name + (c.name.startsWith("lista.") ? ".acts1" : ".acts"), first.acts());
        close(c.name + ".recon", first.reconstruction());
        double inner = 0;
        for (var loss : FIXTURE.facts(c.name).path("losses").properties()) {
            double wanted = loss.getValue().asDouble();
            if (loss.getKey().startsWith("inner")) inner += wanted;
            else
                assertThat(first.losses().get(loss.getKey()).item())
                        .as(loss.getKey())
                        .isCloseTo(wanted, within(CLOSE * Math.max(1, wanted)));
        }
        if (inner > 0)
            assertThat(first.losses().get("inner_recons_loss").item()).isCloseTo(inner, within(CLOSE * inner));
        double total = FIXTURE.facts(c.name).path("total_loss").asDouble();
        assertThat(first.total().item()).isCloseTo(total, within(CLOSE * total));
        learner.parameters().all().forEach((name, t) -> close(c.name + ".grad." + name, t.gradient()));
    }

    private static void checkAverages(Case c, AutogradLearner learner) {
        JsonNode facts = FIXTURE.facts(c.name);
        double[] thresholds = learner.averages().thresholds();
        if (facts.has("topk_threshold_after3"))
            assertThat(thresholds[0])
                    .isCloseTo(facts.path("topk_threshold_after3").asDouble(), within(CLOSE));
        for (int i = 0; i < facts.path("thresholds_after3").size(); i++)
            assertThat(thresholds[i])
                    .isCloseTo(facts.path("thresholds_after3").get(i).asDouble(), within(CLOSE));
        for (int i = 0; i < facts.path("freq_after3").size(); i++)
            assertThat(learner.averages().use()[i])
                    .isCloseTo(facts.path("freq_after3").get(i).asDouble(), within(CLOSE));
    }

    private static void close(String name, Tensor ours) {
        double[] wanted = FIXTURE.get(name).doubles();
        near(name, ours, CLOSE * Math.max(1, 1 / largest(wanted)));
    }

    private static double largest(double[] values) {
        double largest = 0;
        for (double v : values) largest = Math.max(largest, Math.abs(v));
        return largest;
    }

    /** No number differs by more than {@code by} times the largest. */
    static void near(String name, Tensor ours, double by) {
        double[] wanted = FIXTURE.get(name).doubles();
        double[] got = ours.doubles();
        assertThat(got).as(name).hasSameSizeAs(wanted);
        double allowed = by * largest(wanted);
        for (int i = 0; i < wanted.length; i++)
            assertThat(got[i]).as("%s[%d]", name, i).isCloseTo(wanted[i], within(allowed));
    }
}
