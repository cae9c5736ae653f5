package dev.assay.sae;

import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.util.Map;

/**
 * A trained sparse autoencoder as it is used and kept on disk. Weights are fp32 and named and shaped as SAELens does; they
 * belong to whoever made the object; {@link #close} frees them.
 */
public sealed interface InferenceSae extends AutoCloseable
        permits StandardSae, JumpReluSae, TopKSae, GatedSae, MatchingPursuitSae, ListaSae {

    /** SAELens' name of the architecture. */
    String architecture();

    SaeInput input();

    SaeDecoder decoder();

    /** All weights by SAELens' names. */
    Map<String, Tensor> tensors();

    /** The active latents of {@code x [batch, dModel]}: rows of width {@link #latents}, columns rising. */
    SparseRows encode(Tensor x);

    /** What latents decode to before the input's normalisation is undone, {@code [batch, dModel]}. */
    Tensor decodeNormalised(SparseRows latents);

    /**
     * The reconstruction {@code [batch, dModel]} that latents stand for.
     *
     * @throws UnsupportedOperationException if inputs are normalised one by one, so that the latents alone don't tell the
     *     scale: use {@link #decode(SparseRows, Tensor)}
     */
    default Tensor decode(SparseRows latents) {
        if (input().normalisation() != SaeInput.Normalisation.NONE)
            throw new UnsupportedOperationException("this autoencoder normalises each input ("
                    + input().normalisation().saeLens() + "), so decoding needs the inputs: call decode(latents, x)");
        return decodeNormalised(latents);
    }

    /** The reconstruction {@code [batch, dModel]} of inputs {@code x} from their latents, which may have been edited. */
    default Tensor decode(SparseRows latents, Tensor x) {
        try (var scope = Scope.open()) {
            return scope.pass(input().restored(decodeNormalised(latents), LatentRows.input(x, dModel())));
        }
    }

    /** Latents and reconstruction of {@code x [batch, dModel]}. */
    default Encoded encoded(Tensor x) {
        SparseRows latents = encode(x);
        return new Encoded(latents, decode(latents, x));
    }

    default int dModel() {
        return decoder().dModel();
    }

    default int latents() {
        return decoder().latents();
    }

    /** Frees the weights. */
    @Override
    default void close() {
        tensors().values().forEach(Tensor::close);
    }
}
