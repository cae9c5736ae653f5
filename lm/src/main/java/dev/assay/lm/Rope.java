package dev.assay.lm;

import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.List;

/**
 * Rotary position embedding (Su et al., 2021), in the half-split layout of Hugging Face's Llama: dimension {@code i} of a
 * head is paired with {@code i + headDim/2}.
 *
 * @param cos {@code [positions, headDim]}
 * @param sin {@code [positions, headDim]}
 */
record Rope(Tensor cos, Tensor sin) {

    static Rope table(ModelConfig config, DType type) {
        int half = config.headDim() / 2;
        var cos = new float[config.context() * config.headDim()];
        var sin = new float[cos.length];
        for (int p = 0; p < config.context(); p++) {
            for (int i = 0; i < half; i++) {
                // fp32 as the peers compute it: inverse frequency first, then the angle
                float angle = p * (float) (1 / Math.pow(config.ropeTheta(), 2.0 * i / config.headDim()));
                int at = p * config.headDim() + i;
                cos[at] = cos[at + half] = (float) Math.cos(angle);
                sin[at] = sin[at + half] = (float) Math.sin(angle);
            }
        }
        long[] shape = {config.context(), config.headDim()};
        try (var scope = Scope.open()) {
            return new Rope(
                    scope.keep(Tensor.of(cos, shape).to(type)),
                    scope.keep(Tensor.of(sin, shape).to(type)));
        }
    }

    /** The rows for the positions {@code [batch, position]}, as {@code [batch, 1, position, headDim]}. */
    Rope at(Tensor positions) {
        return new Rope(
                cos.embedding(positions).unsqueeze(1), sin.embedding(positions).unsqueeze(1));
    }

    /** Rotates {@code [batch, head, position, headDim]}. */
    Tensor rotate(Tensor x) {
        long half = x.size(-1) / 2;
        Tensor swapped = Tensor.cat(List.of(x.narrow(-1, half, half).neg(), x.narrow(-1, 0, half)), -1);
        return x.mul(cos).add(swapped.mul(sin));
    }
}
