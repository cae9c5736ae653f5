package dev.assay.audit.suite;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.audit.AuditRecord;
import dev.assay.audit.Verdict;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of the runs of a suite, from the records of all who work on it. A run that was requeued counts by its later
 * attempt. Where two have recorded one attempt, the first that is read counts. Records are kept without talks and logs.
 */
public final class SuiteBook {
    /** The type of the records of runs that ended. */
    public static final String RECORD = "audit";

    static final String ERROR = "audit-error";
    static final String SECONDS = "audit-seconds";

    private final Map<String, PlannedRun> planned = new LinkedHashMap<>();
    private final Map<String, Integer> requeued = new HashMap<>();
    private final Map<SuiteControl.Attempt, AuditRecord> records = new HashMap<>();
    private final Map<SuiteControl.Attempt, String> errors = new HashMap<>();

    private final Map<String, Long> spent = new HashMap<>();

    public SuiteBook(List<PlannedRun> runs) {
        runs.forEach(r -> planned.put(r.key(), r));
    }

    /** How a run stands. */
    public enum Outcome {
        OPEN,
        SCORED,
        VOID,
        ERROR
    }

    /** What a worker records of a run. */
    record Ended(String key, int attempt, AuditRecord record) {}

    /** The same of one that failed. */
    record Failed(String key, int attempt, String error) {}

    /** How long it took, its share of the time of those that were held with it. */
    record Took(String key, int attempt, double seconds) {}

    /** Takes in records; those of other plans are passed over. */
    public void learn(List<Entry> entries) {
        for (Entry e : entries) learn(e.type(), e.body());
    }

    void learn(String type, JsonNode body) {
        String key = body.path("key").asText();
        if (!planned.containsKey(key)) return;
        int attempt = body.path("attempt").asInt(1);
        switch (type) {
            case RECORD -> learn(new SuiteControl.Attempt(key, attempt), body.path("record"));
            case ERROR ->
                errors.putIfAbsent(
                        new SuiteControl.Attempt(key, attempt),
                        body.path("error").asText());
            case SuiteControl.REQUEUE -> requeued.merge(key, attempt, Math::max);
            default -> {}
        }
    }

    private void learn(SuiteControl.Attempt attempt, JsonNode body) {
        if (records.containsKey(attempt)) return;
        AuditRecord record = CanonicalJson.value(body, AuditRecord.class).brief();
        records.put(attempt, record);
        PlannedRun run = planned.get(attempt.key());
        if (run != null) spent.merge(run.cell(), (long) record.tokens(), Long::sum);
    }

    /** Which attempt at a run counts, from 1. */
    public int attempt(PlannedRun run) {
        return 1 + requeued.getOrDefault(run.key(), 0);
    }

    /** The attempt at a run that counts. */
    public SuiteControl.Attempt current(PlannedRun run) {
        return new SuiteControl.Attempt(run.key(), attempt(run));
    }

    public Optional<AuditRecord> record(PlannedRun run) {
        return Optional.ofNullable(records.get(current(run)));
    }

    public Optional<String> error(PlannedRun run) {
        return record(run).isPresent() ? Optional.empty() : Optional.ofNullable(errors.get(current(run)));
    }

    public Outcome outcome(PlannedRun run) {
        if (error(run).isPresent()) return Outcome.ERROR;
        return record(run)
                .map(r -> r.grade().verdict() == Verdict.VOID ? Outcome.VOID : Outcome.SCORED)
                .orElse(Outcome.OPEN);
    }

    /** All runs of the plan, in its order. */
    public List<PlannedRun> runs() {
        return List.copyOf(planned.values());
    }

    public List<PlannedRun> runs(Outcome outcome) {
        return planned.values().stream().filter(r -> outcome(r) == outcome).toList();
    }

    /** The records that count, in the plan's order, void ones too. */
    public List<AuditRecord> records() {
        var found = new ArrayList<AuditRecord>();
        planned.values().forEach(r -> record(r).ifPresent(found::add));
        return found;
    }

    /** Tokens that targets have written, in attempts that no longer count too. */
    public long tokens() {
        return spent.values().stream().mapToLong(Long::longValue).sum();
    }

    /** The same of the cell of a run. */
    public long tokens(PlannedRun run) {
        return spent.getOrDefault(run.cell(), 0L);
    }
}
