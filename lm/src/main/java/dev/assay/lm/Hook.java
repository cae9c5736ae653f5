package dev.assay.lm;

import dev.assay.tensor.Tensor;

/**
 * Sees the residual stream during a forward pass, and may change it.
 *
 * <p>Called with layer 0 for the token embeddings and with layer {@code i} after block {@code i}, up to the number of
 * layers. The tensor has shape {@code [batch, position, dModel]}; what is returned goes on. To read only, return the
 * argument. Tensors that are to outlive the forward pass must be copied out ({@link Tensor#floats()}) or kept by a scope.
 */
@FunctionalInterface
public interface Hook {
    /** Looks at nothing. */
    Hook NONE = (layer, residual) -> residual;

    Tensor at(int layer, Tensor residual);

    /** This hook, then another on what it returned. */
    default Hook then(Hook next) {
        return (layer, residual) -> next.at(layer, at(layer, residual));
    }
}
