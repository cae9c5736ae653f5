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
import java.util.function.ObjLongConsumer;
import java.util.function.Predicate;
import java.util.stream.LongStream;

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
 * <p>Records are read from the file when they are asked for; memory holds where each stands. What is large (tensors, adapters)
 * goes to a file of its own by {@link AtomicFile}, and the record names it and its hash.
 *
 * <p>Thread-safe. Many may add and commit at once: a commit takes along what others have added.
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
    private final Numbers starts = new Numbers(); // of the line of each record; guarded by this
    private final Map<String, Numbers> byType = new HashMap<>(); // numbers of its records; guarded by this
    private boolean closed; // guarded by this

    private Journal(Path folder, Manifest manifest, RunLock lock) {
        this.folder = folder;
        this.manifest = manifest;
        this.lock = lock;
        this.file = new JournalFile(folder.resolve(FILE), (line, seq, at) -> {
            Line.check(line, seq);
            remember(Line.type(line), at);
        });
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
            return new Journal(folder, manifest, lock);
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
        return read(folder, type -> true);
    }

    /**
     * The same without the records of other types, of which nothing but the checksum is looked at.
     *
     * @throws JournalException if it is no run folder or is damaged
     */
    public static Snapshot read(Path folder, Predicate<String> types) {
        Snapshot found = readIntact(folder, types);
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
        return readIntact(folder, type -> true);
    }

    private static Snapshot readIntact(Path folder, Predicate<String> types) {
        Manifest manifest = Manifest.read(folder);
        List<Entry> entries = new ArrayList<>();
        List<String> damages = new ArrayList<>();
        long torn = 0;
        for (Path journal : Segments.all(folder)) {
            Scan scan = Scan.each(journal.resolve(FILE), types, entries::add);
            scan.damage().ifPresent(damages::add);
            torn += scan.tornBytes();
        }
        return new Snapshot(manifest, List.copyOf(entries), torn, List.copyOf(damages));
    }

    /**
     * What {@link #read} gives, one record at a time and without keeping any.
     *
     * @throws JournalException if it is no run folder or is damaged; what comes before the damage was given then
     */
    public static void each(Path folder, Predicate<String> types, Consumer<Entry> taker) {
        Manifest.read(folder);
        for (Path journal : Segments.all(folder)) {
            Scan.each(journal.resolve(FILE), types, taker).undamaged();
        }
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
    public Entry append(String type, Object body) {
        byte[] json = CanonicalJson.bytes(body);
        JsonNode read = CanonicalJson.parse(json);
        return new Entry(add(type, json), type, read);
    }

    /**
     * The same of a body that is written already.
     *
     * @return the record's number
     */
    synchronized long add(String type, byte[] body) {
        checkOpen();
        long seq = starts.size();
        long start = file.length();
        file.append(Line.line(seq, type, body));
        remember(type, start);
        return seq;
    }

    /**
     * Forces all records to the disk.
     *
     * @throws JournalException      if that fails
     * @throws IllegalStateException if the journal is closed
     */
    public void commit() {
        synchronized (this) {
            checkOpen();
        }
        file.commit();
    }

    /** The bodies of the records of a type, in order; what is added later is not in this list. */
    public List<JsonNode> records(String type) {
        return LongStream.of(numbers(type)).mapToObj(this::body).toList();
    }

    /** The body of the last record of a type. */
    public Optional<JsonNode> last(String type) {
        long[] numbers = numbers(type);
        return numbers.length == 0 ? Optional.empty() : Optional.of(body(numbers[numbers.length - 1]));
    }

    private synchronized long[] numbers(String type) {
        Numbers numbers = byType.get(type);
        return numbers == null ? new long[0] : numbers.all();
    }

    /** The bodies of the records of a type with their numbers, one at a time. */
    void each(String type, ObjLongConsumer<JsonNode> taker) {
        for (long seq : numbers(type)) {
            taker.accept(body(seq), seq);
        }
    }

    /** The body of a record. */
    JsonNode body(long seq) {
        long start;
        long end;
        synchronized (this) {
            checkOpen();
            start = starts.get(seq);
            end = seq + 1 < starts.size() ? starts.get(seq + 1) : file.length();
        }
        try {
            return Line.decode(file.read(start, (int) (end - start - 1)), seq).body();
        } catch (Line.Damaged e) {
            throw new JournalException(folder.resolve(FILE) + ", line " + (seq + 1) + " was changed while this process"
                    + " wrote to the file: " + e.getMessage() + ". Restore it from a backup");
        }
    }

    /** The number of records of all types. */
    public synchronized long size() {
        return starts.size();
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
        return file.tornBytes();
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

    private void remember(String type, long start) {
        byType.computeIfAbsent(type, t -> new Numbers()).add(starts.size());
        starts.add(start);
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the journal of " + folder + " is closed");
        }
    }
}
