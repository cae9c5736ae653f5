package dev.assay.research;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.journal.CanonicalJson;
import dev.assay.stats.SplitRandom;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The time in which a researcher that thinks for long makes one proposal. It knows what the ledger knew when it began, and
 * no more, so that a session that was cut short is gone on with as it was. It ends with the entry of the ledger that names
 * it: a proposal, or a skip. Its folder {@code sessions/NUMBER-researcher} belongs to the process that holds its lock.
 */
final class Session implements AutoCloseable {
    static final String TYPE = "session";
    static final String SKIPPED = "skipped";
    static final String EXPLORATION = "exploration";
    static final String FOLDER = "sessions";
    private static final String LOCK = "lock";

    private final Workspace workspace;
    private final LedgerEntry entry;
    private final Path folder;
    private final FileChannel lock;
    private final Memory memory;

    private Session(Workspace workspace, LedgerEntry entry, Path folder, FileChannel lock) {
        this.workspace = workspace;
        this.entry = entry;
        this.folder = folder;
        this.lock = lock;
        this.memory = Memory.at(workspace, entry);
    }

    /**
     * Goes on with a session of this researcher that nobody is at, else begins one.
     *
     * @param settings of the researcher; a session that was begun with others is given up
     * @param random of a new session
     */
    static Session open(Workspace workspace, String researcher, Map<String, Object> settings, SplitRandom random) {
        return workspace
                .ledger()
                .exclusively(() -> left(workspace, researcher, settings)
                        .orElseGet(() -> begin(workspace, researcher, settings, random)));
    }

    private static Optional<Session> left(Workspace workspace, String researcher, Map<String, Object> settings) {
        List<LedgerEntry> entries = workspace.ledger().entries();
        Set<String> ended = ended(entries);
        JsonNode wanted = CanonicalJson.tree(settings);
        for (LedgerEntry e : entries) {
            if (!e.type().equals(TYPE)
                    || !e.body().path("researcher").asText().equals(researcher)
                    || ended.contains(name(e))) continue;
            Path folder = workspace.folder().resolve(FOLDER).resolve(name(e));
            Optional<FileChannel> lock = lock(folder);
            if (lock.isEmpty()) continue;
            var session = new Session(workspace, e, folder, lock.get());
            if (e.body().path("settings").equals(wanted)) return Optional.of(session);
            session.close();
            workspace.ledger().append(SKIPPED, skip(researcher, name(e), "it was begun with other settings", Map.of()));
        }
        return Optional.empty();
    }

    private static Session begin(
            Workspace workspace, String researcher, Map<String, Object> settings, SplitRandom random) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("researcher", researcher);
        body.put("settings", settings);
        body.put("seed", random.seed());
        body.put("blind", new Memory(workspace).elsewhere());
        LedgerEntry entry = workspace.ledger().append(TYPE, body);
        Path folder = workspace.folder().resolve(FOLDER).resolve(name(entry));
        FileChannel lock = lock(folder)
                .orElseThrow(() -> new ResearchException(folder + " is locked by a process that never began it"));
        return new Session(workspace, entry, folder, lock);
    }

    /** What is written where nothing came of a session. */
    static Map<String, Object> skip(String researcher, String session, String reason, Map<String, Object> asked) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("researcher", researcher);
        body.put("session", session);
        body.put("reason", reason);
        body.put("asked", asked);
        return body;
    }

    /** Names of sessions that came to an end. */
    private static Set<String> ended(List<LedgerEntry> entries) {
        Set<String> ended = new HashSet<>();
        for (LedgerEntry e : entries)
            if (e.type().equals(Sprint.PROPOSAL) || e.type().equals(SKIPPED))
                ended.add(e.body().path("session").asText());
        return ended;
    }

    private static String name(LedgerEntry entry) {
        return String.format(
                Locale.ROOT,
                "%06d-%s",
                entry.seq(),
                entry.body().path("researcher").asText());
    }

    private static Optional<FileChannel> lock(Path folder) {
        try {
            Files.createDirectories(folder);
            FileChannel channel =
                    FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                FileLock lock = channel.tryLock();
                if (lock != null) return Optional.of(channel);
            } catch (OverlappingFileLockException e) {
                // another thread of this program is at it
            }
            channel.close();
            return Optional.empty();
        } catch (IOException e) {
            throw new ResearchException(folder + " can't be used (" + e.getMessage() + ")", e);
        }
    }

    String name() {
        return name(entry);
    }

    Path folder() {
        return folder;
    }

    /** What was known when it began. */
    Memory memory() {
        return memory;
    }

    /** Whether another family's turn has come, for which past sprints are not shown. */
    boolean blind() {
        return entry.body().path("blind").asBoolean();
    }

    SplitRandom random() {
        return SplitRandom.of(entry.body().path("seed").asLong());
    }

    /** The pair that an exploratory run is on: never one that evidence is taken from, which hang on later entries. */
    List<Draw> draw(int number) {
        var family = WorldFamily.named(memory.protocol().family());
        return Draw.of(entry.hash(), EXPLORATION + " " + number, 0, 1, family.development());
    }

    /** The rows of an exploratory run that was made already. */
    Optional<List<RunRow>> explored(int number) {
        return workspace.ledger().entries(EXPLORATION).stream()
                .filter(e -> e.body().path("session").asText().equals(name())
                        && e.body().path("number").asInt() == number)
                .findFirst()
                .map(e -> {
                    List<RunRow> rows = new ArrayList<>();
                    e.body().path("rows").forEach(r -> rows.add(CanonicalJson.value(r, RunRow.class)));
                    return rows;
                });
    }

    void explored(int number, List<RunRow> rows) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("session", name());
        body.put("number", number);
        body.put("rows", rows);
        workspace.ledger().append(EXPLORATION, body);
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new ResearchException(folder + " can't be let go (" + e.getMessage() + ")", e);
        }
    }
}
