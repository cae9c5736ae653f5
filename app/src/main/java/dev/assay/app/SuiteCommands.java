package dev.assay.app;

import dev.assay.audit.suite.PlannedRun;
import dev.assay.audit.suite.SuiteBook;
import dev.assay.audit.suite.SuiteControl;
import dev.assay.audit.suite.SuiteStatus;
import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What can be done with a suite from another terminal while it runs. */
final class SuiteCommands {
    private SuiteCommands() {}

    /** A suite's folder, and how to print. */
    abstract static class OfFolder implements Callable<Integer> {
        @Parameters(paramLabel = "DIR", description = "the suite's folder")
        Path folder = Path.of("");

        @Option(names = "--json", description = ModelCommand.JSON)
        boolean json;
    }

    @Command(name = "status", description = "Says how a suite stands, who works on it and what is wrong.")
    static final class Status extends OfFolder {
        @Override
        public Integer call() {
            return AuditSuiteCommand.status(folder, json);
        }
    }

    @Command(
            name = "findings",
            description = "Puts the orderings that AuditBench reports of its targets and tools to a suite's runs.")
    static final class Findings extends OfFolder {
        @Override
        public Integer call() {
            return new SuiteText(folder).findings(json);
        }
    }

    @Command(
            name = "report",
            description = {
                "Writes what a suite, or a folder of assay audit run, has found so far as one HTML file, a PDF or"
                        + " both.",
                "In the HTML every number leads to the runs that it comes from, and the page carries them, with all that was"
                        + " said in them: assay runs verify checks its numbers, assay runs import takes the runs out."
            })
    static final class Report extends OfFolder {
        @Option(names = "--html", paramLabel = "FILE", description = "one self-contained page")
        @Nullable
        Path html;

        @Option(names = "--pdf", paramLabel = "FILE", description = "the same on paper, without the list of runs")
        @Nullable
        Path pdf;

        @Option(
                names = "--static",
                paramLabel = "DIR",
                description = "--out of an assay audit static of the same targets, for the gap (default: DIR itself)")
        @Nullable
        Path statics;

        @Override
        public Integer call() {
            if (html == null && pdf == null)
                throw new UserException("say what to write: --html FILE, --pdf FILE or both");
            try (SuiteCopy copy = SuiteCopy.of(folder, Optional.ofNullable(statics))) {
                SuiteResult result = copy.result();
                if (statics != null && new SuiteGap(result).isEmpty())
                    throw new UserException(statics + " has no evaluation of these targets with these tools:"
                            + " assay audit static TARGET... --tool TOOL,... --out " + statics);
                List<Path> written = new ArrayList<>();
                if (html != null) {
                    SuitePage.write(copy, html);
                    written.add(html);
                }
                if (pdf != null) {
                    AtomicFile.write(pdf, new SuiteReport(result).pdf());
                    written.add(pdf);
                }
                print(result.runs().size(), written);
            }
            return 0;
        }

        private void print(int runs, List<Path> written) {
            if (json)
                System.out.println(CanonicalJson.tree(Map.of(
                        "runs",
                        runs,
                        "files",
                        written.stream().map(Path::toString).toList())));
            else written.forEach(f -> System.out.println(runs + " runs in " + f));
        }
    }

    @Command(name = "pause", description = "Lets no more runs begin; those under way are finished.")
    static final class Pause extends OfFolder {
        @Override
        public Integer call() {
            return AuditSuiteCommand.order(folder, SuiteControl.Order.PAUSE, json);
        }
    }

    @Command(name = "resume", description = "Lets a suite go on that was paused or cancelled.")
    static final class Resume extends OfFolder {
        @Override
        public Integer call() {
            return AuditSuiteCommand.order(folder, SuiteControl.Order.RUN, json);
        }
    }

    @Command(name = "cancel", description = "Ends all workers once the runs under way are finished; nothing is lost.")
    static final class Cancel extends OfFolder {
        @Override
        public Integer call() {
            return AuditSuiteCommand.order(folder, SuiteControl.Order.CANCEL, json);
        }
    }

    @Command(
            name = "requeue",
            description = {
                "Has runs held again, with other random streams.",
                "What was recorded stays and no longer counts."
            })
    static final class Requeue extends OfFolder {
        @Option(names = "--void", description = "those that were void")
        boolean voids;

        @Option(names = "--errors", description = "those that failed")
        boolean errors;

        @Option(names = "--target", paramLabel = "NAME", description = "of this target alone")
        @Nullable
        String target;

        @Option(
                names = "--tool",
                completionCandidates = Candidates.Tools.class,
                paramLabel = "TOOL",
                description = "with this tool alone")
        @Nullable
        String tool;

        @Override
        public Integer call() {
            if (!voids && !errors)
                throw new UserException(
                        "say what to requeue: --void, --errors or both; scored runs are never held again");
            SuiteBook book = SuiteStatus.book(folder);
            List<SuiteControl.Attempt> again = book.runs().stream()
                    .filter(r -> wanted(book.outcome(r)) && wanted(r))
                    .map(book::current)
                    .toList();
            new SuiteControl(folder).requeue(again);
            return AuditSuiteCommand.status(folder, json);
        }

        private boolean wanted(SuiteBook.Outcome outcome) {
            return (voids && outcome == SuiteBook.Outcome.VOID) || (errors && outcome == SuiteBook.Outcome.ERROR);
        }

        private boolean wanted(PlannedRun run) {
            return (target == null || run.target().equals(target))
                    && (tool == null || run.tool().equals(tool));
        }
    }
}
