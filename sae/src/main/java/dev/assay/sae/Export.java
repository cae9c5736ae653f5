package dev.assay.sae;

import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;

/**
 * The form in which a trained autoencoder is used: norms of the decoder folded into the encoder, and BatchTopK's choice
 * replaced by a threshold, as SAELens exports it.
 */
final class Export {
    private Export() {}

    /**
     * @param thresholds of BatchTopK's choices
     * @return empty if there is no such form: orthogonal pursuit, refinement with encoders of its own
     */
    static Optional<InferenceSae> of(Architecture architecture, Parameters p, double[] thresholds) {
        try (var scope = Scope.open()) {
            Tensor norms = Forward.norms(p).detach();
            Optional<InferenceSae> sae = switch (architecture) {
                case Architecture.Standard s ->
                    Optional.of(new StandardSae(SaeInput.CENTRED, encoder(p, "b_enc"), decoder(p)));
                case Architecture.Gated g ->
                    Optional.of(new GatedSae(
                            SaeInput.CENTRED, encoder(p, "b_gate"), decoder(p), copy(p, "r_mag"), copy(p, "b_mag")));
                case Architecture.JumpRelu j ->
                    Optional.of(
                            new JumpReluSae(SaeInput.CENTRED, encoder(p, "b_enc"), decoder(p), copy(p, "threshold")));
                case Architecture.TopK t ->
                    Optional.of(
                            t.rescale()
                                    ? new TopKSae(SaeInput.CENTRED, folded(p, norms), unit(p, norms), t.k(), false)
                                    : new TopKSae(SaeInput.CENTRED, encoder(p, "b_enc"), decoder(p), t.k(), false));
                case Architecture.BatchTopK b -> batchTopK(b, p, norms, thresholds);
                case Architecture.MatchingPursuit m ->
                    m.orthogonal()
                            ? Optional.empty()
                            : Optional.of(new MatchingPursuitSae(
                                    SaeInput.CENTRED, decoder(p), m.iterations(), m.residual(), m.stopOnSameSupport()));
            };
            sae.ifPresent(made -> made.tensors().values().forEach(scope::keep));
            return sae;
        }
    }

    private static Optional<InferenceSae> batchTopK(
            Architecture.BatchTopK spec, Parameters p, Tensor norms, double[] thresholds) {
        Refinement refinement = spec.refinement();
        if (refinement.separate()) return Optional.empty();
        if (refinement.iterations() == 0)
            return Optional.of(new JumpReluSae(
                    SaeInput.CENTRED, folded(p, norms), unit(p, norms), filled(thresholds[0], p.latents())));
        Tensor rows = Tensor.of(thresholds, thresholds.length, 1).to(norms.type());
        Tensor eta = refinement.learned() ? copy(p, "eta") : filled(refinement.eta(), refinement.iterations());
        return Optional.of(new ListaSae(SaeInput.CENTRED, encoder(p, "b_enc"), decoder(p), rows.div(norms), eta));
    }

    private static Tensor filled(double value, int count) {
        var values = new float[count];
        Arrays.fill(values, (float) value);
        return Tensor.of(values, count);
    }

    private static Tensor copy(Parameters p, String name) {
        return p.get(name).copy();
    }

    private static SaeEncoder encoder(Parameters p, String bias) {
        return new SaeEncoder(copy(p, "W_enc"), copy(p, bias));
    }

    private static SaeDecoder decoder(Parameters p) {
        return new SaeDecoder(copy(p, "W_dec"), copy(p, "b_dec"));
    }

    private static SaeEncoder folded(Parameters p, Tensor norms) {
        return new SaeEncoder(
                p.get("W_enc").detach().mul(norms), p.get("b_enc").detach().mul(norms));
    }

    private static SaeDecoder unit(Parameters p, Tensor norms) {
        return new SaeDecoder(p.get("W_dec").detach().div(norms.reshape(p.latents(), 1)), copy(p, "b_dec"));
    }
}
