package dev.assay.sae;

import dev.assay.tensor.Tensor;
import java.util.Map;

/**
 * Takes training steps: {@link AutogradLearner} does so for every architecture, in the obvious way, and
 * {@link SparseLearner} for those of few active latents, fast.
 */
interface Learner extends AutoCloseable {
    /** One step of Adam along the clipped gradient of the losses on {@code x} ({@code [batch, dModel]}). */
    StepResult step(Tensor x, Conditions conditions, double learningRate);

    /** The parameters as they are now; a copy where the learner keeps them in another layout. */
    Parameters parameters();

    /** Everything that the next step depends on, for a checkpoint. */
    Map<String, Tensor> state();

    void restore(Map<String, Tensor> state);

    @Override
    void close();
}
