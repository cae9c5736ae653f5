/**
 * Automated red-teaming ahead of an audit: an auditor leads the target through talks that seeds describe, rolls them back
 * and branches them; a judge scores the transcripts. {@link dev.assay.audit.petri.Petri} is the whole of it.
 */
@NullMarked
package dev.assay.audit.petri;

import org.jspecify.annotations.NullMarked;
