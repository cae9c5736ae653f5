package dev.assay.sae;

/**
 * A sparsity penalty's coefficient: rises linearly from 0 over {@code warmUpSteps} steps, and is then, if a target is
 * set, moved by an {@link Autotuner} until that many latents are active.
 *
 * @param target active latents per sample to reach; 0 for a fixed coefficient
 * @param tuneFrom first step at which the coefficient is moved
 */
public record Penalty(double coefficient, long warmUpSteps, double target, long tuneFrom) {
    public static Penalty fixed(double coefficient) {
        return new Penalty(coefficient, 0, 0, 0);
    }

    /** The coefficient at step {@code step}, counted from 0, before the tuner's factor. */
    public double at(long step) {
        return step >= warmUpSteps ? coefficient : coefficient * step / warmUpSteps;
    }
}
