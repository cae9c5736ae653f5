/** Suites of audits: what is planned, who does it, what is known of it, and what it says. */
@NullMarked
package dev.assay.audit.suite;

import org.jspecify.annotations.NullMarked;
