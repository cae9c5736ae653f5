package dev.assay.sae;

import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A JumpReLU encoder that is corrected by its own residual, as the autonomous SynthSAEBench run of Chanin (2026) saves
 * it: z0 = x' W_enc + b_enc, then T times a = z where z exceeds 0 and thresholds[t], and z += eta[t] · (x' - a W_dec)
 * W_enc; the latents are what thresholds[T] leaves of the last z. Decoder norms are not folded: the residual needs them.
 *
 * @param thresholds {@code [T + 1, latents]}, fp32
 * @param eta {@code [T]}, fp32
 */
public record ListaSae(SaeInput input, SaeEncoder encoder, SaeDecoder decoder, Tensor thresholds, Tensor eta)
        implements InferenceSae {

    /** @throws IllegalArgumentException if the shapes do not fit each other */
    public ListaSae {
        LatentRows.check("eta", eta, -1);
        LatentRows.check("thresholds", thresholds, eta.size(0) + 1, decoder.latents());
    }

    @Override
    public String architecture() {
        return "lista_matryoshka_decreasingk";
    }

    /** How often the latents are corrected, T. */
    public int refinements() {
        return (int) eta.size(0);
    }

    @Override
    public SparseRows encode(Tensor x) {
        try (var scope = Scope.open()) {
            Tensor centred = input.centred(x, decoder);
            float[] rates = eta.floats();
            Tensor z = encoder.pre(centred);
            for (int t = 0; t < rates.length; t++) {
                Tensor residual = centred.sub(decoder.combine(LatentRows.above(z, thresholds(t))));
                z = z.add(residual.matmul(encoder.weight()).mul(rates[t]));
            }
            return LatentRows.above(z, thresholds(rates.length));
        }
    }

    private float[] thresholds(int step) {
        return thresholds.narrow(0, step, 1).floats();
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
        out.put("thresholds", thresholds);
        out.put("eta", eta);
        return out;
    }
}
