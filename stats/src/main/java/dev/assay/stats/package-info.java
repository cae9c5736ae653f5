/** Statistics of audits: Wilson intervals, betting e-processes, confidence sequences, e-BH. */
@NullMarked
package dev.assay.stats;

import org.jspecify.annotations.NullMarked;
