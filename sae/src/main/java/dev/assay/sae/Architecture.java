package dev.assay.sae;

/**
 * Which sparse autoencoder is trained: one record per way of choosing active latents, made of parts that can be put
 * together. Latents, inputs and reconstructions are {@code [batch, latents]}, {@code [batch, dModel]} and
 * {@code [batch, dModel]}; x' is the input minus the decoder's bias, n the norms of the decoder's rows.
 */
public sealed interface Architecture {

    /** relu and an L1 penalty on activations times n (Bricken et al., 2023, as SAELens has it). */
    record Standard(Penalty penalty) implements Architecture {}

    /**
     * The {@code k} largest pre-activations of each sample (Gao et al., 2024).
     *
     * @param rescale whether pre-activations are multiplied by n before the choice
     */
    record TopK(int k, boolean rescale, AuxLoss aux) implements Architecture {}

    /**
     * The {@code k · batch} largest activations of a batch (Bussmann et al., 2024), with the ideas that have been built
     * on it: Matryoshka levels, LISTA refinement, tilted losses.
     *
     * @param k how many are active per sample, over training
     * @param refinement what is done to the first choice before the final one
     * @param levels prefixes that must reconstruct on their own
     * @param tilt t of the tilted mean over samples (TERM, Li et al., 2021): weights softmax(t · loss / mean loss),
     *     without a gradient; 0 is the plain mean
     * @param auxCoefficient of the loss of dead latents
     * @param centredTarget whether the reconstruction, decoder bias included, is compared with x' and not with x, as the
     *     published LISTA-Matryoshka does it
     */
    record BatchTopK(
            KSchedule k,
            Refinement refinement,
            Levels levels,
            double tilt,
            AuxLoss aux,
            double auxCoefficient,
            boolean centredTarget)
            implements Architecture {
        /** With an auxiliary loss at its full size. */
        public BatchTopK(
                KSchedule k, Refinement refinement, Levels levels, double tilt, AuxLoss aux, boolean centredTarget) {
            this(k, refinement, levels, tilt, aux, 1, centredTarget);
        }

        /** As it was before there was a coefficient where that is 1: runs are recorded under this text. */
        @Override
        public String toString() {
            return "BatchTopK[k=" + k + ", refinement=" + refinement + ", levels=" + levels + ", tilt=" + tilt
                    + ", aux="
                    + aux + (auxCoefficient == 1 ? "" : ", auxCoefficient=" + auxCoefficient) + ", centredTarget="
                    + centredTarget + "]";
        }
    }

    /**
     * z where z exceeds a learned threshold (Rajamanoharan et al., 2024), trained through a rectangle of width
     * {@code bandwidth}.
     *
     * @param mode what is penalised
     * @param target of the quadratic mode: wanted latents per sample
     * @param threshold where all thresholds start
     * @param decoderNorm length of the decoder's rows at the start; the encoder is their transpose, so pre-activations near
     *     the threshold need rows that are long enough
     * @param gradientToInput whether the rectangle's gradient also reaches z (Anthropic, January 2025)
     * @param preActivation coefficient of the loss that pulls dead latents' z towards their threshold; 0 for none
     */
    record JumpRelu(
            Penalty penalty,
            Mode mode,
            double target,
            double threshold,
            double decoderNorm,
            double bandwidth,
            boolean gradientToInput,
            double preActivation)
            implements Architecture {
        /** The penalty per sample. */
        public enum Mode {
            /** Number of active latents. */
            STEP,
            /** Σ tanh(4 · activation · n). */
            TANH,
            /** 2/T · (active - T)², T the target. */
            QUADRATIC
        }
    }

    /** A gate and a magnitude that share encoder directions (Rajamanoharan et al., 2024). */
    record Gated(Penalty penalty) implements Architecture {}

    /**
     * Greedy choice, atom by atom, of what explains the residual best (Costa et al., 2025); the encoder is the decoder.
     *
     * @param orthogonal whether coefficients of all chosen atoms are solved anew after each choice (OMP)
     * @param iterations most choices per sample
     * @param residual a sample stops when its residual's norm is below; 0 for never
     * @param stopOnSameSupport whether a sample stops when a choice adds no new atom
     */
    record MatchingPursuit(boolean orthogonal, int iterations, double residual, boolean stopOnSameSupport)
            implements Architecture {}
}
