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
 * A file that this jar carries.
 *
 * @param file its name, also of the resource in {@code /smollm2}
 */
record Packed(String file, long bytes, String sha256) {
    /** Where it is read from. */
    interface Source {
        InputStream open() throws IOException;
    }

    /** The file in a folder, unpacked where it is not there or not whole. */
    Path in(Path folder) {
        return in(folder, () -> {
            InputStream resource = Packed.class.getResourceAsStream("/smollm2/" + file);
            if (resource == null) {
                throw new IOException("the jar of assay's module smollm2 lacks /smollm2/" + file + ": fetch it again");
            }
            return resource;
        });
    }

    Path in(Path folder, Source source) {
        Path path = folder.resolve(file);
        try {
            if (!isWhole(path)) {
                Files.createDirectories(folder);
                unpack(source, path);
            }
            return path;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot unpack %s into %s: %s. It needs %.1f MB of free space and the right to write there%s; make room or choose another folder"
                            .formatted(file, folder, e, bytes / 1e6, free(folder)),
                    e);
        }
    }

    private boolean isWhole(Path path) throws IOException {
        if (!Files.isRegularFile(path) || Files.size(path) != bytes) {
            return false;
        }
        try (InputStream in = Files.newInputStream(path)) {
            return sha256(in).equals(sha256);
        }
    }

    private void unpack(Source source, Path path) throws IOException {
        Path part = Files.createTempFile(path.toAbsolutePath().getParent(), file, ".part");
        try {
            DigestInputStream in = new DigestInputStream(source.open(), digest());
            try (in) {
                Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            }
            String found = HexFormat.of().formatHex(in.getMessageDigest().digest());
            if (!found.equals(sha256)) {
                throw new IOException(
                        "the packed " + file + " is damaged, its SHA-256 is " + found + ": fetch the jar again");
            }
            Files.move(part, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
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
