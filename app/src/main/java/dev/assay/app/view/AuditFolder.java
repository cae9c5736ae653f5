package dev.assay.app.view;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.assay.audit.AuditRecord;
import dev.assay.audit.Grade;
import dev.assay.audit.suite.StaticReport;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.JournalException;
import dev.assay.journal.JournalTail;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The audits of one journal, which may be growing. The index holds each audit's brief; talks are read from the file when
 * somebody looks at them.
 *
 * <p>Thread-safe: {@link #refresh} may go on while others read what is there already.
 */
final class AuditFolder {
    /** Records of audits and of the grades of other judges. */
    private static final String AUDIT = "audit";

    private static final String SCORE = "score";
    /** Bytes that one refresh reads, so that a large folder shows while it is read. */
    private static final long STEP = 64L << 20;

    private static final JsonMapper BRIEF = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .addMixIn(AuditRecord.class, WithoutTranscript.class)
            .build();

    @JsonIgnoreProperties({"talks", "log", "pointers"})
    private interface WithoutTranscript {}

    private record Line(Body body) {
        private record Body(String key, AuditRecord record) {}
    }

    /** A grade of another judge than the one that graded when the audit ended. */
    record Judged(String judge, Grade grade) {}

    private record Score(String key, String judge, Grade grade) {}

    /**
     * What is known at one moment.
     *
     * @param version counts the changes
     * @param statics static evaluations, the newest last
     * @param read share of the file that was read, in [0, 1]
     * @param trouble why the rest can't be read
     */
    record State(
            int version,
            Map<String, AuditRun> byKey,
            Map<Long, AuditRun> bySeq,
            Map<String, List<Judged>> judged,
            List<JsonNode> statics,
            double read,
            Optional<String> trouble) {
        static final State EMPTY = new State(0, Map.of(), Map.of(), Map.of(), List.of(), 0, Optional.empty());

        List<AuditRun> runs() {
            return List.copyOf(byKey.values());
        }
    }

    private final String id;
    private final Path folder;
    private JournalTail tail;
    private volatile State state = State.EMPTY;

    AuditFolder(String id, Path folder) {
        this.id = id;
        this.folder = folder;
        this.tail = new JournalTail(folder);
    }

    String id() {
        return id;
    }

    Path folder() {
        return folder;
    }

    State state() {
        return state;
    }

    List<AuditRun> runs() {
        return state.runs();
    }

    /** The audit of a record, if there is one. */
    Optional<AuditRun> run(long seq) {
        return Optional.ofNullable(state.bySeq().get(seq));
    }

    /** The whole record of an audit. */
    AuditRecord record(AuditRun run) {
        return CanonicalJson.value(JournalTail.at(folder, run.place()).path("record"), AuditRecord.class);
    }

    /**
     * Reads what was added, some of it if it is much.
     *
     * @return whether anything changed
     */
    synchronized boolean refresh() {
        State before = state;
        if (before.trouble().isPresent()) return false;
        State kept = before;
        try {
            if (tail.size() < tail.position()) {
                tail = new JournalTail(folder);
                kept = State.EMPTY;
            }
            if (tail.size() == tail.position() && kept.read() == 1) return false;
            state = grown(kept, before.version() + 1);
        } catch (JournalException e) {
            state = new State(
                    before.version() + 1,
                    before.byKey(),
                    before.bySeq(),
                    before.judged(),
                    before.statics(),
                    1,
                    Optional.of(String.valueOf(e.getMessage())));
        }
        return !sameAs(before, state);
    }

    private static boolean sameAs(State a, State b) {
        return a.bySeq().size() == b.bySeq().size()
                && a.judged().equals(b.judged())
                && a.statics().equals(b.statics())
                && a.read() == b.read()
                && a.trouble().equals(b.trouble());
    }

    private State grown(State before, int version) {
        Map<String, AuditRun> byKey = new LinkedHashMap<>(before.byKey());
        Map<Long, AuditRun> bySeq = new LinkedHashMap<>(before.bySeq());
        Map<String, List<Judged>> judged = new LinkedHashMap<>(before.judged());
        List<JsonNode> statics = new ArrayList<>(before.statics());
        boolean more = tail.read(STEP, r -> {
            if (r.type().equals(AUDIT)) {
                AuditRun run = run(r);
                byKey.put(run.key(), run);
                bySeq.put(run.seq(), run);
            } else if (r.type().equals(SCORE)) {
                Score s = CanonicalJson.value(r.body(), Score.class);
                var others = new ArrayList<>(judged.getOrDefault(s.key(), List.of()));
                others.add(new Judged(s.judge(), s.grade()));
                judged.put(s.key(), List.copyOf(others));
            } else if (r.type().equals(StaticReport.RECORD)) {
                JsonNode report = r.body();
                statics.remove(report);
                statics.add(report);
            }
        });
        double read = more ? tail.position() / (double) tail.size() : 1;
        return new State(version, byKey, bySeq, judged, List.copyOf(statics), read, Optional.empty());
    }

    private AuditRun run(JournalTail.Located r) {
        try {
            Line.Body body = BRIEF.readValue(r.line(), Line.class).body();
            AuditRecord b = body.record();
            var brief = new AuditRecord(
                    b.target(),
                    b.reference(),
                    b.tool(),
                    b.investigator(),
                    b.dose(),
                    b.run(),
                    b.grade(),
                    b.claims(),
                    b.findings(),
                    b.leads(),
                    b.replies(),
                    b.tokens(),
                    b.bankSize(),
                    List.of(),
                    List.of(),
                    List.of());
            return new AuditRun(r.seq(), body.key(), r.place(), brief, Subject.of(brief));
        } catch (IOException e) {
            throw new JournalException(
                    folder + ", record " + r.seq() + " is no audit of this version: " + e.getMessage(), e);
        }
    }
}
