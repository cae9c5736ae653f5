package dev.assay.audit.suite;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Runs that are under way at once, at most so many, and the first failure that is none of a run. */
final class Flight {
    private final int most;
    private int now; // guarded by this
    private @Nullable RuntimeException failure; // guarded by this

    Flight(int most) {
        this.most = most;
    }

    /** How many more may begin; waits until that is at least one. */
    synchronized int room() {
        try {
            while (now == most) wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SuiteException("interrupted while runs were under way", e);
        }
        return most - now;
    }

    synchronized void begin() {
        now++;
    }

    /** Does the work of one that has begun. */
    void end(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            failed(e);
        } finally {
            synchronized (this) {
                now--;
                notifyAll();
            }
        }
    }

    private synchronized void failed(RuntimeException e) {
        if (failure == null) failure = e;
    }

    synchronized Optional<RuntimeException> failure() {
        return Optional.ofNullable(failure);
    }
}
