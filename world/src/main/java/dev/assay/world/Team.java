package dev.assay.world;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Some threads, the caller's among them, that share out numbered tasks. */
final class Team implements AutoCloseable {
    private final int threads;
    private final ExecutorService others;

    /** A numbered task; {@code worker} is the thread's own number, from 0. */
    @FunctionalInterface
    interface Task {
        void run(int number, int worker);
    }

    Team(int threads) {
        this.threads = threads;
        this.others = Executors.newFixedThreadPool(
                Math.max(1, threads - 1),
                Thread.ofPlatform().name("assay-sampler-", 0).daemon().factory());
    }

    int threads() {
        return threads;
    }

    /** Runs the tasks 0 to {@code count - 1}; returns when all are done. The first error of a task is thrown. */
    void run(int count, Task task) {
        var next = new AtomicInteger();
        List<Future<?>> helpers = new ArrayList<>();
        for (int w = 1; w < Math.min(threads, count); w++) {
            int worker = w;
            helpers.add(others.submit(() -> work(next, count, worker, task)));
        }
        try {
            work(next, count, 0, task);
        } finally {
            next.set(count); // after an error the others stop at their next task
            for (Future<?> helper : helpers) await(helper);
        }
    }

    private static void work(AtomicInteger next, int count, int worker, Task task) {
        for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) task.run(i, worker);
    }

    /** Waits also when the caller is interrupted, whose flag stays set: the tasks are short, and memory is shared. */
    private static void await(Future<?> helper) {
        boolean interrupted = false;
        while (true)
            try {
                helper.get();
                if (interrupted) Thread.currentThread().interrupt();
                return;
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException e) {
                throw new IllegalStateException("a sampler's thread failed: " + e.getCause(), e.getCause());
            }
    }

    @Override
    public void close() {
        others.shutdown();
    }
}
