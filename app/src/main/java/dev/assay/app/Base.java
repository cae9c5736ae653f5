package dev.assay.app;

import dev.assay.journal.CanonicalJson;
import dev.assay.lm.LanguageModel;
import dev.assay.organism.Lazy;
import dev.assay.smollm2.SmolLm2;
import dev.assay.tensor.Device;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * The model that organisms are made of.
 *
 * @param contents SHA-256 of all that it is computed from; read when it is first asked for, for it takes minutes where there
 *     are hundreds of gigabytes
 */
record Base(String name, boolean embedded, Lazy<String> contents, Lazy<LanguageModel> model) {
    static final String EMBEDDED = "smollm2";

    static Base embedded(Home home) {
        return new Base(SmolLm2.NAME, true, new Lazy<>(() -> SmolLm2.SHA256), home.embedded());
    }

    /** The embedded model, or that of a Hugging Face folder or a GGUF file. */
    static Base of(Home home, String named) {
        if (named.equals(EMBEDDED)) return embedded(home);
        Path path = ModelOptions.find(named);
        return new Base(
                path.toAbsolutePath().normalize().getFileName().toString(),
                false,
                new Lazy<>(() -> contents(path)),
                new Lazy<>(() -> Devices.load(path, Device.fastest())));
    }

    /** Identity of its weights and of how they are computed with, part of all that is remembered of it. */
    String hash() {
        return Devices.identity(contents.get());
    }

    /** The same in such a form that its first digits, too, tell it from the model computed otherwise. */
    String id() {
        String hash = hash();
        return hash.equals(contents.get()) ? hash : CanonicalJson.sha256(hash);
    }

    private static String contents(Path path) {
        try (Stream<Path> all = Files.walk(path, 1)) {
            List<Path> files = all.filter(Files::isRegularFile).sorted().toList();
            var digest = MessageDigest.getInstance("SHA-256");
            try (var out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
                for (Path file : files)
                    try (InputStream in = Files.newInputStream(file)) {
                        in.transferTo(out);
                    }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path + ": " + e.getMessage(), e);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
