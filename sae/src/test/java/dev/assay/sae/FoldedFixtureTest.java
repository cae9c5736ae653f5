package dev.assay.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.sae.AutogradLearnerTest.Case;
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

/** The form for use that SAELens makes of the fixture's trained parameters: weights, thresholds and activations. */
class FoldedFixtureTest {
    private static final ZooFixture FIXTURE = new ZooFixture();
    private static final double FP32 = 1e-5; // of the largest number; the form for use is fp32

    static Stream<Case> cases() {
        return AutogradLearnerTest.cases()
                .filter(c -> FIXTURE.find(c.name() + ".inference.W_enc").isPresent());
    }

    private static Parameters trained(String name) {
        Map<String, Tensor> out = new LinkedHashMap<>();
        for (String parameter : FIXTURE.start(name).all().keySet())
            out.put(parameter, FIXTURE.get(name + ".after3." + parameter).to(DType.F32));
        return new Parameters(out);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void batchTopKBecomesJumpRelu(Case c) {
        JsonNode facts = FIXTURE.facts(c.name());
        double[] threshold = {facts.path("topk_threshold_after3").asDouble()};
        try (var scope = Scope.open();
                InferenceSae sae = Export.of(c.architecture(), trained(c.name()), threshold)
                        .orElseThrow()) {
            assertThat(sae).isInstanceOf(JumpReluSae.class);
            for (String name : List.of("W_enc", "W_dec", "b_enc", "threshold"))
                AutogradLearnerTest.near(
                        c.name() + ".inference." + name, sae.tensors().get(name), FP32);
            SparseRows acts = sae.encode(FIXTURE.batches().getFirst());
            dense(c.name() + ".inference.acts_x0", acts);
            assertThat((double) acts.count() / acts.rows())
                    .isEqualTo(facts.path("inference_l0_x0").asDouble());
        }
    }

    @Test
    void thereAreCases() {
        assertThat(cases()).hasSize(3);
    }

    @Test
    void listaKeepsItsNormsAndGetsAThresholdPerChoice() {
        String name = "lista.default";
        List<Double> averages = new ArrayList<>();
        FIXTURE.facts(name).path("thresholds_after3").forEach(t -> averages.add(t.asDouble()));
        double[] thresholds = averages.stream().mapToDouble(Double::doubleValue).toArray();
        try (var scope = Scope.open();
                InferenceSae sae = Export.of(AutogradLearnerTest.lista(name), trained(name), thresholds)
                        .orElseThrow()) {
            AutogradLearnerTest.near("lista.inference.thresholds", sae.tensors().get("thresholds"), FP32);
            for (String weights : List.of("W_enc", "W_dec", "b_enc", "b_dec"))
                AutogradLearnerTest.near(
                        name + ".after3." + weights, sae.tensors().get(weights), FP32);
            Tensor x = FIXTURE.batches().getFirst();
            SparseRows acts = sae.encode(x);
            dense("lista.inference.acts_x0", acts);
            AutogradLearnerTest.near("lista.inference.recon_x0", sae.decode(acts, x), FP32);
            assertThat(sae.tensors().get("eta").doubles()[0])
                    .isCloseTo(FIXTURE.facts(name).path("eta").asDouble(), within(1e-7));
        }
    }

    private static void dense(String name, SparseRows ours) {
        AutogradLearnerTest.near(name, Tensor.of(ours.dense(), ours.rows(), ours.width()), FP32);
    }
}
