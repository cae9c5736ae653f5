package dev.assay.audit.suite;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Claims;
import dev.assay.audit.Grade;
import dev.assay.audit.Verdict;
import dev.assay.journal.Journal;
import dev.assay.journal.Leases;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.journal.Segments;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Suites whose audits are made up, in a folder of a test. */
final class SuiteStage {
    static final Manifest MANIFEST = Manifest.ofCache("audits");

    private final Path folder;
    /** All runs that were held, in order. */
    final List<Bench.Job> held = Collections.synchronizedList(new ArrayList<>());
    /** How a run ends. */
    Function<Bench.Job, Verdict> verdict = job -> Verdict.MISS;

    SuiteStage(Path folder) {
        this.folder = folder;
    }

    static SuitePlan plan(String yaml) {
        try {
            Path file = Files.createTempFile("suite", ".yaml");
            Files.writeString(file, yaml);
            return SuitePlan.read(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Targets t0, t1 … with two tools. */
    static Suite suite(int targets, int runs, String more) {
        List<String> names = IntStream.range(0, targets).mapToObj(i -> "t" + i).toList();
        SuitePlan plan = plan("targets: " + names + "\ntools: [chat, user]\nruns: " + runs + "\n" + more);
        return new Suite(
                plan,
                names.stream()
                        .map(n -> new Subject(n, "twin", "model-" + n, "model-twin"))
                        .toList());
    }

    static AuditRecord record(String target, String tool, int run, Verdict verdict, int tokens) {
        List<String> none = List.of();
        return new AuditRecord(
                target,
                "twin",
                tool,
                "contrast",
                1,
                run,
                new Grade(verdict, verdict == Verdict.HIT ? List.of("right") : none, none, none, ""),
                new Claims(true, List.of()),
                List.of(),
                List.of(),
                10,
                tokens,
                100,
                List.of(),
                List.of(),
                List.of("a line of the log"));
    }

    Bench bench() {
        return jobs -> {
            held.addAll(jobs);
            return jobs.stream()
                    .<java.util.function.Supplier<AuditRecord>>map(j -> () ->
                            record(j.run().target(), j.run().tool(), j.run().number(), verdict.apply(j), 100))
                    .toList();
        };
    }

    /** The work of one worker; its journal is the folder's own where it has no name. */
    SuiteWorker.Ending work(Suite suite, String name, Share share, Bench bench) {
        Path own = name.isEmpty() ? folder : Segments.of(folder, name);
        try (Leases leases = Leases.join(folder, "w" + name, Duration.ofSeconds(1));
                Journal journal = Journal.open(own, MANIFEST)) {
            var desk = new SuiteWorker.Desk(folder, journal, new Memo(journal), leases, Duration.ofMillis(10));
            return new SuiteWorker(suite, share, desk, bench, book -> {}).work();
        }
    }

    SuiteWorker.Ending work(Suite suite) {
        return work(suite, "", Share.ALL, bench());
    }

    List<String> heldNames() {
        return held.stream()
                .map(j ->
                        j.run().target() + " " + j.run().tool() + " " + j.run().number())
                .toList();
    }
}
