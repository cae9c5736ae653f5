package dev.assay.sae;

import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;

/** Active latents of a batch and the reconstruction from them, {@code [batch, dModel]}. */
public record Encoded(SparseRows latents, Tensor reconstruction) {}
