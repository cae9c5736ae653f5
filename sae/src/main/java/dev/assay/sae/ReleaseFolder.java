package dev.assay.sae;

import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Published JumpReLU autoencoders without a configuration: Gemma Scope's {@code params.npz} and Gemma Scope 2's {@code
 * params.safetensors}. Tensors are {@code W_enc [dModel, latents]}, {@code W_dec [latents, dModel]}, {@code b_enc},
 * {@code b_dec} and {@code threshold}; {@code w_enc} and {@code w_dec} are other spellings. Inputs are taken as they are,
 * without the decoder's bias subtracted, as SAELens' loaders have it. Two things a file does not tell: whether it is a
 * transcoder, which reconstructs another vector than it reads, and whether it is one of Gemma Scope's embedding
 * autoencoders, whose {@code W_enc} SAELens divides by √dModel and whose {@code W_dec} it multiplies by that.
 */
public final class ReleaseFolder {
    private static final String ARRAYS = "params.npz";
    private static final String TENSORS = "params.safetensors";

    private ReleaseFolder() {}

    /**
     * Reads a folder of one of those files, or such a file itself.
     *
     * @return an autoencoder that lives until it is closed
     * @throws SaeFormatException if there is none, or if it holds something else
     */
    public static InferenceSae read(Path folder) {
        Path file = file(folder);
        try (var scope = Scope.open()) {
            Map<String, Tensor> found = file.toString().endsWith(".npz") ? Npz.read(file) : Safetensors.read(file);
            Map<String, Tensor> named = new LinkedHashMap<>();
            found.forEach((name, t) -> named.put(name.startsWith("w_") ? "W_" + name.substring(2) : name, t));
            var tensors = new CheckpointTensors(file, named);
            int latents = tensors.size("W_dec", 0);
            int dModel = tensors.size("W_dec", 1);
            var decoder = new SaeDecoder(tensors.take("W_dec", latents, dModel), tensors.take("b_dec", dModel));
            var encoder = new SaeEncoder(tensors.take("W_enc", dModel, latents), tensors.take("b_enc", latents));
            var sae = new JumpReluSae(SaeInput.AS_IS, encoder, decoder, tensors.take("threshold", latents));
            tensors.allTaken();
            sae.tensors().values().forEach(scope::keep);
            return sae;
        }
    }

    private static Path file(Path folder) {
        if (Files.isRegularFile(folder)) return folder;
        for (String name : new String[] {ARRAYS, TENSORS})
            if (Files.isRegularFile(folder.resolve(name))) return folder.resolve(name);
        throw new SaeFormatException(folder + " holds neither " + ARRAYS + " nor " + TENSORS
                + ". Give the folder of one autoencoder, for instance layer_20/width_16k/average_l0_71, or use the SAELens"
                + " reader for a folder with a cfg.json.");
    }
}
