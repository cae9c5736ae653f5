package dev.assay.sae;

import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** relu(x' W_enc + b_enc). */
public record StandardSae(SaeInput input, SaeEncoder encoder, SaeDecoder decoder) implements InferenceSae {

    @Override
    public String architecture() {
        return "standard";
    }

    @Override
    public SparseRows encode(Tensor x) {
        try (var scope = Scope.open()) {
            return LatentRows.positive(encoder.pre(input.centred(x, decoder)));
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
        return out;
    }
}
