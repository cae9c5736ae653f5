package dev.assay.audit.suite;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.audit.AuditRecord;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Journal;
import dev.assay.journal.Snapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The whole records of runs in a folder of audits: of a suite those that count, in the plan's order. */
public final class RunFolder {
    private RunFolder() {}

    /**
     * A run that ended.
     *
     * @param seconds that it took of a suite's time; empty where nobody looked at the clock
     */
    public record Run(String key, AuditRecord record, OptionalDouble seconds) {}

    /** All runs. {@link dev.assay.journal.JournalException} if it is no such folder. */
    public static List<Run> read(Path folder) {
        Snapshot found = Journal.read(folder);
        List<JsonNode> bodies = found.records(SuiteBook.RECORD);
        return Files.exists(folder.resolve(Suite.FILE))
                ? ofSuite(folder, bodies, found.records(SuiteBook.SECONDS))
                : all(bodies);
    }

    private static List<Run> all(List<JsonNode> bodies) {
        Set<String> seen = new HashSet<>();
        var runs = new ArrayList<Run>();
        for (JsonNode body : bodies)
            if (seen.add(body.path("key").asText())) runs.add(run(body, OptionalDouble.empty()));
        return runs;
    }

    private static List<Run> ofSuite(Path folder, List<JsonNode> bodies, List<JsonNode> clocks) {
        Map<SuiteControl.Attempt, JsonNode> found = byAttempt(bodies);
        Map<SuiteControl.Attempt, JsonNode> seconds = byAttempt(clocks);
        SuiteBook book = SuiteStatus.book(folder);
        return book.runs().stream()
                .map(book::current)
                .flatMap(a ->
                        Optional.ofNullable(found.get(a)).map(body -> run(body, seconds(seconds.get(a)))).stream())
                .toList();
    }

    private static Map<SuiteControl.Attempt, JsonNode> byAttempt(List<JsonNode> bodies) {
        Map<SuiteControl.Attempt, JsonNode> found = new HashMap<>();
        for (JsonNode body : bodies)
            found.putIfAbsent(
                    new SuiteControl.Attempt(
                            body.path("key").asText(), body.path("attempt").asInt(1)),
                    body);
        return found;
    }

    private static OptionalDouble seconds(@Nullable JsonNode body) {
        return body == null
                ? OptionalDouble.empty()
                : OptionalDouble.of(body.path("seconds").asDouble());
    }

    private static Run run(JsonNode body, OptionalDouble seconds) {
        return new Run(body.path("key").asText(), CanonicalJson.value(body.path("record"), AuditRecord.class), seconds);
    }
}
