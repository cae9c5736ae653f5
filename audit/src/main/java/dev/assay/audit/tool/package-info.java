/** What an investigator may do with a target: the model under audit, and the tools that reach it. */
@NullMarked
package dev.assay.audit.tool;

import org.jspecify.annotations.NullMarked;
