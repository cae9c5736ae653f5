/** Self-contained HTML reports. */
@NullMarked
package dev.assay.report;

import org.jspecify.annotations.NullMarked;
