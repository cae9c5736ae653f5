/** Audits: tools, investigator, grader. */
@NullMarked
package dev.assay.audit;

import org.jspecify.annotations.NullMarked;
