package dev.assay.audit.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Verdict;
import dev.assay.journal.Journal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SuiteWorkerTest {
    @TempDir
    Path folder;

    private SuiteStage stage;

    @BeforeEach
    void stage() {
        stage = new SuiteStage(folder);
    }

    private SuiteStatus status(Suite suite) {
        suite.write(folder);
        return SuiteStatus.of(folder);
    }

    @Test
    void everyCellHasOneRunBeforeAnyHasTwo() {
        Suite suite = SuiteStage.suite(2, 2, "at-once: 1");
        assertThat(stage.work(suite)).isEqualTo(SuiteWorker.Ending.DONE);
        assertThat(stage.heldNames())
                .containsExactly(
                        "t0 chat 1",
                        "t0 user 1",
                        "t1 chat 1",
                        "t1 user 1",
                        "t0 chat 2",
                        "t0 user 2",
                        "t1 chat 2",
                        "t1 user 2");
        assertThat(status(suite)).returns(8, SuiteStatus::scored).returns(2, SuiteStatus::level);
    }

    /** What shares a model and a level goes through the engine together. */
    @Test
    void runsOfATargetAreHeldSideBySide() {
        List<List<Bench.Job>> batches = new ArrayList<>();
        stage.work(SuiteStage.suite(2, 2, "at-once: 8"), "", Share.ALL, jobs -> {
            batches.add(jobs);
            return stage.bench().work(jobs);
        });
        assertThat(batches).hasSize(4).allSatisfy(b -> assertThat(b).hasSize(2));
    }

    @Test
    void theSameAgainDoesNothingAndMoreRunsAreAdded() {
        stage.work(SuiteStage.suite(2, 1, ""));
        stage.work(SuiteStage.suite(2, 1, ""));
        assertThat(stage.held).hasSize(4);
        stage.work(SuiteStage.suite(3, 2, ""));
        assertThat(stage.held).hasSize(12);
        assertThat(new HashSet<>(stage.heldNames())).hasSize(12);
    }

    /** A stopped worker leaves what it has recorded, and the next goes on there. */
    @Test
    void whatWasRecordedBeforeACrashStays() {
        Suite suite = SuiteStage.suite(2, 2, "at-once: 2");
        int[] batch = {0};
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> stage.work(suite, "", Share.ALL, jobs -> {
                    if (++batch[0] == 3) throw new AssertionError("killed");
                    return stage.bench().work(jobs);
                }));
        assertThat(status(suite)).returns(4, SuiteStatus::scored).returns(1, SuiteStatus::level);
        stage.work(suite);
        assertThat(stage.heldNames()).hasSize(8).doesNotHaveDuplicates();
    }

    @Test
    void twoWorkersShareWithoutDoingARunTwice() {
        Suite suite = SuiteStage.suite(8, 3, "at-once: 1");
        var both = new CountDownLatch(2);
        Bench slow = jobs -> {
            both.countDown();
            return stage.bench().work(jobs);
        };
        List<CompletableFuture<SuiteWorker.Ending>> workers = new ArrayList<>();
        for (int w = 0; w < 2; w++) {
            var share = new Share(w, 2);
            String name = w == 0 ? "" : "worker-1";
            workers.add(CompletableFuture.supplyAsync(() -> stage.work(suite, name, share, slow)));
        }
        workers.forEach(w -> assertThat(w.join()).isEqualTo(SuiteWorker.Ending.DONE));
        assertThat(stage.heldNames()).hasSize(48).doesNotHaveDuplicates();
        assertThat(both.getCount()).as("both worked").isZero();
        assertThat(status(suite)).returns(48, SuiteStatus::scored).returns(0, SuiteStatus::open);
        assertThat(Journal.read(folder).records(SuiteBook.RECORD)).hasSize(48);
    }

    @Test
    void aShareBeginsWithItsOwnTargetsAndThenHelps() {
        stage.work(SuiteStage.suite(3, 1, "at-once: 1"), "", new Share(1, 3), stage.bench());
        assertThat(stage.heldNames())
                .containsExactly("t1 chat 1", "t1 user 1", "t2 chat 1", "t2 user 1", "t0 chat 1", "t0 user 1");
        assertThatExceptionOfType(SuiteException.class).isThrownBy(() -> Share.parse("3/3"));
        assertThatExceptionOfType(SuiteException.class).isThrownBy(() -> Share.parse("one"));
    }

    @Test
    void voidRunsAreKeptApartAndHeldAgainWhenAsked() {
        Suite suite = SuiteStage.suite(1, 2, "");
        stage.verdict = j -> j.run().tool().equals("user") && j.attempt() == 1 ? Verdict.VOID : Verdict.HIT;
        stage.work(suite);
        assertThat(status(suite)).returns(2, SuiteStatus::scored).returns(2, SuiteStatus::voids);
        SuiteBook book = SuiteStatus.book(folder);
        new SuiteControl(folder)
                .requeue(book.runs(SuiteBook.Outcome.VOID).stream()
                        .map(book::current)
                        .toList());
        assertThat(status(suite)).returns(2, SuiteStatus::open).returns(0, SuiteStatus::voids);
        stage.held.clear();
        stage.work(suite);
        assertThat(stage.held)
                .hasSize(2)
                .allSatisfy(j -> assertThat(j.attempt()).isEqualTo(2));
        assertThat(status(suite)).returns(4, SuiteStatus::scored).returns(0, SuiteStatus::voids);
        assertThat(SuiteStatus.book(folder).records())
                .extracting(AuditRecord::grade)
                .allSatisfy(g -> assertThat(g.verdict()).isEqualTo(Verdict.HIT));
        assertThat(Journal.read(folder).records(SuiteBook.RECORD))
                .as("nothing is taken away")
                .hasSize(6);
    }

    @Test
    void aRunThatFailsIsAnErrorAndTheOthersGoOn() {
        Suite suite = SuiteStage.suite(2, 1, "");
        stage.verdict = j -> {
            if (j.run().cell().startsWith("t0 user") && j.attempt() == 1)
                throw new IllegalStateException("no such lens");
            return Verdict.MISS;
        };
        stage.work(suite);
        SuiteStatus status = status(suite);
        assertThat(status).returns(3, SuiteStatus::scored).returns(1, SuiteStatus::errors);
        assertThat(status.failed()).containsExactly("no such lens");
        stage.work(suite);
        assertThat(stage.held).as("not again by itself").hasSize(4);
        SuiteBook book = SuiteStatus.book(folder);
        new SuiteControl(folder)
                .requeue(book.runs(SuiteBook.Outcome.ERROR).stream()
                        .map(book::current)
                        .toList());
        stage.work(suite);
        assertThat(status(suite)).returns(4, SuiteStatus::scored).returns(0, SuiteStatus::errors);
    }

    @Test
    void whatAlwaysFailsStopsTheWorker() {
        Suite suite = SuiteStage.suite(9, 1, "");
        stage.verdict = j -> {
            throw new IllegalStateException("the server is down");
        };
        assertThatExceptionOfType(SuiteException.class)
                .isThrownBy(() -> stage.work(suite))
                .withMessageContaining("5 runs failed one after another")
                .withMessageContaining("the server is down")
                .withMessageContaining("requeue");
        assertThat(stage.held.size()).isLessThan(9);
    }

    @Test
    void ordersComeFromOutside() {
        Suite suite = SuiteStage.suite(2, 2, "at-once: 2");
        var control = new SuiteControl(folder);
        SuiteWorker.Ending ending = stage.work(suite, "", Share.ALL, jobs -> {
            if (stage.held.size() == 2) control.give(SuiteControl.Order.CANCEL);
            return stage.bench().work(jobs);
        });
        assertThat(ending).isEqualTo(SuiteWorker.Ending.CANCELLED);
        assertThat(stage.held).as("those under way were finished").hasSize(4);
        assertThat(status(suite)).returns(4, SuiteStatus::scored).returns("cancel", SuiteStatus::order);
        control.give(SuiteControl.Order.PAUSE);
        var paused = CompletableFuture.supplyAsync(() -> stage.work(suite));
        assertThat(status(suite).order()).isEqualTo("pause");
        control.give(SuiteControl.Order.RUN);
        assertThat(paused.join()).isEqualTo(SuiteWorker.Ending.DONE);
        assertThat(stage.heldNames()).hasSize(8).doesNotHaveDuplicates();
    }

    @Test
    void aPausedWorkerBeginsNothing() throws InterruptedException {
        Suite suite = SuiteStage.suite(1, 1, "");
        var control = new SuiteControl(folder);
        control.give(SuiteControl.Order.PAUSE);
        var paused = CompletableFuture.supplyAsync(() -> stage.work(suite));
        Thread.sleep(100);
        assertThat(stage.held).isEmpty();
        control.give(SuiteControl.Order.RUN);
        paused.join();
        assertThat(stage.held).hasSize(2);
    }

    @Test
    void budgetsEndASuiteAndACell() {
        Suite small = SuiteStage.suite(2, 4, "at-once: 2\nbudget: {suite: 350}");
        assertThat(stage.work(small)).isEqualTo(SuiteWorker.Ending.SPENT);
        assertThat(stage.held).as("100 tokens each, two at once").hasSize(4);
        Suite cells = SuiteStage.suite(2, 4, "budget: {cell: 200}");
        assertThat(stage.work(cells)).isEqualTo(SuiteWorker.Ending.SPENT);
        assertThat(stage.held).as("two in each of four cells").hasSize(8);
        assertThat(status(cells).level()).isEqualTo(2);
    }

    /** A bench of models elsewhere: no run needs company. */
    private Bench elsewhere(UnaryOperator<AuditRecord> waiting) {
        return new Bench() {
            @Override
            public List<Supplier<AuditRecord>> work(List<Job> jobs) {
                assertThat(jobs).as("one by one").hasSize(1);
                Supplier<AuditRecord> work = stage.bench().work(jobs).getFirst();
                return List.of(() -> waiting.apply(work.get()));
            }

            @Override
            public boolean alone(PlannedRun run) {
                return true;
            }
        };
    }

    /** Nobody waits for the slowest of a batch: all others end while one is still under way. */
    @Test
    void runsOfModelsElsewhereComeAndGoOneByOne() {
        Suite suite = SuiteStage.suite(5, 8, "at-once: 4");
        var now = new AtomicInteger();
        var most = new AtomicInteger();
        var rest = new CountDownLatch(79);
        var first = new AtomicBoolean(true);
        SuiteWorker.Ending ending = stage.work(suite, "", Share.ALL, elsewhere(record -> {
            assertThat(Thread.currentThread().isVirtual()).isTrue();
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            try {
                if (first.getAndSet(false))
                    assertThat(rest.await(50, TimeUnit.SECONDS)).isTrue();
                else Thread.sleep(2);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            now.decrementAndGet();
            rest.countDown();
            return record;
        }));
        assertThat(ending).isEqualTo(SuiteWorker.Ending.DONE);
        assertThat(most).hasValueBetween(2, 4);
        assertThat(stage.heldNames()).hasSize(80).doesNotHaveDuplicates();
        assertThat(status(suite)).returns(80, SuiteStatus::scored).returns(8, SuiteStatus::level);
        assertThat(Journal.read(folder).records(SuiteBook.SECONDS)).hasSize(80);
    }

    @Test
    void runsOfModelsElsewhereHeedFailuresOrdersAndBudgets() {
        Suite suite = SuiteStage.suite(2, 3, "at-once: 1");
        Bench failing = elsewhere(record -> {
            throw new IllegalStateException("the server is down");
        });
        assertThatExceptionOfType(SuiteException.class)
                .isThrownBy(() -> stage.work(suite, "", Share.ALL, failing))
                .withMessageContaining("5 runs failed one after another");
        assertThat(status(suite)).returns(5, SuiteStatus::errors);
        SuiteBook book = SuiteStatus.book(folder);
        var control = new SuiteControl(folder);
        control.requeue(
                book.runs(SuiteBook.Outcome.ERROR).stream().map(book::current).toList());
        Bench broken = elsewhere(record -> {
            throw new AssertionError("no memory left");
        });
        assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> stage.work(suite, "", Share.ALL, broken));
        stage.held.clear();
        SuiteWorker.Ending ending = stage.work(suite, "", Share.ALL, elsewhere(record -> {
            if (stage.held.size() == 3) control.give(SuiteControl.Order.CANCEL);
            return record;
        }));
        assertThat(ending).isEqualTo(SuiteWorker.Ending.CANCELLED);
        assertThat(stage.held).hasSize(3);
        control.give(SuiteControl.Order.RUN);
        Suite small = SuiteStage.suite(2, 3, "at-once: 1\nbudget: {suite: 500}");
        assertThat(stage.work(small, "", Share.ALL, elsewhere(record -> record)))
                .isEqualTo(SuiteWorker.Ending.SPENT);
        assertThat(status(small)).returns(5, SuiteStatus::scored).returns(7, SuiteStatus::open);
    }

    @Test
    void twoWorkersShareRunsOfModelsElsewhere() {
        Suite suite = SuiteStage.suite(4, 10, "at-once: 3");
        Bench slow = elsewhere(record -> {
            try {
                Thread.sleep(3);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return record;
        });
        List<CompletableFuture<SuiteWorker.Ending>> workers = new ArrayList<>();
        for (String name : List.of("", "worker-1"))
            workers.add(CompletableFuture.supplyAsync(() -> stage.work(suite, name, Share.ALL, slow)));
        workers.forEach(w -> assertThat(w.join()).isEqualTo(SuiteWorker.Ending.DONE));
        assertThat(stage.heldNames()).hasSize(80).doesNotHaveDuplicates();
        assertThat(status(suite)).returns(80, SuiteStatus::scored);
    }
}
