package dev.assay.tensor;

/**
 * What one step of Adam uses: x -= rate / correction1 · m / (√v / √correction2 + eps), with PyTorch's constants.
 *
 * @param rate learning rate / correction1
 * @param root 1 / √correction2
 */
public record AdamStep(float rate, float root) {
    static final float BETA1 = 0.9f;
    static final float BETA2 = 0.999f;
    static final float EPS = 1e-8f;

    /** Step number {@code step}, counted from 1. */
    public static AdamStep of(long step, double learningRate) {
        return new AdamStep(
                (float) (learningRate / (1 - Math.pow(0.9, step))), (float) (1 / Math.sqrt(1 - Math.pow(0.999, step))));
    }
}
