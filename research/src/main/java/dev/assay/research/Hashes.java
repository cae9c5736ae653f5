package dev.assay.research;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** SHA-256 as 64 hex digits. */
final class Hashes {
    private Hashes() {}

    static String of(byte[] bytes) {
        return HexFormat.of().formatHex(digest().digest(bytes));
    }

    static String of(Path file) {
        var digest = digest();
        add(digest, file);
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Of the first bytes of a file. */
    static String ofStart(Path file, long bytes) {
        try (InputStream in = Files.newInputStream(file)) {
            return of(in.readNBytes((int) bytes));
        } catch (IOException e) {
            throw new ResearchException(file + " can't be read (" + e.getMessage() + ")", e);
        }
    }

    /** Of the names and contents of all files below a folder that are wanted, in the order of their names. */
    static String ofTree(Path folder, Predicate<Path> wanted) {
        var digest = digest();
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> sorted =
                    files.filter(Files::isRegularFile).filter(wanted).sorted().toList();
            for (Path file : sorted) {
                digest.update(folder.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
                add(digest, file);
            }
        } catch (IOException e) {
            throw new ResearchException(folder + " can't be read (" + e.getMessage() + ")", e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void add(MessageDigest digest, Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) digest.update(buffer, 0, n);
        } catch (IOException e) {
            throw new ResearchException(file + " can't be read (" + e.getMessage() + ")", e);
        }
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
