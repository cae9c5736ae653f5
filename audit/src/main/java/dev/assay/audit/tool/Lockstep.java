package dev.assay.audit.tool;

import dev.assay.lm.Sampling;
import dev.assay.organism.Ask;
import dev.assay.organism.Speaker;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets several runs share a target: what they ask at the same time goes to it as one batch. A batch begins when all runs
 * that have not left wait for an answer, or when nobody has asked anything more for a while. Texts do not depend on what
 * else is in their batch (in the exact mode of the runtime to the last digit), so the runs are what they would be alone.
 */
public final class Lockstep {
    /** A run that computes for longer than this is not waited for. */
    private static final long PATIENCE_MILLIS = 3_000;

    private final Target target;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Pending> pending = new ArrayList<>(); // guarded by lock
    private int running; // guarded by lock
    private boolean busy; // guarded by lock

    private static final class Pending {
        final String what;
        final List<? extends Ask> asks;
        final Sampling sampling;
        final List<SplitRandom> streams;

        @Nullable
        List<String> texts;

        @Nullable
        Throwable failure;

        Pending(String what, List<? extends Ask> asks, Sampling sampling, List<SplitRandom> streams) {
            this.what = what;
            this.asks = asks;
            this.sampling = sampling;
            this.streams = streams;
        }

        boolean done() {
            return texts != null || failure != null;
        }
    }

    /** @param runs that will use it; each takes a {@link #member} and closes it */
    public Lockstep(Target target, int runs) {
        this.target = target;
        this.running = runs;
    }

    /** The target for one run. Closing says that the run asks nothing more. */
    public final class Member implements Target, AutoCloseable {
        private boolean closed;

        private Member() {}

        @Override
        public String name() {
            return target.name();
        }

        @Override
        public List<String> write(String what, List<? extends Ask> asks, Sampling sampling, List<SplitRandom> streams) {
            return asks.isEmpty() ? List.of() : await(new Pending(what, asks, sampling, streams));
        }

        @Override
        public int tokens(String text) {
            return target.tokens(text);
        }

        @Override
        public <T> T inside(Function<Speaker, T> work) {
            return target.inside(work);
        }

        @Override
        public void close() {
            if (closed) return;
            closed = true;
            lock.lock();
            try {
                running--;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    public Member member() {
        return new Member();
    }

    private List<String> await(Pending mine) {
        lock.lock();
        try {
            pending.add(mine);
            changed.signalAll();
            boolean patient = true;
            while (!mine.done()) {
                if (!busy && (pending.size() >= running || !patient)) serve();
                else patient = changed.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS) || busy;
            }
            if (mine.failure instanceof RuntimeException e) throw e;
            if (mine.failure instanceof Error e) throw e;
            return Objects.requireNonNull(mine.texts);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the target", e);
        } finally {
            lock.unlock();
        }
    }

    /** Serves all that wait, in one call for each way of sampling; the lock is free meanwhile. */
    private void serve() {
        List<Pending> batch = List.copyOf(pending);
        pending.clear();
        busy = true;
        lock.unlock();
        try {
            Map<Sampling, List<Pending>> bySampling = new LinkedHashMap<>();
            for (Pending p : batch)
                bySampling.computeIfAbsent(p.sampling, s -> new ArrayList<>()).add(p);
            bySampling.forEach(this::write);
        } finally {
            lock.lock();
            busy = false;
            changed.signalAll();
        }
    }

    private void write(Sampling sampling, List<Pending> together) {
        var asks = new ArrayList<Ask>();
        var streams = new ArrayList<SplitRandom>();
        for (Pending p : together) {
            asks.addAll(p.asks);
            streams.addAll(p.streams);
        }
        try {
            List<String> texts = target.write(together.getFirst().what, asks, sampling, streams);
            int from = 0;
            for (Pending p : together) p.texts = texts.subList(from, from += p.asks.size());
        } catch (RuntimeException | Error e) {
            for (Pending p : together) p.failure = e;
        }
    }
}
