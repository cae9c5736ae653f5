package dev.assay.research;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.journal.CanonicalJson;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What a workspace knows, computed from its ledger: who is the control, what was tried, what came of it. */
public final class Memory {
    private final Protocol protocol;
    private final Grammar grammar;
    private final String task;
    private final List<LedgerEntry> entries;
    private final List<Past> past = new ArrayList<>();
    private final Map<String, JsonNode> open = new LinkedHashMap<>();
    private final List<Map<String, String>> controls = new ArrayList<>();

    /**
     * A sprint that has ended.
     *
     * @param generation of controls that it was measured against
     * @param gain mean difference to the control where it got furthest; NaN if nothing was scored
     * @param pairs that the gain is of
     * @param stage where that was
     * @param best choices of the variant that got furthest
     */
    record Past(
            String sprint,
            String key,
            String title,
            String family,
            String researcher,
            int generation,
            double probability,
            double gain,
            int pairs,
            String stage,
            Map<String, String> best,
            Verdict verdict) {}

    Memory(Workspace workspace) {
        this(workspace.protocol(), workspace.ledger().entries(), workspace.task());
    }

    /** What was known when an entry of the ledger was written. */
    static Memory at(Workspace workspace, LedgerEntry entry) {
        List<LedgerEntry> known = workspace.ledger().entries().subList(0, (int) entry.seq() + 1);
        String task = known.stream()
                .filter(e -> e.type().equals(Workspace.READ_TASK))
                .reduce((a, b) -> b)
                .map(e -> e.body().path("text").asText())
                .orElse("");
        return new Memory(workspace.protocol(), known, task);
    }

    private Memory(Protocol protocol, List<LedgerEntry> entries, String task) {
        this.protocol = protocol;
        this.grammar = new Grammar(protocol);
        this.entries = List.copyOf(entries);
        this.task = task;
        controls.add(Collections.unmodifiableMap(new TreeMap<>(protocol.baseline())));
        for (LedgerEntry e : entries) {
            if (e.type().equals(Sprint.PROMOTE))
                controls.add(Collections.unmodifiableMap(choices(e.body().path("choices"))));
            if (e.type().equals(Sprint.PROPOSAL))
                open.put(e.body().path("sprint").asText(), e.body());
            if (e.type().equals(Sprint.VERDICT)) close(e.body());
        }
    }

    private void close(JsonNode verdict) {
        JsonNode proposal = open.remove(verdict.path("sprint").asText());
        if (proposal == null) return;
        past.add(new Past(
                verdict.path("sprint").asText(),
                proposal.path("idea").path("key").asText(),
                proposal.path("idea").path("title").asText(),
                proposal.path("idea").path("family").asText(),
                proposal.path("researcher").asText(),
                proposal.path("generation").asInt(),
                proposal.path("idea").path("probability").asDouble(),
                verdict.path("gain").asDouble(Double.NaN),
                verdict.path("pairs").asInt(),
                verdict.path("stage").asText(),
                choices(verdict.path("choices")),
                Verdict.of(verdict.path("verdict").asText())));
    }

    private static Map<String, String> choices(JsonNode node) {
        Map<String, String> out = new TreeMap<>();
        node.properties().forEach(f -> out.put(f.getKey(), f.getValue().asText()));
        return out;
    }

    public Protocol protocol() {
        return protocol;
    }

    Grammar grammar() {
        return grammar;
    }

    /** Choices of the recipe that has to be beaten. */
    public Map<String, String> control() {
        return controls.getLast();
    }

    /** All controls so far, by generation; the present one is the last. */
    List<Map<String, String>> controls() {
        return List.copyOf(controls);
    }

    /** How often the control has changed. */
    public int generation() {
        return controls.size() - 1;
    }

    /** Noise floor of the present control; NaN if it is not measured yet. */
    double floor() {
        return entries.stream()
                .filter(e -> e.type().equals(Sprint.FLOOR)
                        && e.body().path("generation").asInt() == generation())
                .reduce((a, b) -> b)
                .map(e -> e.body().path("floor").asDouble(Double.NaN))
                .orElse(Double.NaN);
    }

    /** How often the noise floor of the present control was measured, with or without success. */
    int floorAttempts() {
        return (int) entries.stream()
                .filter(e -> e.type().equals(Sprint.FLOOR)
                        && e.body().path("generation").asInt() == generation())
                .count();
    }

    /** Sprints that have ended, oldest first. */
    List<Past> past() {
        return List.copyOf(past);
    }

    /** Whether a value of a slot was a variant of a sprint against the present control. */
    boolean tried(String slot, String value) {
        return entries.stream()
                .filter(e -> e.type().equals(Sprint.PROPOSAL)
                        && e.body().path("generation").asInt() == generation())
                .flatMap(e -> e.body().path("idea").path("variants").valueStream())
                .anyMatch(v -> v.path("choices").path(slot).asText().equals(value));
    }

    /** Keys of ideas that somebody is at. */
    Set<String> inProgress() {
        Set<String> keys = new HashSet<>();
        open.values().forEach(p -> keys.add(p.path("idea").path("key").asText()));
        return keys;
    }

    /** All sprints that were begun. */
    int begun() {
        return past.size() + open.size();
    }

    /** Families of the last sprints, the newest last. */
    List<String> lastFamilies(int count) {
        List<String> all = entries.stream()
                .filter(e -> e.type().equals(Sprint.PROPOSAL))
                .map(e -> e.body().path("idea").path("family").asText())
                .toList();
        return all.subList(Math.max(0, all.size() - count), all.size());
    }

    /** Whether the next sprint has to come from another family than those before it. */
    boolean elsewhere() {
        return (begun() + 1) % protocol.familyEvery() == 0;
    }

    /** The families that it must not come from then. */
    Set<String> recentFamilies() {
        return Set.copyOf(lastFamilies(protocol.familyEvery() - 1));
    }

    /** The first sprint that was promoted. */
    Optional<Past> firstKept() {
        return past.stream().filter(p -> p.verdict() == Verdict.PROMOTED).findFirst();
    }

    /** Hints of people, oldest first. */
    List<String> hints() {
        return entries.stream()
                .filter(e -> e.type().equals(Desk.HINT))
                .map(e -> e.body().path("text").asText())
                .toList();
    }

    /** What the task's list of ideas puts first, and what it forbids. */
    List<String> wanted() {
        return TaskFile.wanted(task);
    }

    List<String> forbidden() {
        return TaskFile.forbidden(task);
    }

    /** The slots that researchers are given and that the task does not forbid. */
    List<Slot> slots() {
        return grammar.open().stream().filter(s -> !forbids(s)).toList();
    }

    boolean forbids(Slot slot) {
        return forbidden().stream().anyMatch(slot::isNamedIn);
    }

    String task() {
        return task;
    }

    /** Ideas that were made without sight of past sprints and were not begun since, oldest first. */
    List<Desk.Blind> blindIdeas() {
        Set<String> begun = inProgress();
        past.forEach(p -> begun.add(p.key()));
        List<Desk.Blind> out = new ArrayList<>();
        for (LedgerEntry e : entries)
            if (e.type().equals(Desk.IDEAS))
                e.body().path(Desk.IDEAS).forEach(i -> out.add(CanonicalJson.value(i, Desk.Blind.class)));
        return out.stream().filter(i -> !begun.contains(i.key())).distinct().toList();
    }

    /** All rows of a sprint. */
    List<RunRow> rows(String sprint) {
        return entries.stream()
                .filter(e -> e.type().equals(RunRow.TYPE)
                        && e.body().path("sprint").asText().equals(sprint))
                .map(e -> CanonicalJson.value(e.body(), RunRow.class))
                .toList();
    }

    List<LedgerEntry> entries() {
        return entries;
    }
}
