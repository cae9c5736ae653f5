package dev.assay.sae;

import dev.assay.tensor.SparseRows;
import java.util.Map;

/**
 * What a training step saw.
 *
 * @param losses by name, the parts of the total
 * @param gradientNorm joint norm of all gradients before clipping
 * @param active the latents that fired, with their activations
 */
record StepResult(Map<String, Double> losses, double gradientNorm, SparseRows active) {
    double loss() {
        return losses.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    /** Mean number of active latents per sample. */
    double l0() {
        return (double) active.count() / active.rows();
    }
}
