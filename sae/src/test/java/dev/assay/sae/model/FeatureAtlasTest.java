package dev.assay.sae.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.lm.LanguageModel;
import dev.assay.lm.Lora;
import dev.assay.lm.Site;
import dev.assay.sae.InferenceSae;
import dev.assay.sae.SaeLensFolder;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Latents of a small autoencoder on a tiny model, against what is computed for each text alone. */
class FeatureAtlasTest {
    private static final Site SITE = Site.parse("resid_post:1");
    private static final Norms NORMS = new Norms(Double.POSITIVE_INFINITY, 1);

    private final LanguageModel model = Golden.model();
    private final InferenceSae sae = SaeLensFolder.read(Golden.path("sae")).sae();

    private ModelSource source(List<Lora> adapters) {
        return new ModelSource(model, adapters, SITE, Golden.exact());
    }

    /** {@code [text][position][latent]}, position 0 left out (zeros). */
    private float[][][] dense(List<int[]> texts) {
        var out = new float[texts.size()][Golden.CONTEXT][sae.latents()];
        for (int t = 0; t < texts.size(); t++)
            try (var scope = Scope.open()) {
                Tensor x = model.activations(texts.get(t), List.of(SITE)).get(SITE);
                float[] all = sae.encode(x).dense();
                for (int p = 1; p < Golden.CONTEXT; p++)
                    out[t][p] = Arrays.copyOfRange(all, p * sae.latents(), (p + 1) * sae.latents());
            }
        return out;
    }

    @Test
    void theStrongestContextsAreFoundAndCounted() {
        List<int[]> texts = Golden.tokens().subList(0, 40);
        var atlas = new FeatureAtlas(sae.latents(), 3, 4, 2);
        try (var source = source(List.of())) {
            atlas.read(source, NORMS, sae, texts, (what, done, of) -> {});
        }
        float[][][] dense = dense(texts);
        assertThat(atlas.positions()).isEqualTo(40L * (Golden.CONTEXT - 1));
        for (int latent = 0; latent < sae.latents(); latent++) {
            int l = latent;
            double[] peaks = Arrays.stream(dense)
                    .mapToDouble(text ->
                            Arrays.stream(text).mapToDouble(p -> p[l]).max().orElse(0))
                    .filter(v -> v > 0)
                    .sorted()
                    .toArray();
            long fired = Arrays.stream(dense)
                    .flatMap(Arrays::stream)
                    .filter(p -> p[l] > 0)
                    .count();
            FeatureAtlas.Feature f = atlas.feature(latent);
            assertThat(f.density()).isCloseTo(fired / (double) atlas.positions(), within(1e-9));
            assertThat(f.contexts()).hasSize(Math.min(3, peaks.length));
            for (int i = 0; i < f.contexts().size(); i++) {
                FeatureAtlas.Context c = f.contexts().get(i);
                assertThat(c.value()).isCloseTo((float) peaks[peaks.length - 1 - i], within(1e-3f));
                assertThat(c.ids().length).isBetween(3, 7).isEqualTo(c.activations().length);
                for (float a : c.activations()) assertThat(a).isLessThanOrEqualTo(c.value());
                assertThat(stands(texts, c)).isTrue();
            }
        }
    }

    private static boolean stands(List<int[]> texts, FeatureAtlas.Context c) {
        for (int[] text : texts)
            for (int from = 0; from + c.ids().length <= text.length; from++)
                if (Arrays.equals(text, from, from + c.ids().length, c.ids(), 0, c.ids().length)) return true;
        return false;
    }

    @Test
    void latentsThatAnAdapterDrivesComeFirstAndAModelDoesNotDifferFromItself() {
        List<int[]> texts = Golden.tokens().subList(0, 24);
        try (Lora adapter = Lora.fresh(model, 4, 8, 3);
                var scope = Scope.open();
                var base = source(List.of());
                var same = source(List.of())) {
            adapter.weights()
                    .forEach((name, weight) -> weight.addInPlace(weight.mul(0).exp(), 0.03));
            try (var target = source(List.of(adapter))) {
                var self = new FeatureDifference(sae, NORMS);
                self.read(base, target, target, texts, (what, done, of) -> {});
                assertThat(self.ranking()).allMatch(r -> r.z() == 0 && r.target() == r.twin());

                var difference = new FeatureDifference(sae, NORMS);
                difference.read(base, target, same, texts, (what, done, of) -> {});
                List<FeatureDifference.Row> ranking = difference.ranking();
                assertThat(ranking).hasSize(sae.latents()).allMatch(r -> r.twin() == 0);
                assertThat(ranking.getFirst().z()).isGreaterThan(3);
                assertThat(ranking.getFirst().target()).isPositive();
                assertThat(ranking.getLast().target()).isNegative();
                for (int i = 1; i < ranking.size(); i++)
                    assertThat(ranking.get(i).z())
                            .isLessThanOrEqualTo(ranking.get(i - 1).z());
            }
        }
    }

    @Test
    void neighboursAreTheClosestRows() {
        try (var scope = Scope.open()) {
            Tensor rows = Tensor.of(new float[] {1, 0, 0.9f, 0.1f, 0, 2, -1, 0}, 4, 2);
            List<List<Neighbours.Neighbour>> near = Neighbours.of(rows, 2);
            assertThat(near.get(0)).extracting(Neighbours.Neighbour::latent).containsExactly(1, 2);
            assertThat(near.get(3).getFirst().latent()).isEqualTo(2);
            assertThat(near.get(0).getFirst().cosine()).isCloseTo(0.9939, within(1e-3));
            assertThat(Neighbours.of(rows, 9).getFirst()).hasSize(3);
        }
    }

    @Test
    void aPairIsBothModelsEachOfNormOne() {
        List<int[]> texts = Golden.tokens().subList(0, 8);
        try (Lora adapter = Lora.fresh(model, 4, 8, 3);
                var scope = Scope.open()) {
            adapter.weights()
                    .forEach((name, weight) -> weight.addInPlace(weight.mul(0).exp(), 0.03));
            try (var pair = new PairedSource(source(List.of()), source(List.of(adapter)), texts);
                    var alone = source(List.of(adapter))) {
                float[] both = pair.read(texts, done -> {});
                float[] second = alone.read(texts, done -> {});
                int width = alone.width();
                assertThat(pair.width()).isEqualTo(2 * width);
                for (int p = 0; p < 8 * Golden.CONTEXT; p++)
                    for (int d = 0; d < width; d++)
                        assertThat(both[p * 2 * width + width + d])
                                .isEqualTo(second[p * width + d] * pair.secondScale());
                assertThat(pair.firstScale()).isNotEqualTo(pair.secondScale());
            }
        }
    }
}
