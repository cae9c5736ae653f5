package dev.assay.journal;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What is looked up in a run folder whose journals are too large to be read each time: short forms of its records, where
 * each stands, and the texts in them. It is a SQLite file beside the journal ({@value #FILE}) that holds nothing of its own:
 * deleted, damaged or of another version, it is made anew. Opening it reads what was added to the journals since.
 *
 * <p>{@link Journal#read} is the same without an index, and checks every line; here a line is checked when it is indexed and
 * when its {@link #body} is asked for.
 */
public final class JournalIndex implements AutoCloseable {
    /** The index's name. */
    public static final String FILE = "index.sqlite";

    /** What is kept of records. */
    public interface Shape {
        /** Another one where it keeps anything else. */
        String version();

        /** What is kept of a record; empty for records that nobody looks up. */
        Optional<Kept> keep(Entry entry);
    }

    /**
     * What is kept of a record.
     *
     * @param name by which the record is asked for again; of two with one name the first counts; empty for none
     * @param brief the record in short
     * @param passages the texts that are searched
     */
    public record Kept(String name, JsonNode brief, List<Passage> passages) {}

    /**
     * A text in a record.
     *
     * @param place where in it, in words
     */
    public record Passage(String place, String words) {}

    /** A text that was found, and the name of the record. */
    public record Found(String name, String place, String words) {}

    /** Told now and then how far the reading is, in bytes. */
    public interface Progress {
        Progress NONE = (done, of) -> {};

        void at(long done, long of);
    }

    private final Path folder;
    private final IndexFile file;
    private final List<String> damages;
    private final long tornBytes;

    private JournalIndex(Path folder, IndexFile file, List<String> damages, long tornBytes) {
        this.folder = folder;
        this.file = file;
        this.damages = List.copyOf(damages);
        this.tornBytes = tornBytes;
    }

    /**
     * Opens a folder's index and brings it up to date; where the folder can't be written to, one in memory.
     *
     * @throws JournalException if it is no run folder
     */
    public static JournalIndex open(Path folder, Shape shape, Progress progress) {
        Manifest.read(folder);
        IndexFile file = IndexFile.open(folder.resolve(FILE), shape);
        try {
            var reading = new IndexReading(folder, file, shape, progress);
            reading.all();
            return new JournalIndex(folder, file, reading.damages(), reading.tornBytes());
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /**
     * All records that are kept, in short, in the order of {@link Journal#read}.
     *
     * @throws JournalException if a journal is damaged
     */
    public Snapshot snapshot() {
        if (!damages.isEmpty()) throw new JournalException(String.join("\n", damages));
        List<Entry> entries = new ArrayList<>();
        for (Path journal : Segments.all(folder)) entries.addAll(file.entries(name(folder, journal)));
        return new Snapshot(Manifest.read(folder), List.copyOf(entries), tornBytes, damages);
    }

    /** The texts that hold another one, in any case, in the order of records and of texts in them. */
    public List<Found> find(String text) {
        List<String> journals =
                Segments.all(folder).stream().map(j -> name(folder, j)).toList();
        return file.find(journals, text.toLowerCase(Locale.ROOT));
    }

    /** A record whole, read from its journal and checked. */
    public Optional<JsonNode> body(String name) {
        for (Path journal : Segments.all(folder)) {
            Optional<IndexFile.Place> place = file.place(name(folder, journal), name);
            if (place.isPresent()) return Optional.of(read(journal.resolve(Journal.FILE), place.get()));
        }
        return Optional.empty();
    }

    private static JsonNode read(Path journal, IndexFile.Place line) {
        byte[] bytes = new byte[line.length()];
        try (var in = new RandomAccessFile(journal.toFile(), "r")) {
            in.seek(line.offset());
            in.readFully(bytes);
            return Line.decode(bytes, line.seq()).body();
        } catch (IOException | Line.Damaged e) {
            throw new JournalException(
                    journal + ", line " + (line.seq() + 1) + " is not what it was when it was indexed ("
                            + e.getMessage() + "): delete " + FILE + " beside it and run the same command again",
                    e);
        }
    }

    /** A journal's name in the index, which may move with its folder. */
    static String name(Path folder, Path journal) {
        return folder.relativize(journal).toString().replace('\\', '/');
    }

    @Override
    public void close() {
        file.close();
    }
}
