package dev.assay.app;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.suite.PublishedFindings;
import dev.assay.audit.suite.Split;
import dev.assay.audit.suite.Suite;
import dev.assay.audit.suite.SuiteBook;
import dev.assay.audit.suite.SuiteForecast;
import dev.assay.audit.suite.SuitePlan;
import dev.assay.audit.suite.SuiteStatistics;
import dev.assay.audit.suite.SuiteStatus;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Leases;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Prints a suite: the table of what is there, and how it stands. */
final class SuiteText {
    private final Path folder;

    SuiteText(Path folder) {
        this.folder = folder;
    }

    /** Table and status; the exit code is 1 where runs failed. */
    int print(boolean json) {
        SuiteBook book = SuiteStatus.book(folder);
        SuiteStatus status = SuiteStatus.of(folder);
        List<AuditRecord> records = book.records();
        var table = new AuditTable(records, (target, dose) -> Optional.empty());
        if (json) {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("status", status);
            out.put("forecast", forecast());
            out.put("statistics", statistics(records));
            out.put("table", table.json());
            System.out.println(CanonicalJson.tree(out));
        } else {
            if (!records.isEmpty()) {
                System.out.println(table.text());
                System.out.println(new SuiteTables(statistics(records)).text());
                System.out.println(split(table, records));
            }
            System.out.print(text(status));
        }
        return status.errors() == 0 ? 0 : 1;
    }

    private SuiteStatistics statistics(List<AuditRecord> records) {
        return SuiteStatistics.of(records, plan().tools(), AuditTable::behaviour, plan().judge());
    }

    private SuitePlan plan() {
        return Suite.read(folder).plan();
    }

    private SuiteForecast forecast() {
        return forecast(Suite.read(folder));
    }

    /** What a suite can hope to see. */
    static SuiteForecast forecast(Suite suite) {
        return SuiteForecast.of(suite, AuditTable::behaviour, name -> name.startsWith("twin-"));
    }

    /** Where tools may be chosen, and where the figure that counts is read. */
    private static String split(AuditTable table, List<AuditRecord> records) {
        long development =
                records.stream().filter(r -> Split.development(r.target())).count();
        return development == 0 || development == records.size()
                ? ""
                : table.bySummary(r -> r.tool() + " " + Split.of(r.target()), "tool, split");
    }

    int status(SuiteStatus status, boolean json) {
        if (json) System.out.println(CanonicalJson.tree(status));
        else System.out.print(text(status));
        return status.damages().isEmpty() ? 0 : Assay.USER_ERROR;
    }

    /** Prints which published orderings hold on what is there. */
    int findings(boolean json) {
        List<PublishedFindings.Finding> findings =
                PublishedFindings.of(SuiteStatus.book(folder).records());
        if (json) System.out.println(CanonicalJson.tree(findings));
        else System.out.print(SuiteTables.findings(findings));
        return 0;
    }

    private String text(SuiteStatus s) {
        var out = new StringBuilder(folder + ": " + s.line() + "\n");
        if (!s.order().equals("run")) out.append("told to ").append(s.order()).append('\n');
        for (Leases.Worker w : s.workers())
            out.append("worker ")
                    .append(w.member())
                    .append(", process ")
                    .append(w.pid())
                    .append(", last heard of ")
                    .append(w.at())
                    .append('\n');
        s.failed().forEach(f -> out.append("failed: ").append(f).append('\n'));
        s.damages().forEach(d -> out.append("damaged: ").append(d).append('\n'));
        return out.toString();
    }
}
