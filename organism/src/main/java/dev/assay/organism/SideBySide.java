package dev.assay.organism;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/** Several pieces of long work at once. */
public final class SideBySide {
    private SideBySide() {}

    /**
     * Does all of it, each in a thread of its own, and returns the results in their order. If some fail, the failure of the
     * first of them is thrown as it is, once all have ended.
     */
    public static <T> List<T> all(List<? extends Supplier<? extends T>> work) {
        return all(work, Math.max(1, work.size()));
    }

    /** The same with no more than {@code atOnce} at once. */
    public static <T> List<T> all(List<? extends Supplier<? extends T>> work, int atOnce) {
        var threads = Thread.ofPlatform().daemon().name("side-by-side-", 0).factory();
        try (var pool = Executors.newFixedThreadPool(atOnce, threads)) {
            var running = new ArrayList<Future<? extends T>>();
            for (Supplier<? extends T> w : work) running.add(pool.submit(w::get));
            var results = new ArrayList<T>();
            for (Future<? extends T> f : running) results.add(f.get());
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for work side by side", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException r) throw r;
            if (e.getCause() instanceof Error r) throw r;
            throw new IllegalStateException(e.getCause());
        }
    }
}
