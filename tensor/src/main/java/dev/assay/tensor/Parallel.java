package dev.assay.tensor;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs numbered tasks on a fixed number of threads, the caller's among them. What a task computes must not depend on
 * which thread takes it, so that results are the same for any number of threads.
 *
 * <p>A token costs some hundred rounds of tasks of a few microseconds each, so between two rounds the threads look out
 * for the next one for a while before they sleep; a short while only, since other programs may want the processor.
 */
public final class Parallel implements AutoCloseable {
    /** Some tens of microseconds: longer than the caller's own work between two rounds, shorter than waking a thread. */
    private static final int LOOKS = 2_000;

    private final Worker[] workers;
    private volatile Round round = new Round(0, task -> {});
    private volatile boolean closed;

    public Parallel(int threads) {
        if (threads < 1) throw new IllegalArgumentException("threads must be at least 1, was " + threads);
        workers = new Worker[threads - 1];
        for (int w = 0; w < workers.length; w++) {
            workers[w] = new Worker();
            workers[w].thread.start();
        }
    }

    public int threads() {
        return workers.length + 1;
    }

    /**
     * Runs {@code task} for 0, 1, .. {@code tasks - 1} and returns when all are done; the first failure is thrown then.
     * One caller at a time.
     */
    public void each(int tasks, IntConsumer task) {
        if (workers.length == 0 || tasks <= 1) {
            for (int i = 0; i < tasks; i++) task.accept(i);
            return;
        }
        var now = new Round(tasks, task);
        round = now;
        for (int w = 0; w < Math.min(workers.length, tasks - 1); w++) workers[w].wake();
        now.work();
        now.await();
    }

    @Override
    public void close() {
        closed = true;
        for (Worker w : workers) LockSupport.unpark(w.thread);
    }

    /** The tasks of one call. */
    private static final class Round {
        private final int tasks;
        private final IntConsumer task;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger open;
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        Round(int tasks, IntConsumer task) {
            this.tasks = tasks;
            this.task = task;
            this.open = new AtomicInteger(tasks);
        }

        void work() {
            for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
                try {
                    task.accept(i);
                } catch (RuntimeException | Error e) {
                    failure.compareAndSet(null, e);
                    int taken = Math.min(tasks, next.getAndSet(tasks)); // nobody begins another
                    open.addAndGet(taken - tasks);
                }
                open.decrementAndGet();
            }
        }

        /** Waits for what others still run; such tasks are short. */
        void await() {
            for (int looks = 0; open.get() > 0; looks++) {
                if (looks < LOOKS) Thread.onSpinWait();
                else Thread.yield();
            }
            switch (failure.get()) {
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case null, default -> {}
            }
        }
    }

    private final class Worker {
        private final Thread thread =
                Thread.ofPlatform().daemon().name("assay-kernel").unstarted(this::run);
        private volatile boolean asleep;

        void wake() {
            if (asleep) LockSupport.unpark(thread);
        }

        private void run() {
            Device.threads(1); // a setting of each thread's own
            Round last = round;
            while (!closed) {
                Round now = await(last);
                if (now != last) now.work();
                last = now;
            }
        }

        private Round await(Round last) {
            for (int looks = 0; looks < LOOKS; looks++) {
                if (round != last) return round;
                Thread.onSpinWait();
            }
            asleep = true; // before the last look, so that who publishes a round after it sees a sleeper
            while (round == last && !closed) LockSupport.park(this);
            asleep = false;
            return round;
        }
    }
}
