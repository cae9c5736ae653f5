package dev.assay.lm;

import dev.assay.tensor.Tensor;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Root mean square normalisation over the last dimension (Zhang and Sennrich, 2019).
 *
 * @param weight {@code [width]}; where its element type is wider than the input's, the norm is computed in the wider one
 */
record Norm(Tensor weight, double eps) {
    Tensor apply(Tensor x) {
        return x.to(weight.type()).rmsNorm(weight, eps).to(x.type());
    }

    /** {@code x} normalised, or as it is where a family has no norm. */
    static Tensor applied(Optional<Norm> norm, Tensor x) {
        return norm.isPresent() ? norm.get().apply(x) : x;
    }

    /**
     * The linear map that the norm is while its scale stays what the row {@code at} gives it: summed over the parts of that
     * row it is {@code apply(at)}.
     *
     * @param parts {@code [.., width]}
     * @param at {@code [width]}
     */
    Tensor frozen(Tensor parts, Tensor at) {
        double meanSquare = at.to(weight.type()).square().mean().item();
        return parts.to(weight.type()).mul(1 / Math.sqrt(meanSquare + eps)).mul(weight);
    }

    /** The same norm with its weight replaced; {@code name} is Hugging Face's of the norm. */
    Norm mapWeight(String name, BiFunction<String, Tensor, Tensor> f) {
        return new Norm(f.apply(name + ".weight", weight), eps);
    }
}
