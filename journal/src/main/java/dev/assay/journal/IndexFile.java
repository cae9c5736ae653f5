package dev.assay.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tables of a {@link JournalIndex}. One thread at a time. */
final class IndexFile implements AutoCloseable {
    private static final int FORMAT = 2;
    private static final int PATIENCE_MS = 120_000;
    private static final int MOST_KNOWN = 500_000;

    private static final List<String> TABLES = List.of(
            "CREATE TABLE shape(version TEXT)",
            "CREATE TABLE source(journal TEXT PRIMARY KEY, bytes INTEGER, records INTEGER, last_at INTEGER, last TEXT)",
            "CREATE TABLE entry(row INTEGER PRIMARY KEY, journal TEXT, seq INTEGER, type TEXT, name TEXT,"
                    + " at INTEGER, length INTEGER, brief BLOB)",
            "CREATE INDEX entry_name ON entry(name)",
            "CREATE INDEX entry_journal ON entry(journal, seq)",
            "CREATE TABLE passage(row INTEGER PRIMARY KEY, entry INTEGER, place TEXT, words TEXT)",
            "CREATE INDEX passage_entry ON passage(entry)",
            // which records hold a word (IndexWords), and no more
            "CREATE VIRTUAL TABLE word USING fts5(words, content='', contentless_delete=1, detail='none',"
                    + " tokenize='ascii')",
            // all words, those of forgotten records too: FTS5's own list of them counts their records anew at each
            // question
            "CREATE TABLE vocabulary(term TEXT PRIMARY KEY) WITHOUT ROWID");

    /** SQLite's codes for a file that is no data base, or a broken one. */
    private static final Set<Integer> BROKEN = Set.of(11, 26);
    /** And for one that can't be made or written: permission, read-only, input and output, disk full, can't open. */
    private static final Set<Integer> CLOSED = Set.of(3, 8, 10, 13, 14);

    /** How far a journal was read, and the beginning of its last line. */
    record Source(String journal, long bytes, long records, long lastAt, String last) {
        static Source fresh(String journal) {
            return new Source(journal, 0, 0, 0, "");
        }

        Source after(Scan.Place place, Entry entry) {
            return new Source(
                    journal, place.offset() + place.length() + 1, entry.seq() + 1, place.offset(), place.head());
        }
    }

    /** Where a record stands. */
    record Place(long seq, long offset, int length) {}

    /** Work on the data base. */
    private interface Work<T> {
        T on(PreparedStatement statement) throws SQLException;
    }

    private final String name;
    private final Connection connection;
    private final Map<String, PreparedStatement> statements = new HashMap<>();
    private final Set<String> known = new HashSet<>(); // words of the vocabulary, as far as they came by

    private IndexFile(String name, Connection connection) {
        this.name = name;
        this.connection = connection;
    }

    /** An index that is there and of this version, else a new one; in memory where no file can be made. */
    static IndexFile open(Path path, JournalIndex.Shape shape) {
        String version = FORMAT + " " + shape.version();
        try {
            return usable(path, version);
        } catch (SQLException e) {
            if (CLOSED.contains(code(e))) return inMemory(version);
            if (!BROKEN.contains(code(e))) throw unusable(path.toString(), e);
            return again(path, version);
        }
    }

    private static IndexFile again(Path path, String version) {
        try {
            Files.delete(path); // it held nothing that is not in the journals
            return usable(path, version);
        } catch (SQLException | IOException e) {
            return inMemory(version);
        }
    }

    private static int code(SQLException e) {
        return e.getErrorCode() & 0xff;
    }

    private static JournalException unusable(String name, SQLException e) {
        return new JournalException(
                name + " can't be used (" + e.getMessage() + "): delete it, it is made anew from the journal", e);
    }

    private static IndexFile usable(Path path, String version) throws SQLException {
        var file = new IndexFile(path.toString(), DriverManager.getConnection("jdbc:sqlite:" + path));
        try {
            file.prepare(version);
            return file;
        } catch (SQLException e) {
            file.close();
            throw e;
        }
    }

    private static IndexFile inMemory(String version) {
        try {
            var file = new IndexFile("the index in memory", DriverManager.getConnection("jdbc:sqlite::memory:"));
            file.prepare(version);
            return file;
        } catch (SQLException e) {
            throw new JournalException("SQLite, which keeps the index, can't be started: " + e.getMessage(), e);
        }
    }

    private void prepare(String version) throws SQLException {
        try (Statement s = connection.createStatement()) {
            s.execute("PRAGMA busy_timeout = " + PATIENCE_MS);
            s.execute("PRAGMA synchronous = OFF"); // it can be made anew
            s.execute("BEGIN IMMEDIATE");
            if (!version.equals(version(s))) {
                drop(s);
                for (String table : TABLES) s.execute(table);
                s.execute("INSERT INTO shape VALUES('" + version.replace("'", "''") + "')");
            }
            s.execute("COMMIT");
        }
    }

    private static @Nullable String version(Statement s) throws SQLException {
        try (ResultSet tables = s.executeQuery("SELECT name FROM sqlite_master WHERE name = 'shape'")) {
            if (!tables.next()) return null;
        }
        try (ResultSet found = s.executeQuery("SELECT version FROM shape")) {
            return found.next() ? found.getString(1) : null;
        }
    }

    private static void drop(Statement s) throws SQLException {
        for (String table : List.of("vocabulary", "shape", "source", "entry", "passage", "word"))
            s.execute("DROP TABLE IF EXISTS " + table);
    }

    void begin() {
        known.clear(); // what was added last may have been taken back
        with("BEGIN IMMEDIATE", PreparedStatement::execute);
    }

    void commit() {
        with("COMMIT", PreparedStatement::execute);
    }

    Source source(String journal) {
        return with("SELECT bytes, records, last_at, last FROM source WHERE journal = ?", s -> {
            s.setString(1, journal);
            try (ResultSet r = s.executeQuery()) {
                return r.next()
                        ? new Source(journal, r.getLong(1), r.getLong(2), r.getLong(3), r.getString(4))
                        : Source.fresh(journal);
            }
        });
    }

    void keep(Source source) {
        with("INSERT OR REPLACE INTO source VALUES(?, ?, ?, ?, ?)", s -> {
            s.setString(1, source.journal);
            s.setLong(2, source.bytes);
            s.setLong(3, source.records);
            s.setLong(4, source.lastAt);
            s.setString(5, source.last);
            return s.executeUpdate();
        });
    }

    /** Forgets all of a journal. */
    void forget(String journal) {
        for (String sql : List.of(
                "DELETE FROM word WHERE rowid IN (SELECT row FROM entry WHERE journal = ?)",
                "DELETE FROM passage WHERE entry IN (SELECT row FROM entry WHERE journal = ?)",
                "DELETE FROM entry WHERE journal = ?",
                "DELETE FROM source WHERE journal = ?"))
            with(sql, s -> {
                s.setString(1, journal);
                return s.executeUpdate();
            });
    }

    void add(String journal, Entry entry, Scan.Place place, JournalIndex.Kept kept) {
        long row = with(
                "INSERT INTO entry(journal, seq, type, name, at, length, brief) VALUES(?, ?, ?, ?, ?, ?, ?)", s -> {
                    s.setString(1, journal);
                    s.setLong(2, entry.seq());
                    s.setString(3, entry.type());
                    s.setString(4, kept.name());
                    s.setLong(5, place.offset());
                    s.setInt(6, place.length());
                    s.setBytes(7, CanonicalJson.bytes(kept.brief()));
                    s.executeUpdate();
                    return lastRow(s);
                });
        if (kept.passages().isEmpty()) return;
        for (JournalIndex.Passage p : kept.passages())
            with("INSERT INTO passage(entry, place, words) VALUES(?, ?, ?)", s -> {
                s.setLong(1, row);
                s.setString(2, p.place());
                s.setString(3, p.words());
                return s.executeUpdate();
            });
        Set<String> words = IndexWords.of(kept.passages());
        with("INSERT INTO word(rowid, words) VALUES(?, ?)", s -> {
            s.setLong(1, row);
            s.setString(2, String.join(" ", words));
            return s.executeUpdate();
        });
        words.forEach(this::know);
    }

    private void know(String word) {
        if (known.size() == MOST_KNOWN) known.clear();
        if (!known.add(word)) return;
        with("INSERT OR IGNORE INTO vocabulary VALUES(?)", s -> {
            s.setString(1, word);
            return s.executeUpdate();
        });
    }

    private static long lastRow(PreparedStatement s) throws SQLException {
        try (ResultSet r = s.getGeneratedKeys()) {
            r.next();
            return r.getLong(1);
        }
    }

    List<Entry> entries(String journal) {
        return with("SELECT seq, type, brief FROM entry WHERE journal = ? ORDER BY seq", s -> {
            s.setString(1, journal);
            List<Entry> entries = new ArrayList<>();
            try (ResultSet r = s.executeQuery()) {
                while (r.next())
                    entries.add(new Entry(r.getLong(1), r.getString(2), CanonicalJson.parse(r.getBytes(3))));
            }
            return entries;
        });
    }

    Optional<Place> place(String journal, String named) {
        return with("SELECT seq, at, length FROM entry WHERE name = ? AND journal = ? ORDER BY seq LIMIT 1", s -> {
            s.setString(1, named);
            s.setString(2, journal);
            try (ResultSet r = s.executeQuery()) {
                return r.next() ? Optional.of(new Place(r.getLong(1), r.getLong(2), r.getInt(3))) : Optional.empty();
            }
        });
    }

    /** @param wanted in lower case */
    List<JournalIndex.Found> find(List<String> journals, String wanted) {
        Optional<String> narrower = IndexWords.query(wanted, this::terms);
        List<JournalIndex.Found> found = new ArrayList<>();
        for (String journal : journals) found.addAll(find(journal, wanted, narrower));
        return found;
    }

    private List<JournalIndex.Found> find(String journal, String wanted, Optional<String> narrower) {
        // records first (CROSS), in the order of an index: what is found is never sorted all together
        String sql = "SELECT e.name, p.place, p.words FROM entry e CROSS JOIN passage p ON p.entry = e.row"
                + (narrower.isEmpty()
                        ? " WHERE e.journal = ? ORDER BY e.seq, p.row"
                        : " WHERE e.journal = ? AND e.row IN (SELECT rowid FROM word WHERE word MATCH ?)"
                                + " ORDER BY e.row, p.row");
        return with(sql, s -> {
            s.setString(1, journal);
            if (narrower.isPresent()) s.setString(2, narrower.get());
            List<JournalIndex.Found> found = new ArrayList<>();
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    String words = r.getString(3);
                    if (words.toLowerCase(Locale.ROOT).contains(wanted))
                        found.add(new JournalIndex.Found(r.getString(1), r.getString(2), words));
                }
            }
            return found;
        });
    }

    /** The words that hold a text, or end with it. */
    private List<String> terms(String part, boolean atEnd, int most) {
        return with("SELECT term FROM vocabulary WHERE instr(term, ?) > 0", s -> {
            s.setString(1, part);
            List<String> terms = new ArrayList<>();
            try (ResultSet r = s.executeQuery()) {
                while (terms.size() < most && r.next())
                    if (!atEnd || r.getString(1).endsWith(part)) terms.add(r.getString(1));
            }
            return terms;
        });
    }

    private <T> T with(String sql, Work<T> work) {
        try {
            PreparedStatement s = statements.get(sql);
            if (s == null) {
                s = connection.prepareStatement(sql, Statement.RETURN_GENERATED_KEYS);
                statements.put(sql, s);
            }
            return work.on(s);
        } catch (SQLException e) {
            throw unusable(name, e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new JournalException(name + " can't be closed (" + e.getMessage() + ")", e);
        }
    }
}
