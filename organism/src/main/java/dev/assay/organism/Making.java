package dev.assay.organism;

import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How one adapter came to be; kept beside it as {@code STAGE.json}.
 *
 * @param corpus hash of the texts
 * @param distinctFourGrams share of runs of four words in them that are not repetitions
 * @param losses mean loss of each tenth of the steps
 * @param seconds that the training took, the last sitting alone where it was stopped
 * @param counts what else is to be said: documents, attacks, confessions forced, …
 */
public record Making(
        String stage,
        String corpus,
        int texts,
        double distinctFourGrams,
        List<Double> losses,
        double seconds,
        Map<String, Integer> counts) {

    private static Path file(Path folder, String stage) {
        return folder.resolve(stage + ".json");
    }

    void save(Path folder) {
        AtomicFile.write(file(folder, stage), CanonicalJson.bytes(this));
    }

    /** That of an adapter; empty where it is not made yet. */
    public static Optional<Making> of(Path folder, String stage) {
        Path file = file(folder, stage);
        if (!Files.exists(file)) return Optional.empty();
        try {
            return Optional.of(CanonicalJson.value(CanonicalJson.parse(Files.readAllBytes(file)), Making.class));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
