package dev.assay.lm;

import dev.assay.tensor.Tensor;

/**
 * Root mean square normalisation over the last dimension (Zhang and Sennrich, 2019).
 *
 * @param weight {@code [width]}; where its element type is wider than the input's, the norm is computed in the wider one
 */
record Norm(Tensor weight, double eps) {
    Tensor apply(Tensor x) {
        return x.to(weight.type()).rmsNorm(weight, eps).to(x.type());
    }
}
