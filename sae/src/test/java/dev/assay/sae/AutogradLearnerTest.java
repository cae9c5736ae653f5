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
import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every architecture's step, in double, against SAELens 6.54.12 (and the published LISTA-Matryoshka module). */
class AutogradLearnerTest {
    private static final ZooFixture FIXTURE = new ZooFixture();
    private static final double CLOSE = 1e-9;

    record Case(String name, Architecture architecture, double k, double coefficient) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** The settings that the fixture's script gives to the cases; those of LISTA stand in the fixture. */
    static Stream<Case> cases() {
        Penalty penalty = Penalty.fixed(0);
        List<Case> cases = new ArrayList<>(List.of(
                new Case("standard_l1", new Standard(penalty), 0, 0.7),
                new Case("gated", new Gated(penalty), 0, 0.7),
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
                new Case("jumprelu_step", new JumpRelu(penalty, Mode.STEP, 0, 0, 1, false, 3e-6), 0, 0.2),
                new Case("jumprelu_tanh_ste_input", new JumpRelu(penalty, Mode.TANH, 0, 0, 2, true, 0), 0, 0.2),
                new Case("jumprelu_quadratic", new JumpRelu(penalty, Mode.QUADRATIC, 5, 0, 1, false, 0), 0, 0.2),
                new Case("matching_pursuit", new MatchingPursuit(false, 5, 0, false), 0, 0),
                new Case(
                        "matching_pursuit_default_stop",
                        new MatchingPursuit(false, FIXTURE.dModel(), 1e-2, true),
                        0,
                        0)));
        for (String variant : List.of("lista.default", "lista.uncentred_target", "lista.no_sort"))
            cases.add(new Case(variant, lista(variant), 0, 0));
        return cases.stream();
    }

    /** Largest number of active latents of a sample. */
    private static int mostActive(String name) {
        SparseRows acts = BatchTopKForward.sparse(FIXTURE.get(name + ".acts"));
        int most = 0;
        for (int r = 0; r < acts.rows(); r++) most = Math.max(most, acts.starts()[r + 1] - acts.starts()[r]);
        return most;
    }

    /** Mean number of active latents per sample, a hair more against rounding. */
    private static double active(String name) {
        SparseRows acts = BatchTopKForward.sparse(FIXTURE.get(name + ".acts"));
        return (acts.count() + 1e-6) / acts.rows();
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
        double[] got = ours.doubles();
        assertThat(got).as(name).hasSameSizeAs(wanted);
        double scale = 1;
        for (double w : wanted) scale = Math.max(scale, Math.abs(w));
        for (int i = 0; i < wanted.length; i++)
            assertThat(got[i]).as("%s[%d]", name, i).isCloseTo(wanted[i], within(CLOSE * scale));
    }
}
