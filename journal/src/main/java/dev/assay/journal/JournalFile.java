package dev.assay.journal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The open file of a journal: lines are only ever added, and a line that could not be added whole is taken back.
 */
final class JournalFile {

    private final Path path;
    private final int tornBytes;
    private final SteadyFile file;
    /** Bytes of whole lines; whatever is behind them is not part of the journal. */
    private volatile long length;

    private volatile boolean broken;
    private final Object disk = new Object();
    private long committed; // guarded by disk

    /**
     * Opens or makes the file, and moves a torn last line to {@code journal.torn}.
     *
     * @param found takes the lines that are there
     */
    JournalFile(Path path, Scan.Lines found) {
        this.path = path;
        boolean fresh = !Files.exists(path);
        Scan scan = fresh
                ? Scan.EMPTY
                : Scan.lines(path, 0, 0, Long.MAX_VALUE, found).undamaged();
        this.length = scan.length();
        this.committed = length;
        this.tornBytes = scan.tornBytes();
        try {
            this.file = new SteadyFile(path);
            if (tornBytes > 0) {
                cutTornTail();
            }
        } catch (IOException e) {
            throw failed(e);
        }
        if (fresh) {
            AtomicFile.syncFolder(path.toAbsolutePath().resolveSibling("."));
        }
    }

    /** How many bytes of an unfinished line were cut off at this opening. */
    int tornBytes() {
        return tornBytes;
    }

    /** Where the next line begins. */
    long length() {
        return length;
    }

    /** Keeps the torn bytes first, so that a kill in between leaves them twice and never nowhere. */
    private void cutTornTail() throws IOException {
        byte[] torn = new byte[tornBytes + 1];
        try (InputStream in = Files.newInputStream(path)) {
            in.skipNBytes(length);
            in.readNBytes(torn, 0, tornBytes);
        }
        torn[tornBytes] = '\n';
        Path kept = path.resolveSibling(Journal.TORN);
        long end = Files.exists(kept) ? Files.size(kept) : 0;
        try (SteadyFile out = new SteadyFile(kept)) {
            out.write(end, torn);
            out.sync();
        }
        file.cut(length);
    }

    /** Adds a line in one write, so that it outlives the process, if not yet the machine. */
    void append(byte[] line) {
        checkUsable();
        byte[] bytes = Arrays.copyOf(line, line.length + 1);
        bytes[line.length] = '\n';
        try {
            file.write(length, bytes);
        } catch (IOException e) {
            takeBack();
            throw failed(e);
        }
        length += bytes.length;
    }

    /** A line without its line feed. */
    byte[] read(long at, int bytes) {
        try {
            return file.read(at, bytes);
        } catch (IOException e) {
            throw new JournalException(path + " can't be read (" + e.getMessage() + ")", e);
        }
    }

    /**
     * Forces everything that has been added to the disk. Lines may be added meanwhile, and who asks while another forces
     * waits for that and finds, mostly, that the next one has taken its lines along.
     */
    void commit() {
        long wanted = length;
        synchronized (disk) {
            checkUsable();
            if (committed >= wanted) {
                return;
            }
            long all = length;
            try {
                file.sync();
                committed = all;
            } catch (IOException e) {
                // after a failed fsync nobody knows what is on the disk
                broken = true;
                throw failed(e);
            }
        }
    }

    void close() {
        try (file) {
            if (!broken) {
                commit();
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private void takeBack() {
        try {
            file.cut(length);
        } catch (IOException e) {
            broken = true;
        }
    }

    private void checkUsable() {
        if (broken) {
            throw new JournalException(path + " failed before and takes no more records; nothing that was committed is"
                    + " lost. Run the same command again");
        }
    }

    private JournalException failed(IOException e) {
        return new JournalException(
                path + " can't be written (" + e.getMessage() + "); nothing that was committed is"
                        + " lost. Free space (or mend the permissions) and run the same command again",
                e);
    }
}
