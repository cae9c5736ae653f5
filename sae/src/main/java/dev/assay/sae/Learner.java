package dev.assay.sae;

import dev.assay.tensor.Tensor;
import java.util.Map;

/**
 * Takes training steps: {@link AutogradLearner} does so for every architecture, in the obvious way, {@link SparseLearner}
 * and {@link SparseJumpRelu} for those of few active latents, fast.
 */
sealed interface Learner extends AutoCloseable permits AutogradLearner, SparseLearner, SparseJumpRelu {
    /** One step of Adam along the clipped gradient of the losses on {@code x} ({@code [batch, dModel]}). */
    StepResult step(Tensor x, Conditions conditions, double learningRate);

    /** Latents and reconstruction without learning anything. */
    Encoded encode(Tensor x, Conditions conditions);

    /** Averages of the smallest activation that each choice of BatchTopK kept. */
    double[] thresholds();

    /** The parameters as they are now; a copy where the learner keeps them in another layout. */
    Parameters parameters();

    /** Everything that the next step depends on, for a checkpoint. */
    Map<String, Tensor> state();

    void restore(Map<String, Tensor> state);

    @Override
    void close();
}
