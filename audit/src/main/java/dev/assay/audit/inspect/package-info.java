/** Runs as logs of Inspect ({@code .eval}), there and back. */
@NullMarked
package dev.assay.audit.inspect;

import org.jspecify.annotations.NullMarked;
