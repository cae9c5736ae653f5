package dev.assay.app;

import dev.assay.lm.LanguageModel;
import dev.assay.organism.Lazy;
import dev.assay.smollm2.SmolLm2;
import dev.assay.tensor.Device;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * The model that organisms are made of.
 *
 * @param hash identity of its weights, part of all that is remembered of it
 */
record Base(String name, String hash, Lazy<LanguageModel> model) {
    static final String EMBEDDED = "smollm2";
    /** Of each file of weights so many bytes are hashed, with its length: hundreds of gigabytes would take minutes. */
    private static final int HEAD = 1 << 20;

    static Base embedded(Home home) {
        return new Base(SmolLm2.NAME, SmolLm2.SHA256, home.embedded());
    }

    /** The embedded model, or that of a Hugging Face folder or a GGUF file. */
    static Base of(Home home, String named) {
        if (named.equals(EMBEDDED)) return embedded(home);
        Path path = Path.of(named);
        if (!Files.exists(path))
            throw new UserException(
                    "there is no model " + named + ": give " + EMBEDDED + ", a Hugging Face folder or a GGUF file");
        return new Base(
                path.toAbsolutePath().normalize().getFileName().toString(),
                hash(path),
                new Lazy<>(() -> LanguageModel.load(path, Device.fastest())));
    }

    private static String hash(Path model) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : files(model)) {
                digest.update((file.getFileName() + " " + Files.size(file) + "\n").getBytes(StandardCharsets.UTF_8));
                try (InputStream in = Files.newInputStream(file)) {
                    digest.update(in.readNBytes(HEAD));
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + model + ": " + e.getMessage(), e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    private static List<Path> files(Path model) throws IOException {
        if (!Files.isDirectory(model)) return List.of(model);
        try (Stream<Path> all = Files.list(model)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
