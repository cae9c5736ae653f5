/** Sparse autoencoders on language models: activations to train on, and what an autoencoder is worth there. */
@NullMarked
package dev.assay.sae.model;

import org.jspecify.annotations.NullMarked;
