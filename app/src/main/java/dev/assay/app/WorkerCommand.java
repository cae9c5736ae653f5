package dev.assay.app;

import dev.assay.audit.suite.Share;
import dev.assay.audit.suite.Suite;
import dev.assay.journal.BusyException;
import dev.assay.journal.Journal;
import dev.assay.journal.Segments;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "worker",
        footerHeading = "%nExamples:%n",
        footer = {"  assay worker runs/suites/suite"},
        description = {
            "Helps with a suite that assay audit suite has planned, on this machine or on another that shares the folder.",
            "No run is held twice: a worker that dies is given up, and others take over what it had begun."
        })
final class WorkerCommand implements Callable<Integer> {
    private static final int MOST = 1000;

    @Parameters(paramLabel = "DIR", description = "the suite's folder")
    Path folder = Path.of("");

    @Option(
            names = "--shard",
            paramLabel = "i/n",
            defaultValue = "0/1",
            description = "begins with the targets of this part, from 0/n to n-1/n, and then helps with the others")
    String shard = "0/1";

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description =
                    "of this worker's journal (default: shard-i, or the first of worker-1, worker-2 … that is free)")
    @Nullable
    String name;

    @Mixin
    SuiteShift shift = new SuiteShift();

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    @Override
    public Integer call() {
        Share share = Share.parse(shard);
        Suite suite = Suite.read(folder);
        try (AuditGround ground = AuditGround.open(() -> journal(share), SuiteGround.roles(suite.plan()));
                SuiteGround bench = new SuiteGround(ground, suite.plan())) {
            String own = ground.journal().folder().getFileName().toString();
            AuditSuiteCommand.tell(shift.work(suite, folder, own, share, ground, bench), folder, ground);
        }
        return AuditSuiteCommand.status(folder, json);
    }

    private Journal journal(Share share) {
        if (name != null) return open(AuditGround.fileName(name));
        if (share.of() > 1) return open("shard-" + share.index());
        for (int i = 1; i < MOST; i++) {
            try {
                return open("worker-" + i);
            } catch (BusyException e) {
                // somebody else's
            }
        }
        throw new UserException(MOST + " workers have journals in " + folder + ": give --name");
    }

    private Journal open(String segment) {
        return Journal.open(Segments.of(folder, segment), AuditGround.MANIFEST);
    }
}
