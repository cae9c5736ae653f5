package dev.assay.sae;

import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * z = x' W_enc + b_enc where z exceeds 0 and the latent's threshold, else 0. BatchTopK autoencoders are kept in this form
 * too, with one threshold for all.
 *
 * @param threshold {@code [latents]}, fp32
 */
public record JumpReluSae(SaeInput input, SaeEncoder encoder, SaeDecoder decoder, Tensor threshold)
        implements InferenceSae {

    /** @throws IllegalArgumentException if there is not one threshold per latent */
    public JumpReluSae {
        LatentRows.check("threshold", threshold, decoder.latents());
    }

    @Override
    public String architecture() {
        return "jumprelu";
    }

    @Override
    public SparseRows encode(Tensor x) {
        try (var scope = Scope.open()) {
            return LatentRows.above(encoder.pre(input.centred(x, decoder)), threshold.floats());
        }
    }

    @Override
    public Tensor decodeNormalised(SparseRows latents) {
        return decoder.decode(latents);
    }

    @Override
    public Map<String, Tensor> tensors() {
        Map<String, Tensor> out = new LinkedHashMap<>();
        out.put("W_enc", encoder.weight());
        out.put("W_dec", decoder.weight());
        out.put("b_enc", encoder.bias());
        out.put("b_dec", decoder.bias());
        out.put("threshold", threshold);
        return out;
    }
}
