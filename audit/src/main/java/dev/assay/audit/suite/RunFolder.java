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
     * @param attempt from 1; a run that was requeued has further ones
     * @param seconds that it took of a suite's time; empty where nobody looked at the clock
     */
    public record Run(String key, int attempt, AuditRecord record, OptionalDouble seconds) {}

    /** All runs. {@link dev.assay.journal.JournalException} if it is no such folder. */
    public static List<Run> read(Path folder) {
        return of(folder, Journal.read(folder, RunFolder::ofRuns));
    }

    private static boolean ofRuns(String type) {
        return SuiteBook.TYPES.contains(type) || type.equals(SuiteBook.SECONDS);
    }

    /** The runs among what was read of a folder. */
    public static List<Run> of(Path folder, Snapshot found) {
        return Files.exists(folder.resolve(Suite.FILE))
                ? ofSuite(SuiteStatus.book(folder, found), found)
                : all(found.records(SuiteBook.RECORD));
    }

    private static List<Run> all(List<JsonNode> bodies) {
        Set<String> seen = new HashSet<>();
        var runs = new ArrayList<Run>();
        for (JsonNode body : bodies)
            if (seen.add(body.path("key").asText())) runs.add(run(body, OptionalDouble.empty()));
        return runs;
    }

    private static List<Run> ofSuite(SuiteBook book, Snapshot found) {
        Map<SuiteControl.Attempt, JsonNode> bodies = byAttempt(found.records(SuiteBook.RECORD));
        Map<SuiteControl.Attempt, JsonNode> clocks = byAttempt(found.records(SuiteBook.SECONDS));
        return book.runs().stream()
                .map(book::current)
                .flatMap(a ->
                        Optional.ofNullable(bodies.get(a)).map(body -> run(body, seconds(clocks.get(a)))).stream())
                .toList();
    }

    private static Map<SuiteControl.Attempt, JsonNode> byAttempt(List<JsonNode> bodies) {
        Map<SuiteControl.Attempt, JsonNode> found = new HashMap<>();
        for (JsonNode body : bodies)
            found.putIfAbsent(new SuiteControl.Attempt(body.path("key").asText(), attempt(body)), body);
        return found;
    }

    private static OptionalDouble seconds(@Nullable JsonNode body) {
        return body == null
                ? OptionalDouble.empty()
                : OptionalDouble.of(body.path("seconds").asDouble());
    }

    static int attempt(JsonNode body) {
        return body.path("attempt").asInt(1);
    }

    static Run run(JsonNode body, OptionalDouble seconds) {
        return new Run(
                body.path("key").asText(),
                attempt(body),
                CanonicalJson.value(body.path("record"), AuditRecord.class),
                seconds);
    }
}
