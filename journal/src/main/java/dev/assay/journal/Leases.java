package dev.assay.journal;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who does which piece of work, where several processes or hosts share a folder. A piece is leased by creating the file
 * {@code leases/PIECE.1}, which only one can; the file is never changed. Its owner shows that it lives by a heartbeat. Where that
 * stops, another creates {@code PIECE.2}, which again only one can, and the highest number counts: a process that slept
 * meanwhile finds that the piece is no longer its own.
 *
 * <p>No two clocks are compared. An owner is given up when its heartbeat has not changed for the expiry by the observer's own
 * monotonic clock, so clocks that differ or jump do no harm; at once if it said good-bye, or if it ran on this machine and
 * its process is gone.
 *
 * <p>A lease tells who should do a piece, not that it is done: who has taken a piece looks into the records before doing it.
 * Needs a file system that creates files exclusively: local ones, NFSv4. {@code docs/formats/journal.md} has the format.
 * Thread-safe.
 */
public final class Leases implements AutoCloseable {

    /** The folder of leases in a run folder. */
    public static final String FOLDER = "leases";

    private static final int BEATS_PER_EXPIRY = 4;

    private final Path folder;
    private final Member self;
    private final Duration expiry;
    private final LongSupplier nanos;
    private final Map<String, Integer> mine = new HashMap<>(); // guarded by this
    private final Map<String, Seen> seen = new HashMap<>(); // guarded by this
    private final CountDownLatch leaving = new CountDownLatch(1);
    private final Thread heart;
    private long beat; // guarded by this
    private @Nullable JournalException failure; // guarded by this

    /** A heartbeat as it was last seen, and when by this process's clock that was first. */
    private record Seen(String beat, long nanos) {}

    private Leases(Path folder, Member self, Duration expiry, LongSupplier nanos) {
        this.folder = folder;
        this.self = self;
        this.expiry = expiry;
        this.nanos = nanos;
        this.heart =
                Thread.ofPlatform().daemon().name("heartbeat of " + self.id()).unstarted(this::live);
    }

    /**
     * Joins those who share the work of a run folder. The heartbeat begins.
     *
     * @param name   of this member, for people; each joining gets an identity of its own
     * @param expiry how long a heartbeat may be silent, the same for all members
     * @throws JournalException if the folder can't be written
     */
    public static Leases join(Path runFolder, String name, Duration expiry) {
        Leases leases = new Leases(runFolder.resolve(FOLDER), Member.here(name), expiry, System::nanoTime);
        leases.beat(false);
        leases.heart.start();
        return leases;
    }

    /** The same with a clock of a test and no heartbeat but the first. */
    static Leases join(Path runFolder, Member self, Duration expiry, LongSupplier nanos) {
        Leases leases = new Leases(runFolder.resolve(FOLDER), self, expiry, nanos);
        leases.beat(false);
        return leases;
    }

    /**
     * One who works or worked in a folder, for people who look.
     *
     * @param pid   of its process, on its machine
     * @param at    when it last showed that it lives, by its own clock
     * @param ended whether it said good-bye, or is known to be gone
     */
    public record Worker(String member, long pid, Instant at, boolean ended) {}

    /** Those who have joined in a run folder, by name. */
    public static List<Worker> workers(Path runFolder) {
        Path hearts = runFolder.resolve(FOLDER).resolve(Member.FOLDER);
        if (!Files.isDirectory(hearts)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(hearts)) {
            return files.filter(f -> f.getFileName().toString().endsWith(".json"))
                    .sorted()
                    .map(f -> worker(json(f)))
                    .toList();
        } catch (IOException e) {
            throw failed(hearts, e);
        }
    }

    private static Worker worker(JsonNode heart) {
        String at = heart.path("at").asText();
        return new Worker(
                heart.path("member").asText(),
                heart.path("pid").asLong(-1),
                at.isEmpty() ? Instant.EPOCH : Instant.parse(at),
                heart.path("ended").asBoolean() || Member.isGone(heart));
    }

    /** This member's identity. */
    public String member() {
        return self.id();
    }

    /**
     * Takes a piece that is free, or whose owner is given up.
     *
     * @param piece letters, digits, {@code -} and {@code _}
     * @return whether it is this member's now
     * @throws JournalException if the folder can't be written
     */
    public synchronized boolean take(String piece) {
        if (mine.containsKey(piece)) {
            return holds(piece);
        }
        for (int epoch = latest(piece); ; epoch++) {
            if (epoch > 0 && lives(file(piece, epoch))) {
                return false;
            }
            if (create(file(piece, epoch + 1))) {
                mine.put(piece, epoch + 1);
                return true;
            }
        }
    }

    /** Whether a piece that was taken is still this member's: nobody has given it up. */
    public synchronized boolean holds(String piece) {
        Integer epoch = mine.get(piece);
        return epoch != null && !Files.exists(file(piece, epoch + 1));
    }

    /** Whether somebody who lives has a piece. */
    public synchronized boolean taken(String piece) {
        int epoch = latest(piece);
        return epoch > 0 && lives(file(piece, epoch));
    }

    /** Why the heartbeat fails, if it does: others will take this member's work. */
    public synchronized Optional<JournalException> failure() {
        return Optional.ofNullable(failure);
    }

    private int latest(String piece) {
        int epoch = 0;
        while (Files.exists(file(piece, epoch + 1))) {
            epoch++;
        }
        return epoch;
    }

    private Path file(String piece, int epoch) {
        return folder.resolve(piece + "." + epoch);
    }

    private boolean create(Path lease) {
        try {
            Files.write(
                    lease,
                    CanonicalJson.bytes(Map.of("member", self.id())),
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException e) {
            throw failed(lease, e);
        }
    }

    /** Whether the owner that a lease names may still be at work. */
    private boolean lives(Path lease) {
        String owner = json(lease).path("member").asText();
        if (owner.equals(self.id())) {
            return true;
        }
        // a lease that was created and not yet written names nobody: it is given the same time
        JsonNode heart = owner.isEmpty() ? json(lease) : json(Member.file(folder, owner));
        if (heart.path("ended").asBoolean() || Member.isGone(heart)) {
            return false;
        }
        String key = owner.isEmpty() ? lease.toString() : owner;
        String now = heart.path("beat").asText();
        Seen before = seen.get(key);
        if (before == null || !before.beat().equals(now)) {
            seen.put(key, new Seen(now, nanos.getAsLong()));
            return true;
        }
        return nanos.getAsLong() - before.nanos() < expiry.toNanos();
    }

    /** What a file holds; an empty object while it is not there or not whole. */
    private static JsonNode json(Path file) {
        try {
            return CanonicalJson.parse(Files.readAllBytes(file));
        } catch (NoSuchFileException | UncheckedIOException e) {
            return CanonicalJson.tree(Map.of());
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private void live() {
        long pause = Math.max(1, expiry.toMillis() / BEATS_PER_EXPIRY);
        try {
            while (!leaving.await(pause, TimeUnit.MILLISECONDS)) {
                beat(false);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Writes the next heartbeat; a failed one is told by {@link #failure}, for the next may succeed. */
    synchronized void beat(boolean ended) {
        try {
            self.write(folder, ++beat, ended);
            failure = null;
        } catch (JournalException e) {
            if (beat == 1) {
                throw e;
            }
            failure = e;
        }
    }

    /** Says good-bye: what this member has and has not done is free for others at once. Close the journal first. */
    @Override
    public void close() {
        leaving.countDown();
        try {
            heart.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        beat(true);
    }

    private static JournalException failed(Path file, IOException e) {
        return new JournalException(
                file + " can't be read or written (" + e + "): free space or mend the permissions, and run the same"
                        + " command again",
                e);
    }
}
