/** The autonomous research loop over sparse autoencoders: workspace, ledger, locked scorer, decision rules, reports. */
@NullMarked
package dev.assay.research;

import org.jspecify.annotations.NullMarked;
