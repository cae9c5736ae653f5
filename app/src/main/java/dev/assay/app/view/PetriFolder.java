package dev.assay.app.view;

import dev.assay.audit.petri.Dimension;
import dev.assay.audit.petri.Node;
import dev.assay.audit.petri.Transcript;
import dev.assay.audit.petri.TranscriptFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Dialogues of an automated auditor with a target, as {@code assay audit petri} leaves them (docs/formats/petri.md). */
final class PetriFolder {
    private static final String SUMMARIES = "summaries.json";

    private final String id;
    private final Path folder;
    private Optional<Read> read = Optional.empty();

    private record Read(FileTime time, List<Transcript> transcripts) {}

    PetriFolder(String id, Path folder) {
        this.id = id;
        this.folder = folder;
    }

    /** Whether a folder is one. */
    static boolean is(Path folder) {
        if (!Files.isRegularFile(folder.resolve(SUMMARIES))) return false;
        try (var files = Files.list(folder)) {
            return files.anyMatch(f -> f.getFileName().toString().matches("\\d{4}-.*\\.json"));
        } catch (IOException e) {
            return false;
        }
    }

    String id() {
        return id;
    }

    Path folder() {
        return folder;
    }

    /**
     * A dialogue in the list.
     *
     * @param rank from 0, the one of most concern first
     * @param scores by dimension, 1 to 10; none if it was not judged
     */
    record Line(
            int rank,
            String title,
            String seed,
            int trial,
            String domain,
            double concern,
            Map<String, Double> scores,
            String summary,
            int replies,
            int branches) {
        static Line of(int rank, Transcript t) {
            return new Line(
                    rank,
                    t.title(),
                    t.seed(),
                    t.trial(),
                    t.domain(),
                    t.judgement().concern(),
                    t.judgement().scores(),
                    t.judgement().summary(),
                    t.replies().size(),
                    t.branches().size());
        }
    }

    /** @param dimensions that come with this version, in their order */
    record Board(String auditor, String judge, List<Scale> dimensions, List<Line> dialogues) {}

    /** What a dimension's 1, 5 and 10 mean. */
    record Scale(String name, String asks, String low, String middle, String high) {
        static List<Scale> all() {
            return Dimension.shipped().stream()
                    .map(d -> new Scale(d.name(), d.asks(), d.low(), d.middle(), d.high()))
                    .toList();
        }
    }

    Board board() {
        List<Transcript> all = transcripts();
        var lines = new ArrayList<Line>();
        for (int i = 0; i < all.size(); i++) lines.add(Line.of(i, all.get(i)));
        return new Board(
                all.isEmpty() ? "" : all.getFirst().auditor(),
                all.isEmpty() ? "" : all.getFirst().judge(),
                Scale.all(),
                lines);
    }

    /**
     * A dialogue.
     *
     * @param seen what the detectors that dimensions go by say of replies, whoever judged
     */
    record Page(
            Line line,
            int dialogues,
            String auditor,
            String judge,
            List<Scale> dimensions,
            List<Node> nodes,
            List<Transcript.Taken> steps,
            List<PetriMarks.Seen> seen) {}

    /** The dialogue of a rank. */
    Optional<Page> page(int rank, PetriMarks marks) {
        List<Transcript> all = transcripts();
        if (rank >= all.size()) return Optional.empty();
        Transcript t = all.get(rank);
        return Optional.of(new Page(
                Line.of(rank, t), all.size(), t.auditor(), t.judge(), Scale.all(), t.nodes(), t.steps(), marks.of(t)));
    }

    /** As they lie in the folder, read anew when it was written anew. */
    private synchronized List<Transcript> transcripts() {
        try {
            FileTime now = Files.getLastModifiedTime(folder.resolve(SUMMARIES));
            if (read.filter(r -> r.time.equals(now)).isEmpty())
                read = Optional.of(new Read(now, TranscriptFolder.read(folder)));
            return read.orElseThrow().transcripts;
        } catch (IOException | IllegalArgumentException e) {
            throw new ViewException(folder + " can't be shown: " + e.getMessage(), e);
        }
    }
}
