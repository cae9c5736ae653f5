package dev.assay.app;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Claim;
import dev.assay.audit.inspect.EvalExport;
import dev.assay.audit.inspect.EvalImport;
import dev.assay.audit.suite.RunFolder;
import dev.assay.audit.suite.RunIndex;
import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Journal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What can be done with the runs of a folder. */
final class RunsCommands {
    private RunsCommands() {}

    /** A folder of runs, and which of them. */
    abstract static class OfFolder implements Callable<Integer> {
        @Parameters(paramLabel = "DIR", description = "run folder of assay audit run or of a suite")
        Path folder = Path.of("");

        @Option(names = "--target", paramLabel = "NAME", description = "runs on this target alone")
        @Nullable
        String target;

        @Option(
                names = "--tool",
                completionCandidates = Candidates.Tools.class,
                paramLabel = "TOOL",
                description = "runs with this tool alone")
        @Nullable
        String tool;

        @Option(
                names = "--verdict",
                paramLabel = "WORD",
                description = "hit, near-miss, miss, clean, false-alarm, void")
        @Nullable
        String verdict;

        /** Without talks and logs. */
        final List<RunFolder.Run> briefs(RunIndex index) {
            List<RunFolder.Run> found = index.briefs().stream()
                    .filter(r -> target == null || r.record().target().equals(target))
                    .filter(r -> tool == null || r.record().tool().equals(tool))
                    .filter(r -> verdict == null
                            || r.record().grade().verdict().word().equals(verdict))
                    .toList();
            if (found.isEmpty()) throw new UserException("there is no such run in " + folder);
            return found;
        }

        final List<RunFolder.Run> runs() {
            try (RunIndex index = RunLookup.open(folder)) {
                return briefs(index).stream().map(index::whole).toList();
            }
        }
    }

    @Command(name = "list", description = "Lists runs: how each ended and what it claims.")
    static final class Listing extends OfFolder {
        private static final int CLAIMS = 60;

        @Option(names = "--json", description = ModelCommand.JSON)
        boolean json;

        @Override
        public Integer call() {
            List<AuditRecord> runs;
            try (RunIndex index = RunLookup.open(folder)) {
                runs = briefs(index).stream().map(RunFolder.Run::record).toList();
            }
            if (json) {
                System.out.println(CanonicalJson.tree(
                        runs.stream().map(RunsCommands::brief).toList()));
                return 0;
            }
            var rows =
                    new ArrayList<>(List.of(List.of("target", "tool", "dose", "run", "verdict", "tokens", "claims")));
            for (AuditRecord r : runs)
                rows.add(List.of(
                        r.target(),
                        r.tool(),
                        Double.toString(r.dose()),
                        Integer.toString(r.run()),
                        r.grade().verdict().word(),
                        Integer.toString(r.tokens()),
                        TextTable.shortened(claims(r), CLAIMS)));
            System.out.print(TextTable.left(rows));
            return 0;
        }
    }

    @Command(name = "search", description = "Finds a text, in any case, in claims, research logs and talks.")
    static final class Search extends OfFolder {
        private static final int AROUND = 60;

        @Parameters(index = "1", paramLabel = "TEXT", description = "what to look for")
        String text = "";

        @Option(names = "--json", description = ModelCommand.JSON)
        boolean json;

        /** A place where the text stands. */
        record Found(String target, String tool, int run, String where, String words) {}

        @Override
        public Integer call() {
            if (text.isBlank()) throw new UserException("give a text to look for");
            List<Found> found;
            try (RunIndex index = RunLookup.open(folder)) {
                found = index.find(briefs(index), text).stream()
                        .map(this::found)
                        .toList();
            }
            if (json) System.out.println(CanonicalJson.tree(found));
            else
                for (Found f : found)
                    System.out.println(
                            f.target() + ", " + f.tool() + ", run " + f.run() + ", " + f.where() + ": " + f.words());
            return 0;
        }

        private Found found(RunIndex.Found f) {
            String in = f.words();
            int at = in.toLowerCase(Locale.ROOT).indexOf(text.toLowerCase(Locale.ROOT));
            String words = in.substring(Math.max(0, at - AROUND), Math.min(in.length(), at + text.length() + AROUND));
            AuditRecord r = f.run().record();
            return new Found(
                    r.target(),
                    r.tool(),
                    r.run(),
                    f.place(),
                    words.replaceAll("\\s+", " ").strip());
        }
    }

    @Command(
            name = "export",
            description = {
                "Writes runs to a file: a log that Inspect opens (eval), a line of figures for each run (csv),"
                        + " whole records (jsonl), or the report that carries all of them (html)."
            })
    static final class Export extends OfFolder {
        @Option(names = "--format", paramLabel = "FORMAT", required = true, description = "eval, csv, jsonl or html")
        String format = "";

        @Option(names = "--out", paramLabel = "FILE", required = true, description = "the file, which is replaced")
        Path out = Path.of("");

        @Override
        public Integer call() {
            if (format.equals("html")) return page();
            List<RunFolder.Run> runs = runs();
            List<AuditRecord> records = runs.stream().map(RunFolder.Run::record).toList();
            switch (format) {
                case "eval" ->
                    new EvalExport(
                                    folder.toAbsolutePath()
                                            .normalize()
                                            .getFileName()
                                            .toString(),
                                    Instant.now(),
                                    runs,
                                    r -> AgentRuns.result(folder, r))
                            .write(out);
                case "csv" -> write(RunsCsv.text(records));
                case "jsonl" ->
                    write(records.stream()
                            .map(r -> new String(CanonicalJson.bytes(r), StandardCharsets.UTF_8) + "\n")
                            .collect(Collectors.joining()));
                default -> throw new UserException("--format takes eval, csv, jsonl or html, not " + format);
            }
            System.out.println(runs.size() + " runs in " + out);
            return 0;
        }

        private int page() {
            if (target != null || tool != null || verdict != null)
                throw new UserException("--format html writes all runs: leave out --target, --tool and --verdict");
            try (SuiteCopy copy = SuiteCopy.of(folder, Optional.empty())) {
                SuitePage.write(copy, out);
                System.out.println(copy.result().runs().size() + " runs in " + out);
            }
            return 0;
        }

        private void write(String text) {
            AtomicFile.write(out, text.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Command(
            name = "import",
            description = {
                "Takes the runs of an Inspect log, or of a page of assay audit suite report --html, into a folder that"
                        + " assay runs, audit show, runs score and view read.",
                "What Assay exported comes back whole; of other logs the first score says hit or miss. A page's runs need a"
                        + " folder of their own."
            })
    static final class Import implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "an .eval file or a page")
        Path file = Path.of("");

        @Option(names = "--out", paramLabel = "DIR", description = "folder (default: runs/imported)")
        Path out = Path.of("runs", "imported");

        @Override
        public Integer call() {
            return SuitePage.is(file) ? page() : log();
        }

        private int page() {
            try (SuiteCopy copy = SuitePage.read(file).copy()) {
                int runs = copy.result().runs().size();
                boolean fresh = copy.put(out);
                System.out.println(runs + " runs in " + file + ", " + (fresh ? runs : 0) + " of them new in " + out);
            }
            return 0;
        }

        private int log() {
            int[] counts = {0, 0};
            try (Journal journal = Journal.open(out, AuditGround.MANIFEST)) {
                Set<String> known = new HashSet<>();
                journal.records(AuditRunCommand.RECORD)
                        .forEach(r -> known.add(r.path("key").asText()));
                EvalImport.read(file, run -> {
                    counts[0]++;
                    if (!known.add(run.key())) return;
                    journal.append(AuditRunCommand.RECORD, Map.of("key", run.key(), "record", run.run()));
                    counts[1]++;
                });
            }
            System.out.println(counts[0] + " runs in " + file + ", " + counts[1] + " of them new in " + out);
            return 0;
        }
    }

    static String claims(AuditRecord r) {
        return r.claims().all().stream().map(Claim::name).collect(Collectors.joining(", "));
    }

    private static Map<String, Object> brief(AuditRecord r) {
        return Map.of(
                "target", r.target(),
                "tool", r.tool(),
                "investigator", r.investigator(),
                "dose", r.dose(),
                "run", r.run(),
                "grade", r.grade(),
                "claims", r.claims().all(),
                "replies", r.replies(),
                "tokens", r.tokens());
    }
}
