package dev.assay.app;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.assay.sae.Trainer;
import java.util.Map;

/**
 * A look at a run on its way.
 *
 * @param step counted from 1
 * @param samples seen so far; 0 in runs of before it was written
 * @param losses of this step, by name
 * @param dead latents, as training counts them
 * @param f1 not a number on a model, whose features nobody knows; so is {@code mcc}
 */
record SaePoint(
        long step,
        long samples,
        Map<String, Double> losses,
        double l0,
        int dead,
        double f1,
        double mcc,
        @JsonProperty("ev") double explainedVariance) {
    /** The part of the loss that every architecture has: the squared error of the whole reconstruction. */
    static final String ERROR = "mse_loss";

    static SaePoint of(Trainer.Step step, int batch, int dead, Map<String, Double> scores) {
        return new SaePoint(
                step.number(),
                step.number() * batch,
                step.losses(),
                step.l0(),
                dead,
                scores.getOrDefault("f1", Double.NaN),
                scores.getOrDefault("mcc", Double.NaN),
                scores.getOrDefault("ev", Double.NaN));
    }

    double error() {
        return losses.getOrDefault(ERROR, Double.NaN);
    }
}
