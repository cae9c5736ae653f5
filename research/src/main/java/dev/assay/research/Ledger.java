package dev.assay.research;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The record of a workspace that is only ever added to: {@value #FILE}, one entry a line, each with the hash of the one
 * before, so that nothing in it can be changed, left out or moved unseen. Several processes add to it in turn.
 *
 * <p>A line that a kill cut short is moved to {@value #TORN} when the next entry is added. Thread-safe.
 */
public final class Ledger {
    public static final String FILE = "ledger.jsonl";
    public static final String TORN = "ledger.torn";
    static final String LOCK = "ledger.lock";
    static final String GENESIS = "0".repeat(64);

    /** Locks of the operating system belong to a process; these are between its threads. */
    private static final Map<Path, ReentrantLock> HERE = new ConcurrentHashMap<>();

    private final Path file;
    private final Path lockFile;
    private final Clock clock;
    private final ReentrantLock here;
    private final List<LedgerEntry> known = new ArrayList<>();
    private long read;

    /** The ledger of a workspace; the file is made by the first entry. */
    public Ledger(Path folder, Clock clock) {
        this.file = folder.resolve(FILE);
        this.lockFile = folder.resolve(LOCK);
        this.clock = clock;
        this.here = HERE.computeIfAbsent(folder.toAbsolutePath().normalize(), f -> new ReentrantLock());
    }

    /**
     * All entries so far.
     *
     * @throws ResearchException if the chain is broken
     */
    public List<LedgerEntry> entries() {
        here.lock();
        try {
            refresh();
            return List.copyOf(known);
        } finally {
            here.unlock();
        }
    }

    /** The entries of a type, in order. */
    public List<LedgerEntry> entries(String type) {
        return entries().stream().filter(e -> e.type().equals(type)).toList();
    }

    public Optional<LedgerEntry> last(String type) {
        List<LedgerEntry> all = entries(type);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    }

    /** Adds an entry, forced to the disk. */
    public LedgerEntry append(String type, Object body) {
        return exclusively(() -> {
            cutTornTail();
            var time = clock.instant().truncatedTo(ChronoUnit.MILLIS);
            var entry = LedgerEntry.next(known.size(), time, type, body, head());
            write(entry);
            return entry;
        });
    }

    /** Does something while no other process or thread adds entries; may be nested. */
    public <T> T exclusively(Supplier<T> work) {
        here.lock();
        try {
            if (here.getHoldCount() > 1) return work.get();
            try (RandomAccessFile held = new RandomAccessFile(lockFile.toFile(), "rw");
                    FileLock lock = held.getChannel().lock()) {
                if (!lock.isValid()) throw new IOException("the lock was lost");
                refresh();
                return work.get();
            }
        } catch (IOException e) {
            throw new ResearchException(
                    lockFile + " can't be locked (" + e.getMessage() + "): mend its permissions", e);
        } finally {
            here.unlock();
        }
    }

    /** Length of what has been read of the file. */
    long bytes() {
        entries();
        return read;
    }

    private String head() {
        return known.isEmpty() ? GENESIS : known.getLast().hash();
    }

    /** Reads what others have added. */
    private void refresh() {
        if (!Files.exists(file)) return;
        byte[] bytes = unread();
        int from = 0;
        for (int i = 0; i < bytes.length; i++)
            if (bytes[i] == '\n') {
                known.add(checked(Arrays.copyOfRange(bytes, from, i)));
                read += i + 1 - from;
                from = i + 1;
            }
    }

    private byte[] unread() {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            if (in.length() < read)
                throw new ResearchException(file + " is shorter than it was: lines were taken away. Restore it");
            byte[] bytes = new byte[(int) (in.length() - read)];
            in.seek(read);
            in.readFully(bytes);
            return bytes;
        } catch (IOException e) {
            throw new ResearchException(file + " can't be read (" + e.getMessage() + ")", e);
        }
    }

    private LedgerEntry checked(byte[] line) {
        String where = file + ", line " + (known.size() + 1) + ", ";
        LedgerEntry entry;
        try {
            entry = LedgerEntry.parse(line);
        } catch (java.io.UncheckedIOException | DateTimeException e) {
            throw new ResearchException(where + "is no entry: it was changed. Restore the file from a backup", e);
        }
        if (entry.seq() != known.size() || !entry.prev().equals(head()))
            throw new ResearchException(
                    where + "does not follow the line before: lines were taken out, put in or moved. Restore the file");
        if (!entry.hash().equals(entry.computedHash()))
            throw new ResearchException(where + "was changed: its hash is not that of its content. Restore the file");
        return entry;
    }

    private void cutTornTail() {
        try {
            if (!Files.exists(file) || Files.size(file) == read) return;
            byte[] torn = unread();
            Files.write(
                    file.resolveSibling(TORN),
                    Arrays.copyOf(torn, torn.length + 1),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
            try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
                out.setLength(read);
            }
        } catch (IOException e) {
            throw new ResearchException(file + " can't be mended (" + e.getMessage() + ")", e);
        }
    }

    private void write(LedgerEntry entry) {
        byte[] line = entry.line();
        byte[] bytes = Arrays.copyOf(line, line.length + 1);
        bytes[line.length] = '\n';
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.seek(read);
            out.write(bytes);
            out.getFD().sync();
        } catch (IOException e) {
            throw new ResearchException(
                    file + " can't be written (" + e.getMessage() + "): free space and give the command again", e);
        }
        known.add(entry);
        read += bytes.length;
    }
}
