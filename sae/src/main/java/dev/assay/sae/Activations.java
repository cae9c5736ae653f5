package dev.assay.sae;

import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;

/** An endless, addressable stream of activations to train on. */
public interface Activations {
    /** Batches that {@link #meanNorm} looks at. */
    int NORM_BATCHES = 100;

    int dModel();

    /** Batch number {@code index}, {@code [rows, dModel]} in fp32: the same numbers whenever it is asked for. */
    Tensor batch(long index, int rows);

    /** Mean norm of an activation, estimated on what training does not see: batches of negative numbers. */
    default double meanNorm(int rows) {
        double sum = 0;
        for (int i = 0; i < NORM_BATCHES; i++)
            try (var scope = Scope.open()) {
                sum += batch(-1 - i, rows).square().sum(1).sqrt().mean().item();
            }
        return sum / NORM_BATCHES;
    }
}
