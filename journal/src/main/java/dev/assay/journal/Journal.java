package dev.assay.journal;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The record of a run, from which it goes on after a kill: a folder with {@code run.json} (what is run),
 * {@code journal.jsonl} (what happened, one checked line a record, only ever added to) and {@code lock}.
 * {@code docs/formats/journal.md} has the format.
 *
 * <pre>{@code
 * try (Journal journal = Journal.open(folder, manifest)) {
 *     journal.append("reply", reply);   // outlives a kill of the process
 *     journal.commit();                 // outlives a power cut
 * }
 * }</pre>
 *
 * <p>A record whose writing was cut short by a kill is moved to {@code journal.torn} at the next opening. A line that
 * was changed later is an error that names it. A write that fails, say on a full disk, is taken back whole.
 *
 * <p>All records are held in memory. What is large (tensors, adapters) goes to a file of its own by {@link AtomicFile},
 * and the record names it and its hash.
 *
 * <p>Thread-safe.
 */
public final class Journal implements AutoCloseable {

    /** The name of the file of records. */
    public static final String FILE = "journal.jsonl";

    /** The name of the file that keeps unfinished records that were cut off. */
    public static final String TORN = "journal.torn";

    private static final Duration POLL = Duration.ofMillis(100);

    private final Path folder;
    private final Manifest manifest;
    private final RunLock lock;
    private final JournalFile file;
    private final Map<String, List<JsonNode>> byType = new HashMap<>();
    private final long tornBytes;
    private long size;
    private boolean closed;

    private Journal(Path folder, Manifest manifest, RunLock lock, JournalFile file) {
        this.folder = folder;
        this.manifest = manifest;
        this.lock = lock;
        this.file = file;
        file.found().entries().forEach(this::remember);
        this.tornBytes = file.found().tornBytes();
    }

    /**
     * Opens a run folder to write to it: a new one, or one whose run was begun with an equal manifest.
     *
     * @throws BusyException             if it is open elsewhere
     * @throws ManifestMismatchException if it holds another run
     * @throws JournalException          if it is damaged or can't be written
     */
    public static Journal open(Path folder, Manifest manifest) {
        RunLock lock = RunLock.acquire(folder);
        try {
            claim(folder, manifest);
            return new Journal(folder, manifest, lock, new JournalFile(folder.resolve(FILE)));
        } catch (RuntimeException | Error e) {
            lock.release();
            throw e;
        }
    }

    /**
     * Opens a folder that several processes use in turn, such as a cache: as {@link #open}, but waits while it is busy.
     *
     * @param patience how long to wait at most
     * @param waiting  told about ten times a second who holds the folder, on this thread
     * @throws BusyException if it is still busy then, or the thread is interrupted
     */
    public static Journal openShared(
            Path folder, Manifest manifest, Duration patience, Consumer<BusyException> waiting) {
        long start = System.nanoTime();
        while (true) {
            try {
                return open(folder, manifest);
            } catch (BusyException busy) {
                if (System.nanoTime() - start >= patience.toNanos() || !pause(waiting, busy)) {
                    throw busy;
                }
            }
        }
    }

    /**
     * Looks at a run folder without opening it, also while somebody writes to it; of several writers ({@link Segments})
     * all records.
     *
     * @throws JournalException if it is no run folder or is damaged
     */
    public static Snapshot read(Path folder) {
        Snapshot found = readIntact(folder);
        if (!found.damages().isEmpty()) {
            throw new JournalException(String.join("\n", found.damages()));
        }
        return found;
    }

    /**
     * The same of a folder that may be damaged: what comes before a damaged line, and what is wrong with it.
     *
     * @throws JournalException if it is no run folder
     */
    public static Snapshot readIntact(Path folder) {
        Manifest manifest = Manifest.read(folder);
        List<Entry> entries = new ArrayList<>();
        List<String> damages = new ArrayList<>();
        long torn = 0;
        for (Path journal : Segments.all(folder)) {
            Scan scan = Scan.from(journal.resolve(FILE), 0, 0);
            entries.addAll(scan.entries());
            scan.damage().ifPresent(damages::add);
            torn += scan.tornBytes();
        }
        return new Snapshot(manifest, List.copyOf(entries), torn, List.copyOf(damages));
    }

    /**
     * Adds a record. When this returns, the record outlives a kill of the process; {@link #commit} makes it outlive the
     * machine.
     *
     * @param type what kind of record it is
     * @param body anything that {@link CanonicalJson} can write
     * @return the record as it would be read back
     * @throws JournalException         if it can't be written; the journal is then as before
     * @throws IllegalArgumentException if the body can't be written as JSON
     * @throws IllegalStateException    if the journal is closed
     */
    public synchronized Entry append(String type, Object body) {
        checkOpen();
        byte[] line = Line.encode(size, type, body);
        Entry entry = reread(line);
        file.append(line);
        remember(entry);
        return entry;
    }

    /**
     * Forces all records to the disk.
     *
     * @throws JournalException      if that fails
     * @throws IllegalStateException if the journal is closed
     */
    public synchronized void commit() {
        checkOpen();
        file.commit();
    }

    /** The bodies of the records of a type, in order; what is added later is not in this list. */
    public synchronized List<JsonNode> records(String type) {
        return List.copyOf(byType.getOrDefault(type, List.of()));
    }

    /** The body of the last record of a type. */
    public synchronized Optional<JsonNode> last(String type) {
        List<JsonNode> records = byType.getOrDefault(type, List.of());
        return records.isEmpty() ? Optional.empty() : Optional.of(records.getLast());
    }

    /** The number of records of all types. */
    public synchronized long size() {
        return size;
    }

    /** The run's folder. */
    public Path folder() {
        return folder;
    }

    /** What the folder is for. */
    public Manifest manifest() {
        return manifest;
    }

    /** How many bytes of an unfinished record were moved to {@value #TORN} at this opening; 0 mostly. */
    public long tornBytes() {
        return tornBytes;
    }

    /** Commits and gives the folder free; a second call does nothing. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            try {
                file.close();
            } finally {
                lock.release();
            }
        }
    }

    private static void claim(Path folder, Manifest manifest) {
        if (Files.exists(folder.resolve(Manifest.FILE))) {
            List<String> differences = Manifest.read(folder).differences(manifest);
            if (!differences.isEmpty()) {
                throw new ManifestMismatchException(folder, differences);
            }
        } else if (hasRecords(folder)) {
            throw new JournalException(folder + " has records but no " + Manifest.FILE
                    + ", so nobody knows what they are of: restore it from a backup, or use another folder");
        } else {
            manifest.write(folder);
        }
    }

    private static boolean hasRecords(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            return Files.exists(file) && Files.size(file) > 0;
        } catch (IOException e) {
            throw new JournalException(file + " can't be read (" + e.getMessage() + ")", e);
        }
    }

    /** Returns false when the thread was interrupted. */
    private static boolean pause(Consumer<BusyException> waiting, BusyException busy) {
        waiting.accept(busy);
        try {
            Thread.sleep(POLL);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Entry reread(byte[] line) {
        try {
            return Line.decode(line, size);
        } catch (Line.Damaged e) {
            throw new IllegalArgumentException("a record that could not be read again: " + e.getMessage(), e);
        }
    }

    private void remember(Entry entry) {
        byType.computeIfAbsent(entry.type(), type -> new ArrayList<>()).add(entry.body());
        size++;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the journal of " + folder + " is closed");
        }
    }
}
