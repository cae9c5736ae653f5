/** Append-only record of a run, with a checksum per record, from which the run continues. */
@NullMarked
package dev.assay.journal;

import org.jspecify.annotations.NullMarked;
