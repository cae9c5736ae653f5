package dev.assay.app;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.suite.RunFolder;
import dev.assay.audit.suite.StaticReport;
import dev.assay.audit.suite.Suite;
import dev.assay.audit.suite.SuiteForecast;
import dev.assay.audit.suite.SuiteStatistics;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Snapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a folder of runs holds, and what is known of its targets.
 *
 * @param about what the user calls it
 * @param runs that count, in the plan's order
 * @param forecast of a suite
 * @param shown what tools show of the same targets without an agent; empty where nobody evaluated that
 */
record SuiteResult(
        SuiteCopy.About about,
        List<RunFolder.Run> runs,
        SuiteStatistics statistics,
        Optional<SuiteForecast> forecast,
        SuiteTargets targets,
        List<StaticReport.Row> shown) {

    /** Of a copy of a suite's runs or of other audits. */
    static SuiteResult of(Path copy, Snapshot found) {
        Optional<Suite> suite =
                Files.exists(copy.resolve(Suite.FILE)) ? Optional.of(Suite.read(copy)) : Optional.empty();
        List<RunFolder.Run> runs = RunFolder.of(copy, found);
        List<AuditRecord> records = runs.stream().map(RunFolder.Run::record).toList();
        List<String> tools = suite.map(s -> s.plan().tools())
                .orElseGet(
                        () -> records.stream().map(AuditRecord::tool).distinct().toList());
        return new SuiteResult(
                SuiteCopy.About.read(copy),
                runs,
                SuiteStatistics.of(
                        records,
                        tools,
                        AuditTable::behaviour,
                        suite.flatMap(s -> s.plan().judge())),
                suite.map(SuiteText::forecast),
                SuiteTargets.read(copy),
                shown(found, suite));
    }

    List<AuditRecord> records() {
        return runs.stream().map(RunFolder.Run::record).toList();
    }

    String distinct(Function<AuditRecord, String> what) {
        return runs.stream().map(RunFolder.Run::record).map(what).distinct().collect(Collectors.joining(", "));
    }

    /** Of the last static evaluation; of a suite only targets that are still the models that were read. */
    private static List<StaticReport.Row> shown(Snapshot found, Optional<Suite> suite) {
        List<String> models = found.records(AuditStaticCommand.RECORD).stream()
                .map(r -> r.path("key").asText())
                .toList();
        return found
                .last(StaticReport.RECORD)
                .map(r -> CanonicalJson.value(r, StaticReport.class))
                .map(StaticReport::rows)
                .orElse(List.of())
                .stream()
                .filter(row -> suite.isEmpty() || same(suite.get(), row, models))
                .toList();
    }

    private static boolean same(Suite suite, StaticReport.Row row, List<String> models) {
        return suite.subjects().stream()
                .filter(s -> s.target().equals(row.target()))
                .anyMatch(s -> models.stream().anyMatch(m -> m.startsWith(s.targetModel() + " ")));
    }
}
