package dev.assay.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SiteTest {
    private static final ModelConfig THREE = new ModelConfig(
            9,
            4,
            3,
            2,
            1,
            2,
            5,
            1e-5,
            8,
            new Architecture(
                    "llama",
                    false,
                    false,
                    false,
                    false,
                    false,
                    0,
                    true,
                    1,
                    1,
                    Architecture.Activation.SILU,
                    List.of()));

    @Test
    void namesAreReadAsTheyAreWritten() {
        assertThat(Site.all(THREE)).hasSize(1 + 3 * 8 + 2).doesNotHaveDuplicates();
        for (Site site : Site.all(THREE))
            assertThat(Site.parse(site.toString())).isEqualTo(site);
        assertThat(Site.of(Site.Kind.RESID_POST, 5)).hasToString("resid_post:5");
        assertThat(Site.of(Site.Kind.LOGITS)).hasToString("logits");
    }

    @Test
    void aStarMeansAllBlocks() {
        assertThat(Site.matching("mlp_out:*", THREE))
                .containsExactly(
                        Site.of(Site.Kind.MLP_OUT, 0), Site.of(Site.Kind.MLP_OUT, 1), Site.of(Site.Kind.MLP_OUT, 2));
        assertThat(Site.matching("embedding", THREE)).containsExactly(Site.of(Site.Kind.EMBEDDING));
    }

    @Test
    void whatMatchesNothingSaysWhatThereIs() {
        for (String wrong :
                List.of("resid_post:3", "resid_post", "logits:0", "logits:*", "residual:1", "mlp_in:x", "", ":*"))
            assertThatThrownBy(() -> Site.matching(wrong, THREE))
                    .as(wrong)
                    .isInstanceOf(SiteException.class)
                    .hasMessageContainingAll('"' + wrong + '"', "resid_post:LAYER", "attn_pattern:LAYER", "final_norm")
                    .hasMessageNotContaining("\n");
    }
}
