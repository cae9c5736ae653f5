package dev.assay.audit.suite;

import dev.assay.audit.AuditRecord;
import dev.assay.chat.ChatException;
import dev.assay.journal.Entry;
import dev.assay.journal.Journal;
import dev.assay.journal.JournalException;
import dev.assay.journal.Leases;
import dev.assay.journal.Memo;
import dev.assay.journal.Segments;
import dev.assay.organism.SideBySide;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Works on a suite, alone or beside others on the same folder, until all is done: takes the next runs that nobody has, holds
 * them side by side, records each as soon as it has ended. Every cell gets its first run before any gets a second, so that
 * a suite that is stopped has a table. Runs that share an engine are held in batches; those of models elsewhere come and go
 * one by one, as many at once as the plan says.
 */
public final class SuiteWorker {
    /** Runs that fail one after another before a worker gives up: what fails so often is no fault of one run. */
    private static final int FAILURES = 5;

    private final Suite suite;
    private final List<PlannedRun> order;
    private final Desk desk;
    private final Bench bench;
    private final Consumer<SuiteBook> watching;
    private final SuiteBook book;
    private final Segments others;
    private final SuiteControl control;
    private int heard; // entries of control
    private int failures; // in a row; guarded by this

    /**
     * What a worker works with.
     *
     * @param folder the suite's
     * @param journal this worker's own
     * @param memo on it
     * @param poll how often a worker that has nothing to do looks again
     */
    public record Desk(Path folder, Journal journal, Memo memo, Leases leases, Duration poll) {}

    /** Why a worker stopped. */
    public enum Ending {
        DONE,
        CANCELLED,
        /** The budget of the suite or of all cells that are open is spent. */
        SPENT
    }

    /** @param watching told after each run, and while waiting, how things stand; on any thread, one at a time */
    public SuiteWorker(Suite suite, Share share, Desk desk, Bench bench, Consumer<SuiteBook> watching) {
        this.suite = suite;
        this.order = share.ordered(suite);
        this.desk = desk;
        this.bench = bench;
        this.watching = watching;
        this.book = new SuiteBook(suite.runs());
        this.others = new Segments(desk.folder(), desk.journal().folder());
        this.control = new SuiteControl(desk.folder());
        for (String type : List.of(SuiteBook.RECORD, SuiteBook.ERROR))
            desk.journal().records(type).forEach(body -> book.learn(type, body));
    }

    /** Works until nothing is left that this worker or another could do. */
    public Ending work() {
        while (true) {
            refresh();
            switch (control.order()) {
                case CANCEL -> {
                    return Ending.CANCELLED;
                }
                case PAUSE -> pause();
                case RUN -> {
                    List<PlannedRun> open = open();
                    if (open.isEmpty()) return book.count(SuiteBook.Outcome.OPEN) == 0 ? Ending.DONE : Ending.SPENT;
                    if (!begin(open)) pause();
                }
            }
        }
    }

    /** What is known so far. */
    public SuiteBook book() {
        return book;
    }

    /** Takes in what others have recorded and people have said. */
    private synchronized void refresh() {
        desk.leases().failure().ifPresent(silent -> {
            throw silent; // others will give this worker up
        });
        List<Entry> fresh = others.fresh();
        desk.memo().learn(fresh);
        book.learn(fresh);
        List<Entry> said = control.entries();
        book.learn(said.subList(heard, said.size()));
        heard = said.size();
        watching.accept(book);
    }

    private void pause() {
        try {
            Thread.sleep(desk.poll());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SuiteException("interrupted while waiting for other workers", e);
        }
    }

    /** What may be begun. */
    private synchronized List<PlannedRun> open() {
        return spent() ? List.of() : order.stream().filter(this::mayBegin).toList();
    }

    private boolean spent() {
        return suite.plan()
                .budget()
                .suite()
                .filter(most -> book.tokens() >= most)
                .isPresent();
    }

    private boolean mayBegin(PlannedRun run) {
        return book.outcome(run) == SuiteBook.Outcome.OPEN
                && suite.plan()
                        .budget()
                        .cell()
                        .filter(most -> book.tokens(run) >= most)
                        .isEmpty();
    }

    /** Holds what can be had of these; false if others have all of it. */
    private boolean begin(List<PlannedRun> open) {
        List<PlannedRun> together = open.stream().filter(r -> !bench.alone(r)).toList();
        // beside batches single runs keep to the level, so that breadth comes first for all
        int level = together.isEmpty() ? Integer.MAX_VALUE : together.getFirst().number();
        List<PlannedRun> alone =
                open.stream().filter(r -> r.number() <= level && bench.alone(r)).toList();
        if (!alone.isEmpty() && roll(alone)) return true;
        List<Bench.Job> jobs = take(together);
        if (jobs.isEmpty()) return false;
        hold(jobs);
        return true;
    }

    /** The first run that can be had, and others that go through the engine with it. */
    private List<Bench.Job> take(List<PlannedRun> open) {
        var taken = new ArrayList<PlannedRun>();
        for (PlannedRun run : open) {
            if (taken.size() == suite.plan().atOnce()) break;
            if (!taken.isEmpty() && !run.sitsWith(taken.getFirst())) continue;
            if (desk.leases().take(id(run))) taken.add(run);
        }
        return still(taken);
    }

    /** Of runs that were taken, those that their last owners had not recorded just before. */
    private synchronized List<Bench.Job> still(List<PlannedRun> taken) {
        if (taken.isEmpty()) return List.of();
        refresh();
        return taken.stream()
                .filter(r -> book.outcome(r) == SuiteBook.Outcome.OPEN)
                .map(r -> new Bench.Job(r, book.attempt(r)))
                .toList();
    }

    /** Holds runs each by itself, the next as soon as one has ended, while nobody says otherwise. */
    private boolean roll(List<PlannedRun> runs) {
        Iterator<PlannedRun> next = runs.iterator();
        var flight = new Flight(suite.plan().atOnce());
        boolean any = false;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            while (next.hasNext()) {
                int room = flight.room();
                if (flight.failed() || control.order() != SuiteControl.Order.RUN) break;
                List<Bench.Job> jobs = take(next, room);
                any |= !jobs.isEmpty();
                for (Bench.Job job : jobs) {
                    flight.begin();
                    threads.execute(() -> flight.end(() -> alone(job)));
                }
                desk.journal().commit();
            }
        }
        desk.journal().commit();
        flight.rethrow();
        return any;
    }

    private synchronized List<Bench.Job> take(Iterator<PlannedRun> next, int room) {
        var taken = new ArrayList<PlannedRun>();
        while (taken.size() < room && next.hasNext() && !spent()) {
            PlannedRun run = next.next();
            if (mayBegin(run) && desk.leases().take(id(run))) taken.add(run);
        }
        if (spent()) next.forEachRemaining(run -> {});
        return still(taken);
    }

    private void alone(Bench.Job job) {
        long began = System.nanoTime();
        List<Supplier<AuditRecord>> work;
        try {
            work = bench.work(List.of(job));
        } catch (RuntimeException e) {
            failed(job, e);
            return;
        }
        hold(job, work.getFirst());
        took(job, (System.nanoTime() - began) / 1e9);
    }

    private String id(PlannedRun run) {
        return run.id(book.attempt(run));
    }

    private void hold(List<Bench.Job> jobs) {
        long began = System.nanoTime();
        List<Supplier<AuditRecord>> work;
        try {
            work = bench.work(jobs);
        } catch (RuntimeException e) {
            for (Bench.Job job : jobs) failed(job, e);
            return;
        }
        var all = new ArrayList<Supplier<Boolean>>();
        for (int i = 0; i < jobs.size(); i++) {
            Bench.Job job = jobs.get(i);
            Supplier<AuditRecord> one = work.get(i);
            all.add(() -> hold(job, one));
        }
        SideBySide.all(all);
        double each = (System.nanoTime() - began) / 1e9 / jobs.size();
        for (Bench.Job job : jobs) took(job, each);
        desk.journal().commit();
    }

    private void took(Bench.Job job, double seconds) {
        if (desk.leases().holds(job.run().id(job.attempt())))
            desk.journal()
                    .append(SuiteBook.SECONDS, new SuiteBook.Took(job.run().key(), job.attempt(), seconds));
    }

    private boolean hold(Bench.Job job, Supplier<AuditRecord> work) {
        AuditRecord record;
        try {
            record = work.get();
        } catch (RuntimeException e) {
            failed(job, e);
            return false;
        }
        failures(0);
        keep(job, SuiteBook.RECORD, new SuiteBook.Ended(job.run().key(), job.attempt(), record));
        return true;
    }

    /** A fault of the folder or of the purse is none of the run. */
    private void failed(Bench.Job job, RuntimeException e) {
        if (e instanceof JournalException || e instanceof ChatException.OverLimit) throw e;
        String what = e.getMessage() == null ? e.toString() : e.getMessage();
        keep(job, SuiteBook.ERROR, new SuiteBook.Failed(job.run().key(), job.attempt(), what));
        if (failures(1) >= FAILURES)
            throw new SuiteException(
                    FAILURES + " runs failed one after another, the last with: " + what
                            + ". Mend it, then: assay audit suite requeue " + desk.folder()
                            + " --errors, and the same command again",
                    e);
    }

    private synchronized int failures(int more) {
        failures = more == 0 ? 0 : failures + more;
        return failures;
    }

    /** Records what came of a run, unless others have given this worker up and taken it over. */
    private void keep(Bench.Job job, String type, Object body) {
        if (!desk.leases().holds(job.run().id(job.attempt()))) return;
        Entry entry = desk.journal().append(type, body);
        synchronized (this) {
            book.learn(type, entry.body());
            watching.accept(book);
        }
    }
}
