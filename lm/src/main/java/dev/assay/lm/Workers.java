package dev.assay.lm;

import dev.assay.tensor.Device;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicReference;

/** Threads that each compute with one thread of the tensor library. */
final class Workers {
    private Workers() {}

    /** Runs the same work on {@code count} threads and waits for all; the first failure is thrown on then. */
    static void run(int count, Runnable work) {
        if (count == 1) {
            work.run();
            return;
        }
        var failure = new AtomicReference<Throwable>();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < count; i++) {
            threads.add(Thread.ofPlatform().daemon().name("generate-" + i).start(() -> {
                Device.threads(1);
                try {
                    work.run();
                } catch (RuntimeException | Error e) {
                    failure.compareAndSet(null, e);
                }
            }));
        }
        join(threads);
        switch (failure.get()) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null, default -> {}
        }
    }

    private static void join(Iterable<Thread> threads) {
        try {
            for (Thread t : threads) t.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while generating", e);
        }
    }
}
