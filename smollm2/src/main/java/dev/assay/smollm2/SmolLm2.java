package dev.assay.smollm2;

import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * SmolLM2-135M-Instruct, quantized to Q4_1: a language model that comes as a resource of this jar, so that everything
 * runs without a download. Its licence and origin lie beside it as {@code /smollm2/LICENSE} and {@code /smollm2/NOTICE}.
 */
public final class SmolLm2 {
    /** The model's name. */
    public static final String NAME = "SmolLM2-135M-Instruct";

    /** SHA-256 of the GGUF file, in hexadecimal. */
    public static final String SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

    /** Size of the GGUF file in bytes. */
    public static final long BYTES = 98_362_432;

    /** SPDX name of the model's licence. */
    public static final String LICENSE = "Apache-2.0";

    static final Packed MODEL = new Packed(NAME + ".Q4_1.gguf", BYTES, SHA256);
    static final Packed AUTOENCODER = new Packed(
            "sae_weights.safetensors", 9_455_096L, "1257b298d292efdc60fb27ae478bd68e47278b5890780d85f8d6ff530fe8bce6");
    static final Packed AUTOENCODER_CONFIG =
            new Packed("cfg.json", 444, "f8c02fe376badd27a76b8e70796f6fb4ee216974cb3a011601ff6085d0cda8b9");

    private SmolLm2() {}

    /**
     * The model as a GGUF file, unpacked into a folder the first time. A file that is already there is used if its
     * size and SHA-256 are right, and replaced if not. Safe for several processes at once: each unpacks to a file of
     * its own and moves it into place in one step.
     *
     * @param cacheFolder where the file is to lie; created if missing
     * @throws UncheckedIOException if the folder can't take the 98.4 MB, or the jar is damaged
     */
    public static Path file(Path cacheFolder) {
        return MODEL.in(cacheFolder);
    }

    /**
     * A sparse autoencoder on the model's residual stream after block 19, as a SAELens folder ({@code cfg.json} and {@code
     * sae_weights.safetensors}), unpacked like the model. What it is and how it was made says {@code
     * /smollm2/autoencoder.md}.
     *
     * @param cacheFolder where the folder is to lie; created if missing
     * @throws UncheckedIOException if it can't take the 10 MB, or the jar is damaged
     */
    public static Path autoencoder(Path cacheFolder) {
        Path folder = cacheFolder.resolve(NAME + "-resid_post-19");
        AUTOENCODER.in(folder);
        AUTOENCODER_CONFIG.in(folder);
        return folder;
    }
}
