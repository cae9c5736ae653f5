package dev.assay.sae;

import dev.assay.tensor.Tensor;
import dev.assay.tensor.Tensor.Top;

/** The k largest of each sample: SAELens' {@code topk}. */
final class TopKForward {
    private static final double OUT_OF_REACH = 1e30;

    private TopKForward() {}

    static Forward of(Architecture.TopK spec, Parameters p, Tensor x, Conditions c) {
        Tensor pre = Forward.centred(p, x).matmul(p.get("W_enc")).add(p.get("b_enc"));
        Tensor norms = Forward.norms(p);
        Tensor scaled = spec.rescale() ? pre.mul(norms) : pre;
        Top top = scaled.top(spec.k());
        Tensor acts = top.values().relu().scatter(top.indices(), p.latents());
        Tensor reconstruction = Forward.decode(p, spec.rescale() ? acts.div(norms) : acts);
        var losses =
                Forward.losses("mse_loss", Forward.squares(reconstruction, x).mean());
        if (spec.aux() != AuxLoss.NONE && c.deadCount() > 0) {
            Tensor unscaled = spec.rescale() ? norms : ones(norms);
            losses.put(
                    "auxiliary_reconstruction_loss",
                    aux(p, scaled, unscaled, c, x.sub(reconstruction), 0, p.latents()));
        }
        return new Forward(acts, reconstruction, losses);
    }

    /**
     * The strongest dead latents between {@code from} and {@code to} rebuild the residual, which gets no gradient
     * (Gao et al., 2024, section A.2): at most dModel / 2 of them per sample, negative pre-activations too, the loss
     * scaled by their share of that number.
     *
     * @param scaled pre-activations times {@code norms}, {@code [batch, latents]}
     */
    static Tensor aux(Parameters p, Tensor scaled, Tensor norms, Conditions c, Tensor residual, int from, int to) {
        int dead = 0;
        for (int i = from; i < to; i++) if (c.dead()[i]) dead++;
        int most = p.dModel() / 2;
        Tensor mask = Forward.mask(c.dead(), from, to, scaled);
        Tensor living = mask.sub(ones(mask)).mul(OUT_OF_REACH);
        Top top = scaled.detach().add(living).top(Math.min(most, dead));
        Tensor chosen = scaled.gather(top.indices()).scatter(top.indices(), p.latents());
        Tensor error = chosen.div(norms).matmul(p.get("W_dec")).sub(residual.detach());
        return error.square().sum(1).mean().mul(Math.min((double) dead / most, 1));
    }

    static Tensor ones(Tensor like) {
        return Tensor.of(new double[] {1}, 1).to(like.type());
    }
}
