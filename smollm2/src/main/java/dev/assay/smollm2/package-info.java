/** The embedded language model. */
@NullMarked
package dev.assay.smollm2;

import org.jspecify.annotations.NullMarked;
