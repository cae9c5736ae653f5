package dev.assay.research;

import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One candidate's training, in a process of its own that is fed, watched and, if need be, ended. */
final class TrainingProcess {
    private static final long LOOK_MILLIS = 200;
    private static final int MOST_WORDS = 2000;

    /** All that run, so that they end with this program. */
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> RUNNING.forEach(TrainingProcess::end), "assay-end-children"));
    }

    /**
     * How it ended.
     *
     * @param failure why there is no result, or one that does not count
     * @param served samples of each run
     * @param seconds by the clock, of all runs together
     */
    record Outcome(Optional<String> failure, List<Long> served, double seconds, long peakMegabytes) {}

    private final Sandbox sandbox;
    private final Protocol.Limits limits;
    private final WorldPool worlds;
    private volatile Optional<String> killed = Optional.empty();
    private volatile long peak;

    TrainingProcess(Sandbox sandbox, Protocol.Limits limits, WorldPool worlds) {
        this.sandbox = sandbox;
        this.limits = limits;
        this.worlds = worlds;
    }

    /**
     * Trains in {@code folder}, which is emptied first.
     *
     * @param draws one for each seed of the job
     * @param declared samples of each run
     */
    Outcome run(Path folder, TrainingJob job, List<Draw> draws, long declared) {
        if (sandbox == Sandbox.UNSANDBOXED && !job.sources().isEmpty())
            return new Outcome(
                    Optional.of(
                            "code was refused: there is no sandbox on this machine, so the grammar's recipes alone run"),
                    draws.stream().map(d -> 0L).toList(),
                    0,
                    0);
        long start = System.nanoTime();
        var server = new SampleServer(worlds, draws, declared);
        Optional<String> failure = Optional.empty();
        try {
            if (Files.exists(folder)) Sandbox.delete(folder);
            Path temporary = Files.createDirectories(folder.resolve("tmp"));
            AtomicFile.write(folder.resolve(TrainingJob.FILE), CanonicalJson.bytes(job));
            List<String> java = Jvm.command(
                    limits.heapMegabytes(),
                    temporary,
                    TrainChild.class.getName(),
                    folder.toAbsolutePath().toString());
            Process process = new ProcessBuilder(sandbox.command(folder, limits, java))
                    .directory(folder.toFile())
                    .redirectError(folder.resolve("words.txt").toFile())
                    .start();
            failure = attend(process, server, folder, draws.size());
            Sandbox.delete(temporary);
        } catch (IOException e) {
            failure = Optional.of("the training process can't be run: " + e.getMessage());
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Outcome(
                server.breach().or(() -> killed).or(orElse(failure)),
                java.util.Arrays.stream(server.served()).boxed().toList(),
                seconds,
                peak);
    }

    private static java.util.function.Supplier<Optional<String>> orElse(Optional<String> failure) {
        return () -> failure;
    }

    private Optional<String> attend(Process process, SampleServer server, Path folder, int runs) throws IOException {
        RUNNING.add(process);
        Thread watch = Thread.ofVirtual().start(() -> watch(process, runs * limits.seconds()));
        try {
            server.serve(process);
        } catch (IOException | RuntimeException e) {
            if (process.isAlive() && killed.isEmpty()) killed = Optional.of("the pipe broke: " + e.getMessage());
        }
        try {
            if (!process.waitFor(runs * limits.seconds() + 10, TimeUnit.SECONDS)) end(process);
            watch.join();
            return process.exitValue() == 0 ? Optional.empty() : Optional.of(why(folder, process.exitValue()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ResearchException("interrupted", e);
        } finally {
            end(process);
            RUNNING.remove(process);
        }
    }

    private void watch(Process process, long seconds) {
        long start = System.nanoTime();
        try {
            while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                long resident = resident(process);
                peak = Math.max(peak, resident);
                if (resident > limits.residentMegabytes())
                    stop(process, "took more than " + limits.residentMegabytes() + " MB");
                if (System.nanoTime() - start > seconds * 1_000_000_000L)
                    stop(process, "ran longer than " + seconds + " seconds");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void stop(Process process, String why) {
        if (killed.isEmpty()) killed = Optional.of(why);
        end(process);
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
        } catch (IOException | java.io.UncheckedIOException e) {
            return 0; // it has just ended
        }
    }

    private static String why(Path folder, int exit) throws IOException {
        Path words = folder.resolve(TrainingJob.FAILURE);
        if (Files.exists(words)) return cut(Files.readString(words));
        if (exit == 3) return "ran out of Java's heap";
        String last = cut(Files.readString(folder.resolve("words.txt")));
        return "ended with code " + exit + (last.isEmpty() ? "" : ": " + last);
    }

    private static String cut(String words) {
        String plain = words.strip();
        return plain.length() <= MOST_WORDS ? plain : plain.substring(0, MOST_WORDS) + "…";
    }
}
