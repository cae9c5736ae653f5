/** The assay command. */
@NullMarked
package dev.assay.app;

import org.jspecify.annotations.NullMarked;
