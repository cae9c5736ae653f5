package dev.assay.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The journals of one run folder that several processes write side by side: the folder's own, and one in
 * {@code segments/NAME} for each further writer. Each has one writer; together they are what the run has recorded, and
 * {@link Journal#read} reads them so.
 *
 * <p>An object of this class follows all of them but one's own: it hands out what others have added since it was last
 * asked. Thread-safe.
 */
public final class Segments {

    /** The folder of further writers' journals. */
    public static final String FOLDER = "segments";

    private record Place(long offset, long seq) {}

    private final Path folder;
    private final Path own;
    private final Map<Path, Place> read = new HashMap<>(); // guarded by this

    /** @param own the folder of the journal that is not followed, {@code folder} or one of its segments */
    public Segments(Path folder, Path own) {
        this.folder = folder;
        this.own = own;
    }

    /** Where a further writer keeps its journal. */
    public static Path of(Path folder, String name) {
        return folder.resolve(FOLDER).resolve(name);
    }

    /**
     * What the others have recorded since the last call, writer by writer; all of it the first time. A line that is still
     * being written is left for the next time.
     *
     * @throws JournalException if a line is damaged
     */
    public synchronized List<Entry> fresh() {
        List<Entry> fresh = new ArrayList<>();
        for (Path journal : all(folder)) {
            if (journal.equals(own)) {
                continue;
            }
            Place from = read.getOrDefault(journal, new Place(0, 0));
            Scan scan = Scan.from(journal.resolve(Journal.FILE), from.offset(), from.seq())
                    .undamaged();
            fresh.addAll(scan.entries());
            read.put(
                    journal,
                    new Place(
                            from.offset() + scan.length(),
                            from.seq() + scan.entries().size()));
        }
        return fresh;
    }

    /** The folders that have a journal: the run's own first, then segments by name. */
    public static List<Path> all(Path folder) {
        List<Path> found = new ArrayList<>();
        if (Files.exists(folder.resolve(Journal.FILE))) {
            found.add(folder);
        }
        Path further = folder.resolve(FOLDER);
        if (Files.isDirectory(further)) {
            try (Stream<Path> names = Files.list(further)) {
                names.filter(n -> Files.exists(n.resolve(Journal.FILE)))
                        .sorted()
                        .forEach(found::add);
            } catch (IOException e) {
                throw new JournalException(further + " can't be read (" + e.getMessage() + ")", e);
            }
        }
        return found;
    }
}
