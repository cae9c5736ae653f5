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
}
