package dev.assay.lm;

import java.util.Map;

/**
 * What one step of a training reports.
 *
 * @param done steps taken, this one included
 * @param of steps in all
 * @param loss of the step's batch, before the step
 * @param rate the step's learning rate
 * @param gradientNorm joint norm of the gradients, before it was cut
 * @param metrics what the objective has to say besides, under TRL's names; of {@link Kto}: {@code kl}, {@code
 *     rewards/chosen}, {@code rewards/rejected}, {@code logps/chosen}, {@code logps/rejected}
 */
public record TrainingStep(
        int done, int of, double loss, double rate, double gradientNorm, Map<String, Double> metrics) {
    public TrainingStep {
        metrics = Map.copyOf(metrics);
    }
}
