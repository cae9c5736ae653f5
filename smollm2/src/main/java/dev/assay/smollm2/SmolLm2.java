package dev.assay.smollm2;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

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

    private static final String FILE = NAME + ".Q4_1.gguf";

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
        return file(cacheFolder, () -> {
            InputStream resource = SmolLm2.class.getResourceAsStream("/smollm2/" + FILE);
            if (resource == null) {
                throw new IOException("the jar of assay's module smollm2 lacks /smollm2/" + FILE + ": fetch it again");
            }
            return resource;
        });
    }

    /** Where the packed model is read from. */
    interface Source {
        InputStream open() throws IOException;
    }

    static Path file(Path cacheFolder, Source source) {
        Path file = cacheFolder.resolve(FILE);
        try {
            if (!isWhole(file)) {
                Files.createDirectories(cacheFolder);
                unpack(source, file);
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot unpack %s into %s: %s. It needs 98.4 MB of free space and the right to write there%s; make room or choose another folder"
                            .formatted(NAME, cacheFolder, e, free(cacheFolder)),
                    e);
        }
    }

    private static boolean isWhole(Path file) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) != BYTES) {
            return false;
        }
        try (InputStream in = Files.newInputStream(file)) {
            return sha256(in).equals(SHA256);
        }
    }

    private static void unpack(Source source, Path file) throws IOException {
        Path part = Files.createTempFile(file.toAbsolutePath().getParent(), FILE, ".part");
        try {
            DigestInputStream in = new DigestInputStream(source.open(), digest());
            try (in) {
                Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            }
            String found = HexFormat.of().formatHex(in.getMessageDigest().digest());
            if (!found.equals(SHA256)) {
                throw new IOException("the packed model is damaged, its SHA-256 is " + found + ": fetch the jar again");
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static String sha256(InputStream in) throws IOException {
        MessageDigest digest = digest();
        byte[] buffer = new byte[1 << 18];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            digest.update(buffer, 0, n);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256, this one has not: use another", e);
        }
    }

    private static String free(Path folder) {
        try {
            return " (free: %.1f MB)"
                    .formatted(Files.getFileStore(folder).getUsableSpace() / 1e6)
                    .toLowerCase(Locale.ROOT);
        } catch (IOException e) {
            return "";
        }
    }
}
