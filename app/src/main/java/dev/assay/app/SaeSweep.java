package dev.assay.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Many runs, several at once: seed by seed, so that a sweep that is stopped has all rows at the seeds that are done. */
final class SaeSweep {
    private final SaeRuns runs;
    private final ConsoleProgress progress;
    private final int parallel;
    private final long start = System.nanoTime();
    private int done;
    private int trained;

    SaeSweep(SaeRuns runs, ConsoleProgress progress, int parallel) {
        this.runs = runs;
        this.progress = progress;
        this.parallel = parallel;
    }

    /**
     * Runs all jobs; what has finished answers from its folder. Jobs of one folder are one run.
     *
     * @param afterSeed told after each seed but the last what has come out so far
     * @return results in the order of the jobs
     */
    List<SaeResult> run(List<SaeJob> jobs, Consumer<Map<SaeJob, SaeResult>> afterSeed) {
        Map<Path, SaeJob> distinct = new LinkedHashMap<>();
        jobs.forEach(j -> distinct.putIfAbsent(j.folder(), j));
        Map<Long, List<SaeJob>> bySeed = distinct.values().stream()
                .collect(Collectors.groupingBy(SaeJob::seed, LinkedHashMap::new, Collectors.toList()));
        Map<Path, SaeResult> results = new LinkedHashMap<>();
        int seeds = 0;
        for (List<SaeJob> seed : bySeed.values()) {
            results.putAll(together(seed, distinct.size()));
            if (++seeds < bySeed.size()) afterSeed.accept(byJob(jobs, results));
        }
        return jobs.stream()
                .map(j -> Objects.requireNonNull(results.get(j.folder())))
                .toList();
    }

    private static Map<SaeJob, SaeResult> byJob(List<SaeJob> jobs, Map<Path, SaeResult> results) {
        Map<SaeJob, SaeResult> byJob = new LinkedHashMap<>();
        for (SaeJob job : jobs) {
            SaeResult result = results.get(job.folder());
            if (result != null) byJob.put(job, result);
        }
        return byJob;
    }

    private Map<Path, SaeResult> together(List<SaeJob> jobs, int all) {
        Map<Path, SaeResult> results = new LinkedHashMap<>();
        try (var pool = Executors.newFixedThreadPool(
                parallel, Thread.ofPlatform().daemon().name("assay-run-", 0).factory())) {
            List<Future<SaeResult>> futures = new ArrayList<>();
            for (SaeJob job : jobs) futures.add(pool.submit(() -> one(job, all)));
            try {
                for (int i = 0; i < jobs.size(); i++) results.put(jobs.get(i).folder(), await(futures.get(i)));
            } catch (RuntimeException | Error e) {
                futures.forEach(
                        f -> f.cancel(false)); // what runs already ends in its own time, and keeps what it found
                throw e;
            }
        }
        return results;
    }

    private SaeResult one(SaeJob job, int all) {
        boolean known = SaeRuns.finished(job.folder());
        SaeResult result = runs.run(job);
        tell(job, known, all);
        return result;
    }

    private synchronized void tell(SaeJob job, boolean known, int all) {
        done++;
        if (known) return;
        trained++;
        double each = (System.nanoTime() - start) / 1e9 / trained;
        progress.say(job.name() + " is done: " + done + " of " + all + " runs, about "
                + SaeRuns.left(each * (all - done)) + " left");
    }

    private static SaeResult await(Future<SaeResult> result) {
        try {
            return result.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) throw cause;
            if (e.getCause() instanceof Error cause) throw cause;
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
