package dev.assay.sae.model;

import dev.assay.lm.Hook;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Site;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Device;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * What a model loses when what stands at a site is replaced: the part of SAEBench's core evaluation (0.6.0) that runs the
 * model three times over each text, as it is, with the replacement, and with zeros in its place.
 */
public final class Splice {
    private final LanguageModel model;
    private final Site site;
    private final UnaryOperator<Tensor> replace;
    private long tokens;
    private double clean;
    private double spliced;
    private double ablated;
    private long positions;
    private double divergence;
    private double ablatedDivergence;

    /** @param replace gets {@code [position, width]} of one text and returns as much */
    public Splice(LanguageModel model, Site site, UnaryOperator<Tensor> replace) {
        this.model = model;
        this.site = site;
        this.replace = replace;
    }

    /**
     * Adds one text.
     *
     * @param counts which positions are scored: those without do not count, whatever stands there
     */
    public void add(int[] ids, boolean[] counts) {
        try (var pause = Autograd.pause();
                var scope = Scope.open()) {
            Tensor asIs = model.logits(ids);
            double[] lost = losses(asIs, ids);
            Tensor with = model.logits(ids, Hook.sites((at, value) -> at.equals(site) ? replaced(value) : value));
            double[] lostWith = losses(with, ids);
            double[] apart = divergences(asIs, with);
            with.close();
            Tensor without = model.logits(ids, Hook.sites((at, value) -> at.equals(site) ? value.mul(0) : value));
            double[] lostWithout = losses(without, ids);
            double[] farApart = divergences(asIs, without);
            without.close();
            asIs.close();
            for (int p = 0; p < ids.length; p++) {
                if (!counts[p]) continue;
                positions++;
                divergence += apart[p];
                ablatedDivergence += farApart[p];
                if (p == ids.length - 1) continue;
                tokens++;
                clean += lost[p];
                spliced += lostWith[p];
                ablated += lostWithout[p];
            }
        }
    }

    private Tensor replaced(Tensor value) {
        long[] shape = value.shape();
        Tensor rows = value.reshape(shape[1], value.count() / shape[1]);
        return replace.apply(rows.to(Device.CPU))
                .to(value.type())
                .to(value.device())
                .reshape(shape);
    }

    /** -log p of the next token at each position but the last. */
    private static double[] losses(Tensor logits, int[] ids) {
        try (var scope = Scope.open()) {
            double[] all = logits.logSumExp(-1).doubles();
            var next = new long[ids.length];
            for (int p = 0; p + 1 < ids.length; p++) next[p] = ids[p + 1];
            double[] chosen = logits.gather(Tensor.of(next, ids.length, 1).to(logits.device()))
                    .doubles();
            for (int p = 0; p < all.length; p++) all[p] -= chosen[p];
            return all;
        }
    }

    /** KL(p ‖ q) at each position. */
    private static double[] divergences(Tensor p, Tensor q) {
        try (var scope = Scope.open()) {
            double[] out = p.softmax(-1).mul(p.sub(q)).sum(-1).doubles();
            double[] normP = p.logSumExp(-1).doubles();
            double[] normQ = q.logSumExp(-1).doubles();
            for (int i = 0; i < out.length; i++) out[i] += normQ[i] - normP[i];
            return out;
        }
    }

    /**
     * What was added up, in nats a token.
     *
     * @param clean cross-entropy of the model as it is
     * @param spliced with the replacement
     * @param ablated with zeros
     * @param divergence KL(as it is ‖ with the replacement)
     * @param ablatedDivergence KL(as it is ‖ with zeros)
     */
    public record Scores(
            long tokens, double clean, double spliced, double ablated, double divergence, double ablatedDivergence) {
        /** Share of what zeros lose that the replacement keeps; 1 loses nothing. */
        public double recovered() {
            return (ablated - spliced) / (ablated - clean);
        }

        /** The same of the divergence. */
        public double divergenceRecovered() {
            return (ablatedDivergence - divergence) / ablatedDivergence;
        }
    }

    public Scores scores() {
        return new Scores(
                tokens,
                clean / tokens,
                spliced / tokens,
                ablated / tokens,
                divergence / positions,
                ablatedDivergence / positions);
    }
}
