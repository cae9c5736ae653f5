package dev.assay.app;

import dev.assay.lm.LanguageModel;
import dev.assay.lm.LogitLens;
import dev.assay.lm.TokenText;
import dev.assay.report.FeaturePage;
import dev.assay.report.FeaturePage.Card;
import dev.assay.sae.InferenceSae;
import dev.assay.sae.model.FeatureAtlas;
import dev.assay.sae.model.Neighbours;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Cards of an autoencoder's latents. */
final class SaePages {
    private static final int CHUNK = 128;
    private static final int TOKENS = 8;
    private static final int NEIGHBOURS = 5;

    private SaePages() {}

    /**
     * @param latents which, in the order of the page
     * @param labels in words, by latent
     * @param notes a number each, by latent
     */
    static List<Card> cards(
            LanguageModel model,
            InferenceSae sae,
            FeatureAtlas atlas,
            int[] latents,
            Map<Integer, String> labels,
            Map<Integer, Double> notes) {
        TokenText words = TokenText.of(model);
        boolean residual = sae.dModel() == model.config().dModel();
        List<Effects> effects = residual ? effects(model, sae.decoder().weight(), latents, words) : List.of();
        List<List<Neighbours.Neighbour>> near = Neighbours.of(sae.decoder().weight(), NEIGHBOURS);
        List<Card> cards = new ArrayList<>();
        for (int i = 0; i < latents.length; i++) {
            int latent = latents[i];
            FeatureAtlas.Feature f = atlas.feature(latent);
            Effects e = residual && f.density() > 0 ? effects.get(i) : new Effects(List.of(), List.of());
            cards.add(new Card(
                    latent,
                    labels.getOrDefault(latent, ""),
                    f.density(),
                    f.largest(),
                    notes.getOrDefault(latent, 0.0),
                    f.contexts().stream().map(c -> context(c, words)).toList(),
                    e.up,
                    e.down,
                    near.get(latent).stream()
                            .map(n -> new FeaturePage.Neighbour(n.latent(), n.cosine()))
                            .toList()));
        }
        return cards;
    }

    private static FeaturePage.Context context(FeatureAtlas.Context c, TokenText words) {
        List<String> tokens = Arrays.stream(c.ids()).mapToObj(words::raw).toList();
        return new FeaturePage.Context(tokens, c.activations(), c.peak());
    }

    /** Tokens that a direction makes likelier, and less likely. */
    private record Effects(List<String> up, List<String> down) {}

    private static List<Effects> effects(LanguageModel model, Tensor decoder, int[] latents, TokenText words) {
        List<Effects> all = new ArrayList<>();
        for (int from = 0; from < latents.length; from += CHUNK)
            try (var scope = Scope.open()) {
                int count = Math.min(CHUNK, latents.length - from);
                long[] rows = Arrays.stream(latents, from, from + count)
                        .asLongStream()
                        .toArray();
                Tensor logits = LogitLens.logits(model, decoder.indexSelect(0, Tensor.of(rows, count)));
                long[] up = logits.top(TOKENS).indices().longs();
                long[] down = logits.neg().top(TOKENS).indices().longs();
                for (int i = 0; i < count; i++) all.add(new Effects(tokens(up, i, words), tokens(down, i, words)));
            }
        return all;
    }

    private static List<String> tokens(long[] ids, int row, TokenText words) {
        return Arrays.stream(ids, row * TOKENS, (row + 1) * TOKENS)
                .mapToObj(id -> words.raw((int) id))
                .toList();
    }
}
