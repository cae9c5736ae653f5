package dev.assay.sae;

import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The {@code k} largest of x' W_enc + b_enc in each sample, where positive (Gao et al., 2024).
 *
 * @param rescale whether pre-activations are multiplied by the norms of the decoder's rows, and latents divided by them
 *     before decoding
 */
public record TopKSae(SaeInput input, SaeEncoder encoder, SaeDecoder decoder, int k, boolean rescale)
        implements InferenceSae {

    /** @throws IllegalArgumentException unless {@code 1 <= k <= latents} */
    public TopKSae {
        if (k < 1 || k > decoder.latents())
            throw new IllegalArgumentException("k lies between 1 and the " + decoder.latents() + " latents, was " + k);
    }

    @Override
    public String architecture() {
        return "topk";
    }

    @Override
    public SparseRows encode(Tensor x) {
        try (var scope = Scope.open()) {
            Tensor pre = encoder.pre(input.centred(x, decoder));
            var top = (rescale ? pre.mul(norms()) : pre).top(k);
            return LatentRows.positive(top.values().floats(), top.indices().longs(), k, latents());
        }
    }

    @Override
    public Tensor decodeNormalised(SparseRows latents) {
        return decoder.decode(rescale ? unscaled(latents) : latents);
    }

    private SparseRows unscaled(SparseRows latents) {
        try (var scope = Scope.open()) {
            float[] norms = norms().floats();
            var out = new SparseRows(latents.width());
            out.append(latents);
            for (int i = 0; i < out.count(); i++) out.values()[i] /= norms[out.columns()[i]];
            return out;
        }
    }

    /** {@code [latents]}. */
    private Tensor norms() {
        return decoder.weight().square().sum(1).sqrt().reshape(latents());
    }

    @Override
    public Map<String, Tensor> tensors() {
        Map<String, Tensor> out = new LinkedHashMap<>();
        out.put("W_enc", encoder.weight());
        out.put("W_dec", decoder.weight());
        out.put("b_enc", encoder.bias());
        out.put("b_dec", decoder.bias());
        return out;
    }
}
