package dev.assay.app;

import dev.assay.chat.LocalModel;
import dev.assay.lm.LanguageModel;
import dev.assay.organism.Lazy;
import dev.assay.organism.Organism;
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
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Finds the model that a role of provider {@code local} names: {@code smollm2}, an organism's folder, a Hugging Face
 * folder or a GGUF file. Its identity is a hash of what it is computed from.
 */
final class LocalModels implements Function<String, LocalModel> {
    private final Lazy<LanguageModel> embedded = Home.of().embedded();

    @Override
    public LocalModel apply(String name) {
        if (name.equals("smollm2")) return new LocalModel(SmolLm2.SHA256, embedded);
        Path path = Path.of(name);
        if (!Files.exists(path))
            throw new UserException("there is no model " + name
                    + ": give smollm2, an organism's folder, a Hugging Face folder or a GGUF file");
        boolean bare = Files.isDirectory(path) && !Files.exists(path.resolve("config.json"));
        return bare ? organism(path) : new LocalModel(hash(path), new Lazy<>(() -> load(path)));
    }

    private static LanguageModel load(Path path) {
        return LanguageModel.load(path, Device.fastest());
    }

    private LocalModel organism(Path folder) {
        Organism organism = Organism.in(folder);
        if (!organism.complete())
            throw new UserException(
                    folder + " is no Hugging Face folder (config.json is missing) and holds no finished organism");
        return new LocalModel(organism.id(SmolLm2.SHA256), new Lazy<>(() -> organism.load(embedded.get())));
    }

    private static String hash(Path path) {
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
