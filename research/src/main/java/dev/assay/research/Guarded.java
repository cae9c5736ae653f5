package dev.assay.research;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Looks after a process: ends it, and all that came of it, where it goes beyond its limits, and with this program. */
final class Guarded implements AutoCloseable {
    private static final long LOOK_MILLIS = 200;
    private static final long GRACE_SECONDS = 10;

    /** All that run, so that they end with this program. */
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Guarded::end), "assay-end-children"));
    }

    private final Process process;
    private final long seconds;
    private final long mostMegabytes;
    private final Thread watch;
    private volatile Optional<String> killed = Optional.empty();
    private volatile long peak;

    /** @param mostMegabytes in memory, of the process and those below it together */
    Guarded(Process process, long seconds, long mostMegabytes) {
        this.process = process;
        this.seconds = seconds;
        this.mostMegabytes = mostMegabytes;
        RUNNING.add(process);
        this.watch = Thread.ofVirtual().start(this::watch);
    }

    /** Why it was ended, if it was. */
    Optional<String> killed() {
        return killed;
    }

    /** The most megabytes that were seen. */
    long peak() {
        return peak;
    }

    /** Ends it for a reason of the caller's, unless there is one already. */
    void stop(String why) {
        if (killed.isEmpty()) killed = Optional.of(why);
        end(process);
    }

    /** Its exit code, once it has ended by itself or was ended. */
    int await() {
        try {
            if (!process.waitFor(seconds + GRACE_SECONDS, TimeUnit.SECONDS)) end(process);
            watch.join();
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ResearchException("interrupted", e);
        }
    }

    private void watch() {
        long start = System.nanoTime();
        try {
            while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                long resident = resident(process);
                peak = Math.max(peak, resident);
                if (resident > mostMegabytes) stop("took more than " + mostMegabytes + " MB");
                if (System.nanoTime() - start > seconds * 1_000_000_000L)
                    stop("ran longer than " + seconds + " seconds");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** Megabytes of a process and those below it; 0 where the system does not tell. */
    private static long resident(Process process) {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .mapToLong(p -> resident(p.pid()))
                .sum();
    }

    private static long resident(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(l -> l.startsWith("VmRSS:"))
                    .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) >> 10)
                    .sum();
        } catch (IOException | UncheckedIOException e) {
            return 0; // it has just ended
        }
    }

    @Override
    public void close() {
        end(process);
        RUNNING.remove(process);
    }
}
