package dev.assay.app.view.live;

import dev.assay.lm.LanguageModel;
import dev.assay.lm.LogitLens;
import dev.assay.lm.Site;
import dev.assay.lm.TokenText;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * What a model would say next if each block were the last one.
 *
 * @param from first position that is shown
 * @param all positions of the text, with what comes before it
 * @param own where the text itself begins
 * @param words the tokens at the positions that are shown
 * @param layers from the first block to the last
 */
record LensGrid(String model, int from, int all, int own, List<String> words, List<Layer> layers) {
    /** Positions that are shown at once. */
    static final int WIDTH = 24;

    private static final int TOP = 5;

    /** A block, and its likeliest tokens after each position. */
    record Layer(String site, List<List<Guess>> guesses) {}

    record Guess(String token, double p) {}

    /** @param wanted first position; empty where the text itself begins */
    static LensGrid of(LiveText text, String name, LanguageModel model, int wanted) {
        LiveText.Cut cut = text.cut(model);
        int start = wanted < 0 ? Math.max(0, cut.from() - 1) : wanted;
        int from = Math.max(0, Math.min(start, cut.ids().length - WIDTH));
        int count = Math.min(WIDTH, cut.ids().length - from);
        int[] seen = Arrays.copyOf(cut.ids(), from + count);
        List<Site> sites = IntStream.range(0, model.config().layers())
                .mapToObj(i -> Site.of(Site.Kind.RESID_POST, i))
                .toList();
        var layers = new ArrayList<Layer>();
        try (var pause = Autograd.pause();
                var scope = Scope.open()) {
            var inside = model.activations(seen, sites);
            for (Site site : sites)
                layers.add(layer(
                        model, site, Objects.requireNonNull(inside.get(site)).narrow(0, from, count)));
        }
        List<String> words = LiveText.words(model, Arrays.copyOfRange(seen, from, from + count));
        return new LensGrid(name, from, cut.ids().length, cut.from(), words, layers);
    }

    private static Layer layer(LanguageModel model, Site site, Tensor rows) {
        TokenText words = TokenText.of(model);
        var out = new ArrayList<List<Guess>>();
        try (var scope = Scope.open()) {
            Tensor.Top top =
                    LogitLens.logits(model, rows).to(DType.F32).softmax(-1).top(TOP);
            float[] p = top.values().floats();
            long[] ids = top.indices().longs();
            for (int i = 0; i < ids.length; i += TOP) {
                int at = i;
                out.add(IntStream.range(at, at + TOP)
                        .mapToObj(k -> new Guess(words.raw(Math.toIntExact(ids[k])), p[k]))
                        .toList());
            }
        }
        return new Layer(site.toString(), out);
    }
}
