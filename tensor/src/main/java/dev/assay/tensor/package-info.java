/** Arrays on LibTorch with scoped memory: the only package that knows org.bytedeco. */
@NullMarked
package dev.assay.tensor;

import org.jspecify.annotations.NullMarked;
