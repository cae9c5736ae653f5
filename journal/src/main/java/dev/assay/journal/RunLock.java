package dev.assay.journal;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The right to write to a run folder: a lock of the operating system on the file {@code lock}, which ends with the
 * process however that ends. The file says who holds it; between holders it is stale and means nothing.
 *
 * <p>Locks of POSIX belong to the process: closing <em>any</em> handle of the file drops them. So this process's own
 * locks are kept in a table, and a second opener in it is turned away before it touches the file. Nothing else in the
 * process may open the file {@code lock} either, so a copy of a run folder leaves it out.
 */
final class RunLock {

    private static final String FILE = "lock";
    /** The byte that is locked: far behind the content, since Windows lets nobody read what is locked. */
    private static final long LOCKED = 1 << 30;

    private static final Map<Path, Holder> HELD_HERE = new ConcurrentHashMap<>();

    private record Holder(long pid, Instant since) {}

    private final Path realFolder;
    private final FileChannel file;

    private RunLock(Path realFolder, FileChannel file) {
        this.realFolder = realFolder;
        this.file = file;
    }

    /**
     * Takes the lock, making the folder if need be.
     *
     * @throws BusyException if somebody has it
     */
    static RunLock acquire(Path folder) {
        try {
            Path real = Files.createDirectories(folder).toRealPath();
            Holder self =
                    new Holder(ProcessHandle.current().pid(), Instant.now().truncatedTo(ChronoUnit.SECONDS));
            Holder other = HELD_HERE.putIfAbsent(real, self);
            if (other != null) {
                throw new BusyException(folder, other.pid(), other.since());
            }
            try {
                return new RunLock(real, lock(folder, self));
            } catch (IOException | RuntimeException e) {
                HELD_HERE.remove(real);
                throw e;
            }
        } catch (IOException e) {
            throw new JournalException(
                    folder + " can't be opened for writing (" + e.getMessage()
                            + "): mend its permissions or use another folder",
                    e);
        }
    }

    private static FileChannel lock(Path folder, Holder self) throws IOException {
        FileChannel file = FileChannel.open(
                folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        boolean interrupted = Thread.interrupted(); // which would close the channel
        try {
            FileLock lock = file.tryLock(LOCKED, 1, false);
            if (lock == null) {
                throw busy(folder, file);
            }
            file.truncate(0);
            file.write(
                    ByteBuffer.wrap(CanonicalJson.bytes(
                            Map.of("pid", self.pid(), "since", self.since().toString()))),
                    0);
            return file;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static BusyException busy(Path folder, FileChannel file) throws IOException {
        ByteBuffer content = ByteBuffer.allocate((int) file.size());
        while (content.hasRemaining() && file.read(content, content.position()) >= 0) {}
        try {
            JsonNode holder = CanonicalJson.parse(content.array());
            return new BusyException(
                    folder,
                    holder.path("pid").asLong(-1),
                    Instant.parse(holder.path("since").asText()));
        } catch (UncheckedIOException | DateTimeException e) {
            // the holder has just come and not yet written its name
            return new BusyException(folder, -1, Instant.EPOCH);
        }
    }

    /** Gives the lock back. */
    void release() {
        try {
            file.close();
        } catch (IOException e) {
            throw new JournalException(realFolder + ": the lock can't be closed (" + e.getMessage() + ")", e);
        } finally {
            HELD_HERE.remove(realFolder);
        }
    }
}
