/** Statistics of audits and autoencoders: Wilson and t intervals, betting e-processes, confidence sequences, e-BH, Holm. */
@NullMarked
package dev.assay.stats;

import org.jspecify.annotations.NullMarked;
