package dev.assay.audit.suite;

import dev.assay.audit.Audit;
import dev.assay.audit.AuditRecord;
import dev.assay.audit.Bank;
import dev.assay.audit.Grade;
import dev.assay.audit.tool.ChatTool;
import dev.assay.audit.tool.Lockstep;
import dev.assay.audit.tool.TinyTargets;
import dev.assay.audit.tool.UserTool;
import dev.assay.journal.Journal;
import dev.assay.journal.Leases;
import dev.assay.journal.Memo;
import dev.assay.journal.Segments;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A suite on models of two small blocks, each with an adapter. As a program it is a worker in a process of its own, which
 * stops in the middle of its third batch and waits to be killed.
 */
public final class TinySuite {
    static final Duration EXPIRY = Duration.ofSeconds(2);
    /** Of each cell where nothing else is said. */
    static final int RUNS = 2;

    private static final int BUDGET = 200;
    private static final int STOPS_AT = 3;

    private final TinyTargets models;
    private final int runs;
    private final Bank bank = Bank.load();

    /** @param runs of each cell */
    TinySuite(Path models, int runs) {
        this.models = new TinyTargets(models);
        this.runs = runs;
    }

    private Suite suite() {
        List<String> names = List.of("one", "two");
        return new Suite(
                SuiteStage.plan("targets: " + names + "\ntools: [chat, user]\nruns: " + runs + "\nbudget: {run: "
                        + BUDGET + "}"),
                names.stream().map(n -> new Subject(n, "twin", n, "twin")).toList());
    }

    private List<Supplier<AuditRecord>> work(List<Bench.Job> jobs, Memo memo) {
        var target = new Lockstep(models.of(jobs.getFirst().run().target(), memo), jobs.size());
        var twin = new Lockstep(models.of("twin", memo), jobs.size());
        return jobs.stream()
                .<Supplier<AuditRecord>>map(j -> () -> audit(j, target, twin))
                .toList();
    }

    private AuditRecord audit(Bench.Job job, Lockstep one, Lockstep other) {
        PlannedRun run = job.run();
        Optional<Audit.Instrument> instrument = run.tool().equals("user")
                ? Optional.of(new Audit.Instrument(UserTool::new, 2, true))
                : Optional.of(new Audit.Instrument(ChatTool::plain, 1, false));
        try (Lockstep.Member target = one.member();
                Lockstep.Member twin = other.member()) {
            Audit.Result result =
                    new Audit(bank, Audit.Budget.ofTokens(BUDGET), instrument).run(target, twin, run.number());
            return AuditRecord.of(
                    run.target(), "twin", run.tool(), 1, run.number(), Grade.ofClean(result.claims()), result);
        }
    }

    /** Works in a folder as a worker of a name, the folder's own journal being that of none. */
    SuiteWorker.Ending work(Path folder, String name, Runnable beforeEachBatch) {
        Path own = name.isEmpty() ? folder : Segments.of(folder, name);
        try (Leases leases = Leases.join(folder, "w" + name, EXPIRY);
                Journal journal = Journal.open(own, SuiteStage.MANIFEST)) {
            var memo = new Memo(journal);
            var desk = new SuiteWorker.Desk(folder, journal, memo, leases, Duration.ofMillis(50));
            Bench bench = jobs -> {
                beforeEachBatch.run();
                return work(jobs, memo);
            };
            return new SuiteWorker(suite(), Share.ALL, desk, bench, book -> {}).work();
        }
    }

    /**
     * {@code MODELS FOLDER RUNS}: with {@value #RUNS} runs it says {@code waiting} once it has begun what it will not end, with
     * more it works until it is killed.
     */
    public static void main(String[] args) {
        int[] batch = {0};
        int runs = Integer.parseInt(args[2]);
        new TinySuite(Path.of(args[0]), runs).work(Path.of(args[1]), "worker-1", () -> {
            if (runs != RUNS) return;
            if (++batch[0] < STOPS_AT) return;
            System.out.println("waiting");
            try {
                Thread.sleep(Duration.ofMinutes(5));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    static Process child(Path models, Path folder, int runs) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--add-modules",
                        "jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        TinySuite.class.getName(),
                        models.toString(),
                        folder.toString(),
                        Integer.toString(runs))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
