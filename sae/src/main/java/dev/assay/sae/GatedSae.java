package dev.assay.sae;

import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * relu(x' (W_enc · exp(r_mag)) + b_mag) where x' W_enc + b_gate is positive (Rajamanoharan et al., 2024).
 *
 * @param encoder its bias is {@code b_gate}
 * @param magnitudeScale {@code r_mag [latents]}, fp32, a logarithm
 * @param magnitudeBias {@code b_mag [latents]}, fp32
 */
public record GatedSae(
        SaeInput input, SaeEncoder encoder, SaeDecoder decoder, Tensor magnitudeScale, Tensor magnitudeBias)
        implements InferenceSae {

    /** @throws IllegalArgumentException if there is not one scale and bias per latent */
    public GatedSae {
        LatentRows.check("r_mag", magnitudeScale, decoder.latents());
        LatentRows.check("b_mag", magnitudeBias, decoder.latents());
    }

    @Override
    public String architecture() {
        return "gated";
    }

    @Override
    public SparseRows encode(Tensor x) {
        try (var scope = Scope.open()) {
            Tensor product = input.centred(x, decoder).matmul(encoder.weight());
            Tensor gate = product.add(encoder.bias()).positive();
            Tensor magnitude = product.mul(magnitudeScale.exp()).add(magnitudeBias);
            return LatentRows.positive(magnitude.mul(gate));
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
        out.put("b_dec", decoder.bias());
        out.put("b_gate", encoder.bias());
        out.put("b_mag", magnitudeBias);
        out.put("r_mag", magnitudeScale);
        return out;
    }
}
