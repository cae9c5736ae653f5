package dev.assay.app;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Verdict;
import dev.assay.audit.suite.RunFolder;
import dev.assay.report.HtmlReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** All runs of a suite at the end of its report, by tool and behaviour: what its numbers lead to. */
final class SuiteRunList {
    private static final List<String> HEAD =
            List.of("target", "dose", "run", "verdict", "replies", "tokens", "seconds", "claims");

    private final List<RunFolder.Run> runs;

    SuiteRunList(List<RunFolder.Run> runs) {
        this.runs = runs;
    }

    void write(HtmlReport page, String folder) {
        page.section("Runs");
        page.prose("What each number comes from. The talks and the log of one: assay audit show " + folder
                + " --target TARGET --tool TOOL --run N --talks 9, or assay view " + folder
                + "\nThis page carries them, with their talks. assay runs verify FILE computes its numbers anew, assay runs"
                + " import FILE --out DIR gives back the folder.");
        byTool().forEach((tool, its) -> page.details(
                tool + ": " + counted(its),
                SuiteAnchors.tool(tool),
                inside -> byRow(its)
                        .forEach((row, cell) -> inside.details(
                                row + ": " + counted(cell),
                                SuiteAnchors.cell(tool, row),
                                list -> list.table(
                                        "",
                                        HEAD,
                                        cell.stream().map(SuiteRunList::line).toList())))));
    }

    private Map<String, List<RunFolder.Run>> byTool() {
        return runs.stream()
                .collect(Collectors.groupingBy(r -> r.record().tool(), LinkedHashMap::new, Collectors.toList()));
    }

    private static Map<String, List<RunFolder.Run>> byRow(List<RunFolder.Run> runs) {
        return runs.stream()
                .collect(Collectors.groupingBy(r -> SuiteAnchors.row(r.record()), TreeMap::new, Collectors.toList()));
    }

    private static String counted(List<RunFolder.Run> runs) {
        Map<String, Long> verdicts = runs.stream()
                .map(r -> r.record().grade().verdict())
                .collect(Collectors.groupingBy(Verdict::word, TreeMap::new, Collectors.counting()));
        return runs.size()
                + (runs.size() == 1 ? " run, " : " runs, ")
                + verdicts.entrySet().stream()
                        .map(e -> e.getValue() + " " + e.getKey())
                        .collect(Collectors.joining(", "));
    }

    private static List<String> line(RunFolder.Run run) {
        AuditRecord r = run.record();
        var line = new ArrayList<String>(List.of(
                r.target(),
                Double.toString(r.dose()),
                Integer.toString(r.run()),
                r.grade().verdict().word(),
                Integer.toString(r.replies()),
                Integer.toString(r.tokens())));
        line.add(
                run.seconds().isEmpty()
                        ? ""
                        : String.format(Locale.ROOT, "%.1f", run.seconds().getAsDouble()));
        line.add(RunsCommands.claims(r));
        return line;
    }
}
