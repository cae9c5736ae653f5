package dev.assay.sae;

import dev.assay.tensor.Tensor;

/**
 * The linear part of an encoder.
 *
 * @param weight {@code [dModel, latents]}, fp32
 * @param bias {@code [latents]}, fp32
 */
public record SaeEncoder(Tensor weight, Tensor bias) {

    /** @throws IllegalArgumentException if the shapes do not fit each other */
    public SaeEncoder {
        LatentRows.check("W_enc", weight, -1, -1);
        LatentRows.check("the encoder's bias", bias, weight.size(1));
    }

    /** Pre-activations {@code [batch, latents]} of centred inputs {@code [batch, dModel]}. */
    Tensor pre(Tensor centred) {
        return centred.matmul(weight).add(bias);
    }
}
