package dev.assay.research;

import dev.assay.sae.InferenceSae;
import dev.assay.sae.Trainer;

/** Trains a recipe as {@code sae} does. */
public final class RecipeTraining implements TrainingCode {
    private static final int POINTS = 20;

    @Override
    public InferenceSae train(TrainingTask task) {
        try (var trainer = new Trainer(task.recipe(), task.data(), task.seed(), 1)) {
            long every = Math.max(1, task.recipe().training().steps() / POINTS);
            while (!trainer.done()) {
                Trainer.Step step = trainer.next();
                if (step.number() % every == 0) task.losses().accept(step.loss());
            }
            return trainer.export()
                    .orElseThrow(() -> new ResearchException(
                            "this architecture has no form that can be handed over: orthogonal pursuit and separate"
                                    + " encoders are left out of the grammar for that"));
        }
    }
}
