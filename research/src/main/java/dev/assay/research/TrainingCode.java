package dev.assay.research;

import dev.assay.sae.InferenceSae;

/**
 * How a candidate is trained. The grammar's recipes are trained by {@link RecipeTraining}; a candidate that is code brings
 * a class {@code Candidate} of its own with a constructor without parameters.
 */
public interface TrainingCode {
    /** The trained autoencoder, in the form in which it is scored. */
    InferenceSae train(TrainingTask task);
}
