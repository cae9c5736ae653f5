package dev.assay.audit.suite;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.audit.AuditRecord;
import dev.assay.audit.Verdict;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Entry;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is known of the runs of a suite, from the records of all who work on it. A run that was requeued counts by its later
 * attempt. Where two have recorded one attempt, the first that is read counts. Records are kept without talks and logs.
 */
public final class SuiteBook {
    /** The type of the records of runs that ended. */
    public static final String RECORD = "audit";

    /** How long they took. */
    public static final String SECONDS = "audit-seconds";

    static final String ERROR = "audit-error";

    /** Of the records that say how a run stands. */
    static final Set<String> TYPES = Set.of(RECORD, ERROR, SuiteControl.REQUEUE);

    private final Map<String, PlannedRun> planned = new LinkedHashMap<>();
    private final Map<String, Integer> requeued = new HashMap<>();
    private final Map<SuiteControl.Attempt, AuditRecord> records = new HashMap<>();
    private final Map<SuiteControl.Attempt, String> errors = new HashMap<>();

    private final Map<String, Long> spent = new HashMap<>();
    private final Map<String, Outcome> outcomes = new HashMap<>(); // by key; open ones are not in it
    private final Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
    private final SortedMap<Integer, Integer> openByNumber = new TreeMap<>();

    public SuiteBook(List<PlannedRun> runs) {
        runs.forEach(r -> planned.put(r.key(), r));
        planned.values().forEach(r -> count(r, Outcome.OPEN, 1));
    }

    private void count(PlannedRun run, Outcome outcome, int more) {
        counts.merge(outcome, more, Integer::sum);
        if (outcome == Outcome.OPEN)
            openByNumber.merge(run.number(), more, (a, b) -> a + b == 0 ? null : Integer.valueOf(a + b));
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
        PlannedRun run = planned.get(key);
        if (run == null) return;
        int attempt = body.path("attempt").asInt(1);
        switch (type) {
            case RECORD -> learn(run, new SuiteControl.Attempt(key, attempt), body.path("record"));
            case ERROR ->
                errors.putIfAbsent(
                        new SuiteControl.Attempt(key, attempt),
                        body.path("error").asText());
            case SuiteControl.REQUEUE -> requeued.merge(key, attempt, Math::max);
            default -> {
                return;
            }
        }
        count(run, outcome(run), -1);
        outcomes.put(key, judge(run));
        count(run, outcome(run), 1);
    }

    private void learn(PlannedRun run, SuiteControl.Attempt attempt, JsonNode body) {
        if (records.containsKey(attempt)) return;
        AuditRecord record = CanonicalJson.value(body, AuditRecord.class).brief();
        records.put(attempt, record);
        spent.merge(run.cell(), (long) record.tokens(), Long::sum);
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
        return outcomes.getOrDefault(run.key(), Outcome.OPEN);
    }

    private Outcome judge(PlannedRun run) {
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

    /** How many runs the plan has. */
    public int size() {
        return planned.size();
    }

    public int count(Outcome outcome) {
        return counts.getOrDefault(outcome, 0);
    }

    /** How many runs each cell has had: all have had so many that are not open, none of that number or below is. */
    public int level() {
        return openByNumber.isEmpty()
                ? planned.values().stream().mapToInt(PlannedRun::number).max().orElse(0)
                : openByNumber.firstKey() - 1;
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
