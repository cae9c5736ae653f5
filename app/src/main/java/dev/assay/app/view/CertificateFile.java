package dev.assay.app.view;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.journal.CanonicalJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What {@code assay audit certify --json} printed, kept in a file. */
record CertificateFile(String id, Path file) {
    private static final long LARGEST = 4L << 20;

    /** Whether a file is one. */
    static boolean is(Path file) {
        try {
            return file.toString().endsWith(".json")
                    && Files.isRegularFile(file)
                    && Files.size(file) < LARGEST
                    && read(file).filter(CertificateFile::bounds).isPresent();
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean bounds(JsonNode json) {
        return json.path("bounds").isArray() && json.has("excluded-above");
    }

    JsonNode content() {
        return read(file).orElseThrow(() -> new ViewException(file + " is no certificate any more"));
    }

    private static Optional<JsonNode> read(Path file) {
        try {
            return Optional.of(CanonicalJson.parse(Files.readAllBytes(file)));
        } catch (IOException | UncheckedIOException e) {
            return Optional.empty();
        }
    }
}
