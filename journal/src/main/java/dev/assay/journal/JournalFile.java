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
    private final Scan found;
    private final SteadyFile file;
    /** Bytes of whole lines; whatever is behind them is not part of the journal. */
    private long length;

    private boolean uncommitted;
    private boolean broken;

    /** Opens or makes the file, and moves a torn last line to {@code journal.torn}. */
    JournalFile(Path path) {
        this.path = path;
        boolean fresh = !Files.exists(path);
        this.found = fresh ? Scan.EMPTY : Scan.of(path);
        this.length = found.length();
        try {
            this.file = new SteadyFile(path);
            if (found.tornBytes() > 0) {
                cutTornTail();
            }
        } catch (IOException e) {
            throw failed(e);
        }
        if (fresh) {
            AtomicFile.syncFolder(path.toAbsolutePath().resolveSibling("."));
        }
    }

    /** What the file held when it was opened. */
    Scan found() {
        return found;
    }

    /** Keeps the torn bytes first, so that a kill in between leaves them twice and never nowhere. */
    private void cutTornTail() throws IOException {
        byte[] torn = new byte[found.tornBytes() + 1];
        try (InputStream in = Files.newInputStream(path)) {
            in.skipNBytes(length);
            in.readNBytes(torn, 0, found.tornBytes());
        }
        torn[found.tornBytes()] = '\n';
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
        uncommitted = true;
    }

    /** Forces everything to the disk. */
    void commit() {
        checkUsable();
        if (!uncommitted) {
            return;
        }
        try {
            file.sync();
            uncommitted = false;
        } catch (IOException e) {
            // after a failed fsync nobody knows what is on the disk
            broken = true;
            throw failed(e);
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
