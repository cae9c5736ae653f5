package dev.assay.research;

import dev.assay.sae.Activations;
import dev.assay.sae.Recipe;
import java.util.function.DoubleConsumer;

/**
 * What is to be trained.
 *
 * @param recipe with the declared samples, width and learning rate
 * @param data served and counted by the harness: batches from 0 on; those below 0 are for estimates and not counted, of
 *     which there are 128
 * @param seed of the start
 * @param losses is told the loss now and then; the trace is compared with the control's
 */
public record TrainingTask(Recipe recipe, Activations data, long seed, DoubleConsumer losses) {}
