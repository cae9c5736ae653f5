package dev.assay.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Runs numbered tasks on a fixed number of threads, the caller's among them. What a task computes must not depend on
 * which thread takes it, so that results are the same for any number of threads.
 */
public final class Parallel implements AutoCloseable {
    private final int threads;
    private final ExecutorService pool;

    public Parallel(int threads) {
        if (threads < 1) throw new IllegalArgumentException("threads must be at least 1, was " + threads);
        this.threads = threads;
        this.pool = Executors.newFixedThreadPool(
                Math.max(1, threads - 1),
                task -> Thread.ofPlatform().daemon().name("assay-kernel").unstarted(() -> {
                    Device.threads(1); // a setting of each thread's own
                    task.run();
                }));
    }

    public int threads() {
        return threads;
    }

    /** Runs {@code task} for 0, 1, .. {@code tasks - 1} and returns when all are done. */
    public void each(int tasks, IntConsumer task) {
        if (threads == 1 || tasks == 1) {
            for (int i = 0; i < tasks; i++) task.accept(i);
            return;
        }
        var next = new AtomicInteger();
        Runnable work = () -> {
            for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) task.accept(i);
        };
        List<Future<?>> others = new ArrayList<>();
        for (int t = 1; t < threads; t++) others.add(pool.submit(work));
        try {
            work.run();
        } finally {
            for (Future<?> other : others) await(other);
        }
    }

    private static void await(Future<?> task) {
        try {
            task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) throw cause;
            if (e.getCause() instanceof Error cause) throw cause;
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
