package dev.assay.sae;

import dev.assay.tensor.Tensor;

/** Standard (L1) and gated sparse autoencoders: SAELens' {@code standard} and {@code gated}. */
final class DenseForward {
    private DenseForward() {}

    static Forward standard(Parameters p, Tensor x, Conditions c) {
        Tensor acts =
                Forward.centred(p, x).matmul(p.get("W_enc")).add(p.get("b_enc")).relu();
        Tensor reconstruction = Forward.decode(p, acts);
        var losses =
                Forward.losses("mse_loss", Forward.squares(reconstruction, x).mean());
        losses.put("l1_loss", acts.mul(Forward.norms(p)).sum(1).mean().mul(c.coefficient()));
        return new Forward(acts, reconstruction, losses);
    }

    /** The auxiliary path trains the decoder too, which the paper forbids and SAELens does. */
    static Forward gated(Parameters p, Tensor x, Conditions c) {
        Tensor centred = Forward.centred(p, x);
        Tensor gate = centred.matmul(p.get("W_enc")).add(p.get("b_gate"));
        Tensor magnitude =
                centred.matmul(p.get("W_enc").mul(p.get("r_mag").exp())).add(p.get("b_mag"));
        Tensor acts = gate.positive().mul(magnitude.relu());
        Tensor reconstruction = Forward.decode(p, acts);
        Tensor open = gate.relu();
        var losses =
                Forward.losses("mse_loss", Forward.squares(reconstruction, x).mean());
        losses.put("l1_loss", open.mul(Forward.norms(p)).sum(1).mean().mul(c.coefficient()));
        losses.put(
                "auxiliary_reconstruction_loss",
                Forward.squares(Forward.decode(p, open), x).mean());
        return new Forward(acts, reconstruction, losses);
    }
}
