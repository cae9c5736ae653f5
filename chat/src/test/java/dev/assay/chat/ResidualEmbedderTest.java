package dev.assay.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.assay.lm.LanguageModel;
import dev.assay.lm.Site;
import dev.assay.tensor.Scope;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ResidualEmbedderTest {
    private static final List<String> TEXTS =
            List.of("The frog sat in the pond.", "A toad was in the water, all day long.", "Taxes are due in April.");

    private final LanguageModel model = Fixture.smol();

    /** The slow, obvious way: one pass for each text, and the mean over the positions after the first token. */
    private float[] reference(String text, int depth) {
        int[] words = model.tokenizer().encodePlain(text);
        int[] ids = IntStream.concat(model.tokenizer().bos().stream(), IntStream.of(words))
                .toArray();
        Site site = depth == 0 ? Site.of(Site.Kind.EMBEDDING) : Site.of(Site.Kind.RESID_POST, depth - 1);
        try (var scope = Scope.open()) {
            float[] values = model.activations(ids, List.of(site)).get(site).floats();
            int width = model.config().dModel();
            double[] mean = new double[width];
            for (int p = ids.length - words.length; p < ids.length; p++)
                for (int i = 0; i < width; i++) mean[i] += values[p * width + i] / words.length;
            return Embedder.unit(mean);
        }
    }

    @Test
    void aVectorIsTheMeanOfTheResidualStreamWithoutTheFirstToken() {
        for (int depth : new int[] {0, 15, model.config().layers()}) {
            List<float[]> vectors = new ResidualEmbedder(model, depth).embed(TEXTS);
            for (int t = 0; t < TEXTS.size(); t++)
                assertThat(dot(vectors.get(t), reference(TEXTS.get(t), depth)))
                        .as("depth %d, text %d", depth, t)
                        .isCloseTo(1, within(1e-3));
        }
    }

    @Test
    void itDependsOnNoOtherTextAndLikeTextsAreNearer() {
        var embedder = new ResidualEmbedder(model, 15);
        List<float[]> together = embedder.embed(TEXTS);
        assertThat(embedder.embed(TEXTS.subList(1, 2)).getFirst()).isEqualTo(together.get(1));
        assertThat(dot(together.get(0), together.get(0))).isCloseTo(1, within(1e-5));
        assertThat(dot(together.get(0), together.get(1))).isGreaterThan(dot(together.get(0), together.get(2)));
    }

    @Test
    void emptyTextsAndWrongDepthsAreRefused() {
        assertThatThrownBy(() -> new ResidualEmbedder(model, 31)).hasMessageContaining("from 0 to 30");
        assertThatThrownBy(() -> new ResidualEmbedder(model, 3).embed(List.of("a", "")))
                .hasMessageContaining("text 1");
    }

    private static double dot(float[] a, float[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
    }
}
