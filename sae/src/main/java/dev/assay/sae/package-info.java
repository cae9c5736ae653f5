/** Sparse autoencoders: architectures, training, metrics, checkpoints. */
@NullMarked
package dev.assay.sae;

import org.jspecify.annotations.NullMarked;
