package dev.assay.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/** Run folders for the tests. */
final class Runs {

    static final Manifest MANIFEST = manifest(17);

    private Runs() {}

    static Manifest manifest(long seed) {
        Map<String, Object> config = Map.of("seed", seed, "suite", Map.of("targets", 2));
        return Manifest.of(
                "audit",
                config,
                Provenance.of("assay 0.1.0", config, Map.of("audit", seed), Map.of(), Map.of("target", "ab")));
    }

    static Journal open(Path folder) {
        return Journal.open(folder, MANIFEST);
    }

    /** A closed folder with these records of type "reply": {"text":"0"}, {"text":"1"}, … */
    static Path withReplies(Path folder, int count) {
        try (Journal journal = open(folder)) {
            for (int i = 0; i < count; i++) {
                journal.append("reply", Map.of("text", Integer.toString(i)));
            }
        }
        return folder;
    }

    static byte[] bytes(Path folder) {
        return unchecked(() -> Files.readAllBytes(folder.resolve(Journal.FILE)));
    }

    static void overwrite(Path folder, byte[] bytes) {
        unchecked(() -> Files.write(folder.resolve(Journal.FILE), bytes));
    }

    static Path copy(Path from, Path to) {
        return unchecked(() -> {
            Files.createDirectories(to);
            for (String name : new String[] {Manifest.FILE, Journal.FILE}) {
                Files.copy(from.resolve(name), to.resolve(name));
            }
            return to;
        });
    }

    /** What is thrown is a run-time exception of the code under test, or fails the test. */
    static <T> T unchecked(IoCall<T> call) {
        try {
            return call.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    interface IoCall<T> {
        T run() throws IOException;
    }

    static void flipping(byte[] bytes, int index, int bit, Consumer<byte[]> test) {
        byte[] flipped = bytes.clone();
        flipped[index] ^= (byte) (1 << bit);
        test.accept(flipped);
    }
}
