package dev.assay.app;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Bank;
import dev.assay.audit.BankGrader;
import dev.assay.audit.Rereading;
import dev.assay.audit.Verdict;
import dev.assay.audit.suite.RunComparison;
import dev.assay.audit.suite.RunFolder;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Journal;
import dev.assay.organism.BehaviourException;
import dev.assay.organism.Variant;
import dev.assay.stats.Interval;
import dev.assay.stats.PairedDifference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs beside other runs of the same targets: of another folder, or of another reader. */
final class RunsPairs {
    private static final int CLAIMS = 50;

    private RunsPairs() {}

    @Command(
            name = "diff",
            description = {
                "Compares the runs of two folders, pair by pair: same target, tool, dose and number.",
                "Prints what changed in verdict, findings, effect and tokens, and the paired difference of recall."
            })
    static final class Diff implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "A", description = "a suite or a folder of assay audit run")
        Path one = Path.of("");

        @Parameters(index = "1", paramLabel = "B", description = "another")
        Path other = Path.of("");

        @Option(names = "--json", description = ModelCommand.JSON)
        boolean json;

        @Override
        public Integer call() {
            RunComparison c = RunComparison.of(RunFolder.read(one), RunFolder.read(other), AuditTable::behaviour);
            if (c.pairs() == 0)
                throw new UserException(one + " and " + other
                        + " have no run of the same target, tool, dose and number: there is nothing to compare");
            if (json) System.out.println(CanonicalJson.tree(c));
            else System.out.print(text(c, one.toString(), other.toString()));
            return 0;
        }
    }

    @Command(
            name = "reread",
            description = {
                "Reads the recorded talks of contrast runs again and asks no model: with another bank, another"
                        + " threshold, or by a reader who guesses. What differs is the reader's share of a gap; the rest"
                        + " is the tool's.",
                "Not replayed: talks that another reader would have asked for, a tool's own outputs, and runs of"
                        + " language models (assay runs score grades those anew)."
            })
    static final class Reread implements Callable<Integer> {
        private static final String NAMES = "contrast, guesses";

        @Parameters(paramLabel = "DIR", description = "a suite or a folder of assay audit run")
        Path folder = Path.of("");

        @Option(names = "--out", paramLabel = "DIR", description = "where they are kept (default: DIR-reread)")
        @Nullable
        Path out;

        @Option(
                names = "--reader",
                paramLabel = "READER",
                defaultValue = "contrast",
                description =
                        "contrast (default): what is established; guesses: the ten hypotheses of which replies speak"
                                + " most")
        String reader = "contrast";

        @Option(names = "--without", paramLabel = "NAME", description = "takes an entry out of the bank")
        @Nullable
        String without;

        @Option(
                names = "--false-discoveries",
                paramLabel = "RATE",
                defaultValue = "0.1",
                description = "expected share of false ones among the findings (default: 0.1, as audits have it)")
        double rate;

        @Option(names = "--json", description = ModelCommand.JSON)
        boolean json;

        @Override
        public Integer call() {
            if (!(rate > 0 && rate < 1)) throw new UserException("--false-discoveries must lie between 0 and 1");
            List<RunFolder.Run> recorded = RunFolder.read(folder);
            List<RunFolder.Run> possible = recorded.stream()
                    .filter(r -> Rereading.possible(r.record()))
                    .toList();
            if (possible.isEmpty())
                throw new UserException("there is no run of the contrast investigator in " + folder
                        + ": what language models did can't be read again, only graded (assay runs score)");
            Bank bank = without == null ? Bank.load() : Bank.load().without(without);
            List<RunFolder.Run> again = read(possible, new Rereading(bank, reader(), rate));
            RunComparison c = RunComparison.of(possible, again, AuditTable::behaviour);
            if (json) System.out.println(CanonicalJson.tree(c));
            else {
                System.out.print(text(c, "recorded", "read again"));
                if (possible.size() < recorded.size())
                    System.out.println(recorded.size() - possible.size()
                            + " runs of language models were not read again: see assay runs score");
            }
            return 0;
        }

        private Rereading.Reader reader() {
            try {
                return Rereading.Reader.valueOf(reader.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw new UserException("--reader takes one of " + NAMES + ", not " + reader, e);
            }
        }

        private List<RunFolder.Run> read(List<RunFolder.Run> runs, Rereading rereading) {
            String how = String.join("/", reader, without == null ? "-" : without, Double.toString(rate));
            Path kept = out == null ? Path.of(folder + "-reread") : out;
            var again = new ArrayList<RunFolder.Run>();
            try (Journal journal = Journal.open(kept, AuditGround.MANIFEST);
                    ConsoleProgress progress = ConsoleProgress.onStderr()) {
                Set<String> known = new HashSet<>();
                journal.records(AuditRunCommand.RECORD)
                        .forEach(r -> known.add(r.path("key").asText()));
                for (RunFolder.Run run : runs) {
                    AuditRecord read = graded(rereading.read(run.record()), run.record());
                    String key = run.key() + " " + how;
                    if (known.add(key)) journal.append(AuditRunCommand.RECORD, Map.of("key", key, "record", read));
                    again.add(new RunFolder.Run(key, run.attempt(), read, OptionalDouble.empty()));
                    progress.at("runs read again", again.size(), runs.size());
                }
            }
            return again;
        }

        /** By the same grader; a run that nobody could judge stays so. */
        private static AuditRecord graded(AuditRecord read, AuditRecord recorded) {
            if (recorded.grade().verdict() == Verdict.UNKNOWN) return read;
            try {
                return read.graded(
                        AuditSubjects.grade(Variant.of(read.target()).behaviour(), read.claims(), new BankGrader()));
            } catch (BehaviourException e) {
                return read;
            }
        }
    }

    private static String text(RunComparison c, String one, String other) {
        var out = new StringBuilder();
        out.append(String.format(
                Locale.ROOT,
                "A: %s, B: %s; %d pairs, %d runs in A alone, %d in B alone%n",
                one,
                other,
                c.pairs(),
                c.onlyFirst(),
                c.onlySecond()));
        c.keys()
                .forEach((what, n) -> out.append("keys differ in ")
                        .append(n)
                        .append(" pairs: ")
                        .append(what)
                        .append('\n'));
        out.append('\n').append(verdicts(c)).append('\n').append(differences(c));
        if (!c.changed().isEmpty()) out.append('\n').append(changed(c));
        return out.toString();
    }

    private static String verdicts(RunComparison c) {
        List<String> columns = c.verdicts().values().stream()
                .flatMap(m -> m.keySet().stream())
                .distinct()
                .sorted()
                .toList();
        var head = new ArrayList<>(List.of("verdict in A, in B:"));
        head.addAll(columns);
        var rows = new ArrayList<List<String>>(List.of(head));
        c.verdicts().forEach((verdict, counts) -> {
            var row = new ArrayList<>(List.of(verdict));
            columns.forEach(v -> row.add(Integer.toString(counts.getOrDefault(v, 0))));
            rows.add(row);
        });
        return TextTable.left(rows);
    }

    private static String differences(RunComparison c) {
        return TextTable.left(List.of(
                List.of("B less A", "behaviours", "difference", "95 %", "p", "up/down"),
                difference("recall, points", c.recall(), 100),
                difference("tokens a run", c.tokens(), 1)));
    }

    private static List<String> difference(String what, PairedDifference d, double scale) {
        return List.of(
                what,
                Integer.toString(d.clusters()),
                d.clusters() == 0 ? "-" : String.format(Locale.ROOT, "%+.0f", scale * d.mean()),
                d.interval()
                        .map(i -> new Interval(scale * i.low(), scale * i.high()))
                        .map(i -> String.format(Locale.ROOT, "[%.0f, %.0f]", i.low(), i.high()))
                        .orElse("-"),
                String.format(Locale.ROOT, "%.3g", d.p()),
                d.signs().up() + "/" + d.signs().down());
    }

    private static String changed(RunComparison c) {
        var rows = new ArrayList<>(
                List.of(List.of("target", "tool", "dose", "run", "verdict", "gained", "lost", "effect", "tokens")));
        for (RunComparison.Changed d : c.changed())
            rows.add(List.of(
                    d.target(),
                    d.tool(),
                    Double.toString(d.dose()),
                    Integer.toString(d.run()),
                    String.join(" -> ", d.verdicts()),
                    TextTable.shortened(String.join(", ", d.gained()), CLAIMS),
                    TextTable.shortened(String.join(", ", d.lost()), CLAIMS),
                    effect(d.effects().get(0)) + " -> " + effect(d.effects().get(1)),
                    d.tokens().get(0) + " -> " + d.tokens().get(1)));
        return TextTable.left(rows);
    }

    private static String effect(Optional<Double> effect) {
        return effect.map(e -> String.format(Locale.ROOT, "%.2f", e)).orElse("-");
    }
}
