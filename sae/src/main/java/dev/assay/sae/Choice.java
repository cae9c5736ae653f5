package dev.assay.sae;

import dev.assay.tensor.SparseRows;

/**
 * A choice of active latents of a batch, with what flows back through it. The arrays stand beside the pattern's entries
 * and grow with it.
 */
final class Choice {
    /** The latents chosen; values are activations in units of the choice (times n). */
    final SparseRows pattern;

    /** The same by latent. */
    final Columns columns;

    /** What multiplies the decoder's rows: activation / n. */
    float[] coefficients = new float[0];

    /** Gradient of the loss by pre-activation (before n). */
    float[] gradients = new float[0];

    Choice(int latents) {
        this.pattern = new SparseRows(latents);
        this.columns = new Columns(latents);
    }

    /** Makes the arrays fit the pattern. */
    void fit() {
        if (coefficients.length >= pattern.count()) return;
        coefficients = new float[pattern.columns().length];
        gradients = new float[pattern.columns().length];
    }

    /** Of row b, takes what {@code last} did not choose out of the gradients: it counts as constant. */
    void block(Choice last, int b) {
        int other = last.pattern.starts()[b];
        int end = last.pattern.starts()[b + 1];
        for (int e = pattern.starts()[b]; e < pattern.starts()[b + 1]; e++) {
            int latent = pattern.columns()[e];
            while (other < end && last.pattern.columns()[other] < latent) other++;
            if (other < end && last.pattern.columns()[other] == latent) continue;
            coefficients[e] = 0;
            gradients[e] = 0;
        }
    }

    float smallest() {
        float smallest = Float.MAX_VALUE;
        for (int e = 0; e < pattern.count(); e++) smallest = Math.min(smallest, pattern.values()[e]);
        return pattern.count() == 0 ? 0 : smallest;
    }
}
