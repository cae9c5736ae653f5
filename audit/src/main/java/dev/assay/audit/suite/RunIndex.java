package dev.assay.audit.suite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.audit.AuditRecord;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Entry;
import dev.assay.journal.JournalIndex;
import dev.assay.lm.Message;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The runs of a folder of audits looked up in its index: as {@link RunFolder#read}, without reading all talks. */
public final class RunIndex implements AutoCloseable {
    private final Path folder;
    private final JournalIndex index;

    /** A text in a run. */
    public record Found(RunFolder.Run run, String place, String words) {}

    private RunIndex(Path folder, JournalIndex index) {
        this.folder = folder;
        this.index = index;
    }

    /** Brings the index up to date, which takes a while the first time. */
    public static RunIndex open(Path folder, JournalIndex.Progress progress) {
        return new RunIndex(folder, JournalIndex.open(folder, new Runs(), progress));
    }

    /** All runs that count, in the order of {@link RunFolder#read}; their records without talks and log. */
    public List<RunFolder.Run> briefs() {
        return RunFolder.of(folder, index.snapshot());
    }

    /** A run with its talks and its log. */
    public RunFolder.Run whole(RunFolder.Run brief) {
        return index.body(name(brief.key(), brief.attempt()))
                .map(body -> RunFolder.run(body, brief.seconds()))
                .orElseThrow(() -> new SuiteException(brief.key() + " is no run in " + folder));
    }

    /** Where a text stands, in any case, in claims, logs and talks of some runs, in their order. */
    public List<Found> find(List<RunFolder.Run> among, String text) {
        Map<String, List<JournalIndex.Found>> byRun = new HashMap<>();
        for (JournalIndex.Found f : index.find(text))
            byRun.computeIfAbsent(f.name(), n -> new ArrayList<>()).add(f);
        var found = new ArrayList<Found>();
        for (RunFolder.Run run : among)
            for (JournalIndex.Found f : byRun.getOrDefault(name(run.key(), run.attempt()), List.of()))
                found.add(new Found(run, f.place(), f.words()));
        return found;
    }

    private static String name(String key, int attempt) {
        return key + "#" + attempt;
    }

    @Override
    public void close() {
        index.close();
    }

    /** Runs without what was said in them, and what was said, to be searched. */
    private static final class Runs implements JournalIndex.Shape {
        @Override
        public String version() {
            return "runs 1";
        }

        @Override
        public Optional<JournalIndex.Kept> keep(Entry entry) {
            JsonNode body = entry.body();
            return switch (entry.type()) {
                case SuiteBook.RECORD -> {
                    AuditRecord record = CanonicalJson.value(body.path("record"), AuditRecord.class);
                    ObjectNode brief = JsonNodeFactory.instance.objectNode();
                    body.properties().forEach(p -> brief.set(p.getKey(), p.getValue()));
                    brief.set("record", CanonicalJson.tree(record.brief()));
                    String name = name(body.path("key").asText(), RunFolder.attempt(body));
                    yield Optional.of(new JournalIndex.Kept(name, brief, passages(record)));
                }
                case SuiteBook.ERROR, SuiteBook.SECONDS -> Optional.of(new JournalIndex.Kept("", body, List.of()));
                default -> Optional.empty();
            };
        }
    }

    /** All that is said in a run, and where. */
    static List<JournalIndex.Passage> passages(AuditRecord r) {
        var all = new ArrayList<JournalIndex.Passage>();
        r.claims().all().forEach(c -> all.add(new JournalIndex.Passage("claim", c.name() + ": " + c.statement())));
        r.log().forEach(line -> all.add(new JournalIndex.Passage("log", line)));
        for (int t = 0; t < r.talks().size(); t++) {
            AuditRecord.Talk talk = r.talks().get(t);
            String where = "talk " + (t + 1);
            for (Message m : talk.target())
                all.add(new JournalIndex.Passage(where + ", " + m.role().key(), m.content()));
            for (Message m : talk.reference())
                if (m.role() == Message.Role.ASSISTANT)
                    all.add(new JournalIndex.Passage(where + ", reference", m.content()));
        }
        return all;
    }
}
