package dev.assay.research;

import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** One candidate's training, in a process of its own that is fed, watched and, if need be, ended. */
final class TrainingProcess {
    private static final int MOST_WORDS = 2000;

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
    private Optional<String> killed = Optional.empty();
    private long peak;

    TrainingProcess(Sandbox sandbox, Protocol.Limits limits, WorldPool worlds) {
        this.sandbox = sandbox;
        this.limits = limits;
        this.worlds = worlds;
    }

    /**
     * Trains in {@code folder}, which is emptied first.
     *
     * @param draws one for each run of the job
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
        Protocol.Limits all = limits.times(Math.max(1, draws.size()));
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
            Process process = new ProcessBuilder(sandbox.command(folder, all, java))
                    .directory(folder.toFile())
                    .redirectError(folder.resolve("words.txt").toFile())
                    .start();
            failure = attend(process, server, folder, all);
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

    private Optional<String> attend(Process process, SampleServer server, Path folder, Protocol.Limits all)
            throws IOException {
        try (var guarded = new Guarded(process, all.seconds(), all.residentMegabytes())) {
            try {
                server.serve(process);
            } catch (IOException | RuntimeException e) {
                if (process.isAlive()) guarded.stop("the pipe broke: " + e.getMessage());
            }
            int exit = guarded.await();
            killed = guarded.killed();
            peak = guarded.peak();
            return exit == 0 ? Optional.empty() : Optional.of(why(folder, exit));
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
