package dev.assay.app;

import dev.assay.audit.suite.Share;
import dev.assay.audit.suite.Suite;
import dev.assay.audit.suite.SuiteControl;
import dev.assay.audit.suite.SuiteException;
import dev.assay.audit.suite.SuitePlan;
import dev.assay.audit.suite.SuiteStatus;
import dev.assay.audit.suite.SuiteWorker;
import dev.assay.journal.BusyException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "suite",
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay audit suite suite.yaml",
            "  assay audit suite suite.yaml --prepare",
            "  assay audit suite status runs/suites/suite"
        },
        description = {
            "Audits many targets, each with each tool, so many times, as a file says (docs/suites.md), and prints the"
                    + " table.",
            "Every cell gets its first run before any gets a second. The same command again goes on; other processes"
                    + " help with assay worker DIR; the subcommands look at it and steer it from another terminal."
        },
        subcommands = {
            SuiteCommands.Status.class,
            SuiteCommands.Findings.class,
            SuiteCommands.Report.class,
            SuiteCommands.Pause.class,
            SuiteCommands.Resume.class,
            SuiteCommands.Cancel.class,
            SuiteCommands.Requeue.class
        })
final class AuditSuiteCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", arity = "0..1", description = "the suite, a YAML file")
    @Nullable
    Path file;

    @Option(names = "--out", paramLabel = "DIR", description = "its folder (default: runs/suites/NAME-OF-THE-FILE)")
    @Nullable
    Path out;

    @Option(names = "--prepare", description = "writes the plan for workers and audits nothing")
    boolean prepare;

    @Mixin
    SuiteShift shift = new SuiteShift();

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    @Override
    public Integer call() {
        if (file == null)
            throw new UserException(
                    "give the suite's file, or one of status, findings, report, pause, resume, cancel, requeue with its"
                            + " folder; see assay audit suite --help");
        SuitePlan plan = SuitePlan.read(file);
        Path folder = out == null ? standard(file) : out;
        try (AuditGround ground = open(folder, plan);
                SuiteGround bench = new SuiteGround(ground, plan)) {
            Suite suite = bench.prepare();
            List<String> changed = changed(suite, folder);
            suite.write(folder);
            if (!changed.isEmpty())
                ground.progress()
                        .say("in " + folder + " so far " + changed.getFirst()
                                + (changed.size() == 1 ? "" : " and " + (changed.size() - 1) + " more targets")
                                + " or what they are compared with were other models, made otherwise or computed with another"
                                + " --arithmetic or --device: runs of those are kept, and not counted");
            ground.progress()
                    .say(folder + ": " + suite.runs().size() + " runs on "
                            + suite.subjects().size() + " targets");
            ground.progress().say(SuiteText.forecast(suite).line());
            if (!prepare) tell(shift.work(suite, folder, "suite", Share.ALL, ground, bench), folder, ground);
        }
        return new SuiteText(folder).print(json);
    }

    private static List<String> changed(Suite suite, Path folder) {
        try {
            return suite.changedSince(Suite.read(folder));
        } catch (SuiteException e) {
            return List.of(); // none there yet, or one that is written anew
        }
    }

    private static AuditGround open(Path folder, SuitePlan plan) {
        try {
            return AuditGround.open(folder, SuiteGround.roles(plan));
        } catch (BusyException e) {
            throw new UserException(e.getMessage() + ". To help with its suite: assay worker " + folder, e);
        }
    }

    static void tell(SuiteWorker.Ending ending, Path folder, AuditGround ground) {
        switch (ending) {
            case DONE -> {}
            case CANCELLED ->
                ground.progress().say("cancelled; assay audit suite resume " + folder + " and the same command go on");
            case SPENT -> ground.progress().say("the budget is spent; a larger one and the same command go on");
        }
    }

    private static Path standard(Path file) {
        return Path.of("runs", "suites", file.getFileName().toString().replaceAll("\\.ya?ml$", ""));
    }

    /** Prints how a folder stands. */
    static int status(Path folder, boolean json) {
        return new SuiteText(folder).status(SuiteStatus.of(folder), json);
    }

    /** Gives an order and prints how the folder stands. */
    static int order(Path folder, SuiteControl.Order order, boolean json) {
        Suite.read(folder);
        new SuiteControl(folder).give(order);
        return status(folder, json);
    }
}
