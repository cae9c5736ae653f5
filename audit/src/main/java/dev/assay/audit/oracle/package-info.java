/** Activation oracles: models that answer questions about the activations of another (Karvonen et al., 2025). */
@NullMarked
package dev.assay.audit.oracle;

import org.jspecify.annotations.NullMarked;
