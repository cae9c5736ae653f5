package dev.assay.sae;

/**
 * What a training step depends on besides parameters and data.
 *
 * @param k active latents per sample, where the architecture has such a number
 * @param coefficient of the sparsity penalty
 * @param dead latents that have not fired for long, {@code [latents]}
 */
record Conditions(double k, double coefficient, boolean[] dead) {
    int deadCount() {
        int count = 0;
        for (boolean d : dead) if (d) count++;
        return count;
    }
}
