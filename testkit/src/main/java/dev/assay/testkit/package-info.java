/** A server of models that misbehaves on purpose, for tests. */
@NullMarked
package dev.assay.testkit;

import org.jspecify.annotations.NullMarked;
