package dev.assay.audit.petri;

import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** Transcripts as files, one each, numbered by rank ({@code docs/formats/petri.md}). */
public final class TranscriptFolder {
    private TranscriptFolder() {}

    /** Writes ranked transcripts and the list of their summaries into a folder, in which no others may be. */
    public static void write(Path folder, List<Transcript> ranked) {
        if (!files(folder).isEmpty())
            throw new IllegalArgumentException(folder + " holds transcripts already; give another folder, or empty it");
        for (int i = 0; i < ranked.size(); i++) {
            Transcript t = ranked.get(i);
            AtomicFile.write(
                    folder.resolve(String.format(Locale.ROOT, "%04d-%s-%d.json", i, t.seed(), t.trial())), t.json());
        }
        AtomicFile.write(folder.resolve("summaries.json"), summaries(ranked));
    }

    /**
     * The transcripts of a folder, in their ranks.
     *
     * @throws IllegalArgumentException if a file is none, by its name
     */
    public static List<Transcript> read(Path folder) {
        var out = new ArrayList<Transcript>();
        for (Path file : files(folder)) {
            try {
                out.add(Transcript.read(Files.readAllBytes(file)));
            } catch (IOException | UncheckedIOException e) {
                throw new IllegalArgumentException(file + " can't be read as JSON: " + e.getMessage(), e);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(file + ": " + e.getMessage() + " (docs/formats/petri.md)", e);
            }
        }
        return List.copyOf(out);
    }

    private static List<Path> files(Path folder) {
        if (!Files.isDirectory(folder)) return List.of();
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(f -> f.getFileName().toString().matches("\\d{4}-.*\\.json"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }

    /** What {@code summaries.json} holds. */
    private static byte[] summaries(List<Transcript> ranked) {
        var all = new ArrayList<Map<String, Object>>();
        for (Transcript t : ranked)
            all.add(Map.of(
                    "title", t.title(),
                    "concern", t.judgement().concern(),
                    "summary", t.judgement().summary()));
        return CanonicalJson.pretty(all);
    }
}
