package dev.assay.audit.suite;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.audit.AuditRecord;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Journal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The whole records of runs in a folder of audits: of a suite those that count, in the plan's order. */
public final class RunFolder {
    private RunFolder() {}

    /** A run that ended. */
    public record Run(String key, AuditRecord record) {}

    /** All runs. {@link dev.assay.journal.JournalException} if it is no such folder. */
    public static List<Run> read(Path folder) {
        List<JsonNode> bodies = Journal.read(folder).records(SuiteBook.RECORD);
        return Files.exists(folder.resolve(Suite.FILE)) ? ofSuite(folder, bodies) : all(bodies);
    }

    private static List<Run> all(List<JsonNode> bodies) {
        Set<String> seen = new HashSet<>();
        var runs = new ArrayList<Run>();
        for (JsonNode body : bodies) if (seen.add(body.path("key").asText())) runs.add(run(body));
        return runs;
    }

    private static List<Run> ofSuite(Path folder, List<JsonNode> bodies) {
        Map<SuiteControl.Attempt, JsonNode> found = new HashMap<>();
        for (JsonNode body : bodies)
            found.putIfAbsent(
                    new SuiteControl.Attempt(
                            body.path("key").asText(), body.path("attempt").asInt(1)),
                    body);
        SuiteBook book = SuiteStatus.book(folder);
        return book.runs().stream()
                .flatMap(r -> Optional.ofNullable(found.get(book.current(r))).stream())
                .map(RunFolder::run)
                .toList();
    }

    private static Run run(JsonNode body) {
        return new Run(body.path("key").asText(), CanonicalJson.value(body.path("record"), AuditRecord.class));
    }
}
