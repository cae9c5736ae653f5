/** Synthetic activation models with known features (SynthSAEBench-16k and variants). */
@NullMarked
package dev.assay.world;

import org.jspecify.annotations.NullMarked;
