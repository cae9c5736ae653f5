package dev.assay.sae;

import dev.assay.tensor.Tensor;

/**
 * A further loss of a training step, of any architecture. It is found by {@link java.util.ServiceLoader} under the name that
 * {@code toString} gives, in kebab-case (docs/extensions.md); recipes weigh it under {@code losses}, runs are recorded
 * under it.
 */
public interface OwnLoss {
    /** A scalar that the parameters have a gradient of. */
    Tensor of(Step step);

    /**
     * A batch in the middle of a step, on tensors with gradients.
     *
     * @param parameters by SAELens' names: {@code W_enc [dModel, latents]}, {@code W_dec [latents, dModel]}, …
     * @param x inputs, {@code [batch, dModel]}
     * @param acts latents, {@code [batch, latents]}
     * @param reconstruction of x, {@code [batch, dModel]}
     */
    record Step(Parameters parameters, Tensor x, Tensor acts, Tensor reconstruction) {}

    /** A loss and what it is multiplied by. */
    record Weighted(OwnLoss loss, double coefficient) {
        Tensor of(Step step) {
            return loss.of(step).mul(coefficient);
        }

        @Override
        public String toString() {
            return coefficient + " * " + loss;
        }
    }
}
