package dev.assay.lm;

import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The logit lens (nostalgebraist, 2020): what the model would say if the residual stream went from some block straight to
 * the final norm and the unembedding.
 */
public final class LogitLens {
    private static final Set<Site.Kind> KINDS =
            EnumSet.of(Site.Kind.EMBEDDING, Site.Kind.RESID_PRE, Site.Kind.RESID_MID, Site.Kind.RESID_POST);

    private LogitLens() {}

    /** A token that comes next, and how likely it is. */
    public record Guess(int token, double probability) {}

    /**
     * The logits {@code [vocab]} at some sites and one position, in the order of the sites.
     *
     * @throws SiteException if there is no such site or position, or the site is not the residual stream
     */
    public static Map<Site, float[]> logits(LanguageModel model, int[] ids, int position, Collection<Site> sites) {
        for (Site site : sites)
            if (!KINDS.contains(site.kind()))
                throw new SiteException(site + " is not the residual stream; the lens reads embedding, resid_pre:LAYER,"
                        + " resid_mid:LAYER, resid_post:LAYER");
        Patch.checkPosition(OptionalInt.of(position), ids.length);
        Map<Site, float[]> out = new LinkedHashMap<>();
        try (var pause = Autograd.pause();
                var scope = Scope.open()) {
            model.activations(ids, sites).forEach((site, residual) -> {
                try (var inner = Scope.open()) {
                    Tensor row = residual.narrow(0, position, 1);
                    out.put(site, model.transformer().logits(row, Hook.NONE).floats());
                }
            });
        }
        return out;
    }

    /**
     * What the final norm and the unembedding make of any rows of the residual stream, {@code [n, dModel]} to {@code [n,
     * vocab]}, on the rows' device. Of a direction, whose length the norm takes away, this says which tokens it makes
     * likelier than others.
     */
    public static Tensor logits(LanguageModel model, Tensor rows) {
        try (var pause = Autograd.pause();
                var scope = Scope.open()) {
            return scope.pass(withGradient(model, rows));
        }
    }

    /** The same, with a gradient for the rows: what maps that come before the unembedding are trained through. */
    public static Tensor withGradient(LanguageModel model, Tensor rows) {
        return model.transformer().logits(rows.to(model.type()), Hook.NONE).to(rows.device());
    }

    /** The likeliest tokens at some sites and one position, likeliest first; see {@link #logits}. */
    public static Map<Site, List<Guess>> read(
            LanguageModel model, int[] ids, int position, Collection<Site> sites, int top) {
        Map<Site, List<Guess>> out = new LinkedHashMap<>();
        logits(model, ids, position, sites).forEach((site, logits) -> out.put(site, likeliest(logits, top)));
        return out;
    }

    private static List<Guess> likeliest(float[] logits, int count) {
        try (var scope = Scope.open()) {
            var top = Tensor.of(logits, logits.length).softmax(-1).top(Math.min(count, logits.length));
            float[] probabilities = top.values().floats();
            long[] tokens = top.indices().longs();
            return IntStream.range(0, tokens.length)
                    .mapToObj(i -> new Guess(Math.toIntExact(tokens[i]), probabilities[i]))
                    .toList();
        }
    }
}
