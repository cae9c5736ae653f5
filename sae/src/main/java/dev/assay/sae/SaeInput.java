package dev.assay.sae;

import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;

/**
 * What is done to a vector before it is encoded and undone after it is decoded; SAELens' {@code apply_b_dec_to_input},
 * {@code normalize_activations} and {@code reshape_activations}.
 *
 * @param subtractsDecoderBias whether the decoder's bias is subtracted from the (normalised) input
 * @param normalisation of each input vector by itself
 * @param perHead whether the vectors are attention outputs of all heads, which SAELens gets as {@code [.., heads, dHead]}
 *     ({@code hook_z}); here they are {@code [batch, heads · dHead]} all the same, and this is only kept for the file
 */
public record SaeInput(boolean subtractsDecoderBias, Normalisation normalisation, boolean perHead) {
    /** Minus the decoder's bias, and nothing else. */
    public static final SaeInput CENTRED = new SaeInput(true, Normalisation.NONE, false);

    /** As it is: what Gemma Scope's autoencoders take. */
    public static final SaeInput AS_IS = new SaeInput(false, Normalisation.NONE, false);

    private static final double EPS = 1e-5;

    /** How an input vector x of D numbers is normalised. */
    public enum Normalisation {
        /** Not at all. */
        NONE("none"),
        /** To the norm √D. */
        CONSTANT_NORM("constant_norm_rescale"),
        /** (x - mean) / (sd + 1e-5), with the sd of D - 1 degrees of freedom. */
        LAYER_NORM("layer_norm");

        private final String saeLens;

        Normalisation(String saeLens) {
            this.saeLens = saeLens;
        }

        /** SAELens' name. */
        public String saeLens() {
            return saeLens;
        }
    }

    /** What the encoder of {@code decoder} sees of {@code x [batch, dModel]}. */
    Tensor centred(Tensor x, SaeDecoder decoder) {
        Tensor normal = normalised(LatentRows.input(x, decoder.dModel()));
        return subtractsDecoderBias ? normal.sub(decoder.bias()) : normal;
    }

    private Tensor normalised(Tensor x) {
        if (normalisation == Normalisation.NONE) return x;
        try (var scope = Scope.open()) {
            return scope.pass(
                    normalisation == Normalisation.CONSTANT_NORM
                            ? x.div(relativeNorm(x))
                            : x.sub(mean(x)).div(variance(x).scaledRoot(1, EPS)));
        }
    }

    /** Undoes the normalisation that {@code x} got, on a reconstruction. */
    Tensor restored(Tensor reconstruction, Tensor x) {
        if (normalisation == Normalisation.NONE) return reconstruction;
        try (var scope = Scope.open()) {
            return scope.pass(
                    normalisation == Normalisation.CONSTANT_NORM
                            ? reconstruction.mul(relativeNorm(x))
                            : reconstruction.mul(variance(x).sqrt()).add(mean(x)));
        }
    }

    /** ‖x‖ / √D, {@code [batch, 1]}. */
    private static Tensor relativeNorm(Tensor x) {
        return x.square().sum(-1).scaledRoot(1 / Math.sqrt(x.size(-1)), 0);
    }

    private static Tensor mean(Tensor x) {
        return x.sum(-1).mul(1.0 / x.size(-1));
    }

    private static Tensor variance(Tensor x) {
        return x.sub(mean(x)).square().sum(-1).mul(1.0 / (x.size(-1) - 1));
    }
}
