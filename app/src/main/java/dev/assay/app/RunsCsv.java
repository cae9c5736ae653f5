package dev.assay.app;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.suite.Split;
import java.util.List;
import java.util.stream.Collectors;

/** Runs as a table for other programs (RFC 4180): a line for each. */
final class RunsCsv {
    private static final List<String> HEAD = List.of(
            "target",
            "behaviour",
            "split",
            "reference",
            "tool",
            "investigator",
            "dose",
            "run",
            "verdict",
            "right",
            "near",
            "wrong",
            "replies",
            "tokens",
            "claims");

    private RunsCsv() {}

    static String text(List<AuditRecord> runs) {
        return line(HEAD) + runs.stream().map(r -> line(cells(r))).collect(Collectors.joining());
    }

    private static List<String> cells(AuditRecord r) {
        return List.of(
                r.target(),
                AuditTable.behaviour(r.target()),
                Split.of(r.target()),
                r.reference(),
                r.tool(),
                r.investigator(),
                Double.toString(r.dose()),
                Integer.toString(r.run()),
                r.grade().verdict().word(),
                Integer.toString(r.grade().right().size()),
                Integer.toString(r.grade().near().size()),
                Integer.toString(r.grade().wrong().size()),
                Integer.toString(r.replies()),
                Integer.toString(r.tokens()),
                RunsCommands.claims(r));
    }

    private static String line(List<String> cells) {
        return cells.stream().map(RunsCsv::quoted).collect(Collectors.joining(",")) + "\r\n";
    }

    private static String quoted(String cell) {
        return cell.matches("(?s).*[\",\r\n].*") ? '"' + cell.replace("\"", "\"\"") + '"' : cell;
    }
}
