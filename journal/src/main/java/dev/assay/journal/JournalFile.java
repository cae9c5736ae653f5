package dev.assay.journal;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The open file of a journal: lines are only ever added, and a line that could not be added whole is taken back.
 *
 * <p>A {@link RandomAccessFile} and no channel, because a channel closes itself when the thread that writes is
 * interrupted, and a cancelled call must not take the run's record with it.
 */
class JournalFile {

    private final Path path;
    private final RandomAccessFile file;
    /** Bytes of whole lines; whatever is behind them is not part of the journal. */
    private long length;

    private boolean uncommitted;
    private boolean broken;

    JournalFile(Path path) {
        this.path = path;
        try {
            boolean fresh = !Files.exists(path);
            this.file = new RandomAccessFile(path.toFile(), "rw");
            if (fresh) {
                AtomicFile.syncFolder(path.toAbsolutePath().resolveSibling("."));
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Reads the lines there are, and moves a torn last one to {@code journal.torn}. Has to be called once, first. */
    Scan load() {
        Scan scan = Scan.of(path);
        length = scan.length();
        if (scan.torn().length > 0) {
            try {
                keep(scan.torn());
                file.setLength(length);
            } catch (IOException e) {
                throw failed(e);
            }
        }
        return scan;
    }

    private void keep(byte[] torn) throws IOException {
        Path file = path.resolveSibling(Journal.TORN);
        try (FileOutputStream out = new FileOutputStream(file.toFile(), true)) {
            byte[] line = Arrays.copyOf(torn, torn.length + 1);
            line[torn.length] = '\n';
            out.write(line);
            out.getFD().sync();
        }
    }

    /** Adds a line in one write, so that it outlives the process, if not yet the machine. */
    void append(byte[] line) {
        checkUsable();
        byte[] bytes = Arrays.copyOf(line, line.length + 1);
        bytes[line.length] = '\n';
        try {
            file.seek(length);
            write(file, bytes);
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
            file.getFD().sync();
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

    /** The one place that writes; tests put a full disk here. */
    void write(RandomAccessFile file, byte[] bytes) throws IOException {
        file.write(bytes);
    }

    private void takeBack() {
        try {
            file.setLength(length);
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
        return new JournalException(path + " can't be written (" + e.getMessage() + "); nothing that was committed is"
                + " lost. Free space (or mend the permissions) and run the same command again", e);
    }
}
