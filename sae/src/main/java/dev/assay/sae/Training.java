package dev.assay.sae;

import dev.assay.tensor.DType;

/**
 * How a sparse autoencoder is trained, whatever its architecture: Adam, gradients clipped at norm 1, a constant learning
 * rate between a linear rise and a linear fall to 0.
 *
 * @param samples in all; whole batches of them are used
 * @param batch samples per step
 * @param warmUpSteps steps of the rise
 * @param decayShare share of all steps that the fall takes
 * @param deadWindow a latent is dead when it has not fired for more than this many steps
 * @param precision of the encoder's products in the fast learner
 * @param normalise whether inputs are multiplied so that their mean norm is √dModel; folded into the weights at the end
 */
public record Training(
        long samples,
        int batch,
        double learningRate,
        long warmUpSteps,
        double decayShare,
        long deadWindow,
        DType precision,
        boolean normalise) {
    public Training {
        if (batch < 1 || samples < batch)
            throw new SaeException(
                    "training.samples must be at least one batch, were " + samples + " with a batch of " + batch);
        if (!(learningRate > 0)) throw new SaeException("training.learning-rate must be positive, was " + learningRate);
        if (!(decayShare >= 0 && decayShare <= 1))
            throw new SaeException("training.decay-share must be between 0 and 1, was " + decayShare);
    }

    public long steps() {
        return samples / batch;
    }

    /** The rate of step {@code step}, counted from 0. */
    public double learningRate(long step) {
        if (step < warmUpSteps) return learningRate * (step + 1) / warmUpSteps;
        long decay = (long) (steps() * decayShare);
        long left = steps() - step;
        return left < decay ? learningRate * left / decay : learningRate;
    }
}
