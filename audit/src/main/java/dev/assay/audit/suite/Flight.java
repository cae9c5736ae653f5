package dev.assay.audit.suite;

import org.jspecify.annotations.Nullable;

/** Runs that are under way at once, at most so many, and the first failure that is none of a run. */
final class Flight {
    private final int most;
    private int now; // guarded by this
    private @Nullable Throwable failure; // guarded by this

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
        } catch (RuntimeException | Error e) {
            failed(e);
        } finally {
            synchronized (this) {
                now--;
                notifyAll();
            }
        }
    }

    private synchronized void failed(Throwable e) {
        if (failure == null) failure = e;
    }

    synchronized boolean failed() {
        return failure != null;
    }

    /** Throws the failure, if there is one. */
    synchronized void rethrow() {
        if (failure instanceof RuntimeException e) throw e;
        if (failure instanceof Error e) throw e;
    }
}
