package dev.assay.sae.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Site;
import dev.assay.sae.Encoded;
import dev.assay.sae.InferenceSae;
import dev.assay.sae.SaeLensFolder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The core metrics against SAEBench 0.6.0 on the same model, autoencoder and texts. */
class CoreTest {
    private static final Site SITE = Site.parse("resid_post:1");
    private static final double CLOSE = 1e-3;
    /** Keeps all but the first position of a text, which is the one that SAEBench ignores. */
    private static final Norms NORMS = new Norms(Double.POSITIVE_INFINITY, 1);

    private final LanguageModel model = Golden.model();
    private final InferenceSae sae = SaeLensFolder.read(Golden.path("sae")).sae();

    private Core core(ModelSource source) {
        return new Core(model, source, SITE, NORMS, sae::encoded, sae.latents());
    }

    private static double value(JsonNode metrics, String category, String name) {
        return metrics.path(category).path(name).asDouble(Double.NaN);
    }

    @Test
    void aModelThatIsSplicedLosesWhatSaeBenchSaysItLoses() {
        JsonNode golden = Golden.json("core.json").at("/special-kept/metrics");
        try (var source = new ModelSource(model, List.of(), SITE, Golden.exact())) {
            Splice.Scores s = core(source).splice(Golden.tokens(), (what, done, of) -> {});
            String loss = "model_performance_preservation";
            String behaviour = "model_behavior_preservation";
            assertThat(s.clean()).isCloseTo(value(golden, loss, "ce_loss_without_sae"), within(CLOSE));
            assertThat(s.spliced()).isCloseTo(value(golden, loss, "ce_loss_with_sae"), within(CLOSE));
            assertThat(s.ablated()).isCloseTo(value(golden, loss, "ce_loss_with_ablation"), within(CLOSE));
            assertThat(s.recovered()).isCloseTo(value(golden, loss, "ce_loss_score"), within(CLOSE));
            assertThat(s.divergence()).isCloseTo(value(golden, behaviour, "kl_div_with_sae"), within(CLOSE));
            assertThat(s.ablatedDivergence())
                    .isCloseTo(value(golden, behaviour, "kl_div_with_ablation"), within(CLOSE));
            assertThat(s.divergenceRecovered()).isCloseTo(value(golden, behaviour, "kl_div_score"), within(CLOSE));
        }
    }

    @Test
    void reconstructionsAreAsFaithfulAsSaeBenchSays() {
        for (int batches : new int[] {1, 2}) {
            JsonNode golden = Golden.json("core.json").path(batches == 1 ? "plain" : "special-kept");
            JsonNode metrics = golden.path("metrics");
            List<int[]> texts = Golden.tokens();
            try (var source = new ModelSource(model, List.of(), SITE, Golden.exact())) {
                // SAEBench goes on behind the texts of the reconstruction only after a reset: it begins anew
                Fidelity.Scores f = core(source).fidelity(texts.subList(0, 16 * batches), (what, done, of) -> {});
                assertThat(f.legacy())
                        .isCloseTo(
                                value(metrics, "reconstruction_quality", "explained_variance_legacy"), within(CLOSE));
                assertThat(f.saeBench())
                        .isCloseTo(value(metrics, "reconstruction_quality", "explained_variance"), within(CLOSE));
                assertThat(f.mse()).isCloseTo(value(metrics, "reconstruction_quality", "mse"), within(CLOSE));
                assertThat(f.cosine()).isCloseTo(value(metrics, "reconstruction_quality", "cossim"), within(CLOSE));
                assertThat(f.normIn()).isCloseTo(value(metrics, "shrinkage", "l2_norm_in"), within(CLOSE));
                assertThat(f.normOut()).isCloseTo(value(metrics, "shrinkage", "l2_norm_out"), within(CLOSE));
                assertThat(f.ratio()).isCloseTo(value(metrics, "shrinkage", "l2_ratio"), within(CLOSE));
                assertThat(f.bias())
                        .isCloseTo(value(metrics, "shrinkage", "relative_reconstruction_bias"), within(0.01));
                assertThat(f.l0()).isCloseTo(value(metrics, "sparsity", "l0"), within(CLOSE));
                assertThat(f.l1()).isCloseTo(value(metrics, "sparsity", "l1"), within(CLOSE));
                for (int i = 0; i < sae.latents(); i++) {
                    assertThat(f.density()[i])
                            .isCloseTo(
                                    golden.at("/features/feature_density/" + i).asDouble(), within(CLOSE));
                    assertThat(f.consistency()[i])
                            .isCloseTo(
                                    golden.at("/features/consistent_activation_heuristic/" + i)
                                            .asDouble(),
                                    within(CLOSE));
                }
            }
        }
    }

    @Test
    void aPerfectReconstructionLosesNothing() {
        try (var source = new ModelSource(model, List.of(), SITE, Golden.exact())) {
            var perfect = new Core(model, source, SITE, NORMS, x -> new Encoded(sae.encode(x), x), sae.latents());
            Core.Scores s = perfect.scores(Golden.tokens(), Golden.tokens().subList(0, 8), (what, done, of) -> {});
            assertThat(s.splice().recovered()).isEqualTo(1);
            assertThat(s.splice().divergence()).isCloseTo(0, within(1e-6));
            assertThat(s.fidelity().explainedVariance()).isEqualTo(1);
            assertThat(s.fidelity().legacy()).isEqualTo(1);
        }
    }
}
