/**
 * What autoencoders are judged by besides reconstruction: sparse probing, absorption, targeted perturbation, spurious
 * correlation removal; and whether such metrics can be trusted, on worlds whose features are known.
 */
@NullMarked
package dev.assay.sae.probe;

import org.jspecify.annotations.NullMarked;
