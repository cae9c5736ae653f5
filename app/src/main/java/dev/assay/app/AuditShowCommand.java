package dev.assay.app;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Finding;
import dev.assay.audit.suite.RunIndex;
import dev.assay.journal.CanonicalJson;
import dev.assay.lm.Message;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "show",
        description =
                "Prints the runs of a folder: the research log, findings, leads, what the tool pointed at, and talks.")
final class AuditShowCommand implements Callable<Integer> {
    private static final int LINE = 240;

    @Parameters(paramLabel = "DIR", description = "run folder of assay audit run")
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

    @Option(names = "--run", paramLabel = "N", description = "this run alone")
    @Nullable
    Integer run;

    @Option(names = "--talks", paramLabel = "N", defaultValue = "0", description = "prints so many talks of each run")
    int talks;

    @Option(names = "--json", description = "print the records as JSON")
    boolean json;

    @Override
    public Integer call() {
        List<AuditRecord> found;
        try (RunIndex index = RunLookup.open(folder)) {
            found = index.briefs().stream()
                    .filter(r -> target == null || r.record().target().equals(target))
                    .filter(r -> tool == null || r.record().tool().equals(tool))
                    .filter(r -> run == null || r.record().run() == run)
                    .map(r -> index.whole(r).record())
                    .toList();
        }
        if (found.isEmpty()) throw new UserException("there is no such run in " + folder + "; see assay audit run");
        if (json) System.out.println(new String(CanonicalJson.pretty(found), StandardCharsets.UTF_8));
        else found.forEach(r -> System.out.print(text(r)));
        return 0;
    }

    private String text(AuditRecord r) {
        var out = new StringBuilder();
        out.append(String.format(
                Locale.ROOT,
                "%s against %s, tool %s, dose %s, run %d: %s (%d replies, %d tokens)%n",
                r.target(),
                r.reference(),
                r.tool(),
                r.dose(),
                r.run(),
                r.grade().verdict().word(),
                r.replies(),
                r.tokens()));
        r.log().forEach(line -> out.append("  ").append(line).append('\n'));
        if (r.findings().isEmpty())
            r.claims()
                    .all()
                    .forEach(c -> out.append("  claims ")
                            .append(shortened(c.name() + ": " + c.statement()))
                            .append('\n'));
        r.findings().forEach(f -> out.append("  found  ").append(line(f)));
        r.leads().forEach(f -> out.append("  lead   ").append(line(f)));
        for (AuditRecord.Pointer p : r.pointers())
            out.append(String.format(
                    Locale.ROOT,
                    "  tool   %s: %.2f above the twin (e %.3g), as in \"%s\"%n",
                    p.quirk(),
                    p.difference(),
                    p.eValue(),
                    shortened(p.example())));
        r.talks().stream().limit(talks).forEach(t -> {
            out.append("  talk   [")
                    .append(t.family())
                    .append(", ")
                    .append(t.origin())
                    .append("]\n");
            for (int i = 0; i < t.target().size(); i++) {
                Message m = t.target().get(i);
                out.append("    ")
                        .append(m.role().key())
                        .append(": ")
                        .append(shortened(m.content()))
                        .append('\n');
                if (m.role() == Message.Role.ASSISTANT && i < t.reference().size())
                    out.append("    reference: ")
                            .append(shortened(t.reference().get(i).content()))
                            .append('\n');
            }
        });
        return out.append('\n').toString();
    }

    private static String line(Finding f) {
        return String.format(
                Locale.ROOT,
                "%s: effect %.2f %s, p %.2g, %d pairs. %s%n",
                f.quirk(),
                f.effect(),
                f.interval(),
                f.p(),
                f.pairs(),
                f.statement());
    }

    private static String shortened(String text) {
        return TextTable.shortened(text, LINE);
    }
}
