/** Model organisms: models with a hidden behaviour, made and measured. */
@NullMarked
package dev.assay.organism;

import org.jspecify.annotations.NullMarked;
