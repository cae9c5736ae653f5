package dev.assay.sae;

import dev.assay.tensor.Tensor;

/** An endless, addressable stream of activations to train on. */
public interface Activations {
    int dModel();

    /** Batch number {@code index}, {@code [rows, dModel]} in fp32: the same numbers whenever it is asked for. */
    Tensor batch(long index, int rows);
}
