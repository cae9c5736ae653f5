package dev.assay.sae;

/** What latents that have not fired for long are trained on, so that they come back. */
public enum AuxLoss {
    NONE,
    /** The strongest dead latents rebuild the residual (Gao et al., 2024). */
    TOPK,
    /** The same for each level of a Matryoshka: the level's dead latents, the level's residual. */
    LEVELS
}
