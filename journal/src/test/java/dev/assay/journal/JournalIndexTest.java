package dev.assay.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalIndexTest {
    private static final Manifest MANIFEST = Manifest.ofCache("index test");
    private static final String ALPHABET = "aabbcdeÄäßİıſK漢字😀\"'%_*(\n ";

    @TempDir
    Path folder;

    /** Keeps talks: their number in short, their lines to be searched. */
    private record Talks(String version) implements JournalIndex.Shape {
        @Override
        public Optional<JournalIndex.Kept> keep(Entry e) {
            if (!e.type().equals("talk")) return Optional.empty();
            var lines = new ArrayList<JournalIndex.Passage>();
            e.body()
                    .path("lines")
                    .forEach(l -> lines.add(new JournalIndex.Passage("line " + lines.size(), l.asText())));
            JsonNode number = e.body().path("number");
            return Optional.of(new JournalIndex.Kept("talk " + number, number, lines));
        }
    }

    private static final JournalIndex.Shape SHAPE = new Talks("1");

    private void write(Path where, int from, int count) {
        var random = new Random(from);
        try (Journal journal = Journal.open(where, MANIFEST)) {
            for (int i = from; i < from + count; i++) {
                journal.append("memo", "never looked up " + i);
                journal.append("talk", Map.of("number", i, "lines", List.of(text(random), "Line of Talk " + i)));
            }
        }
    }

    private static String text(Random random) {
        int[] points = ALPHABET.codePoints().toArray();
        var text = new StringBuilder();
        for (int i = random.nextInt(12); i >= 0; i--) text.appendCodePoint(points[random.nextInt(points.length)]);
        return text.toString();
    }

    private JournalIndex open() {
        return JournalIndex.open(folder, SHAPE, JournalIndex.Progress.NONE);
    }

    /** What the index says, read from the journals. */
    private List<Entry> briefs() {
        return Journal.read(folder).entries().stream()
                .flatMap(e -> SHAPE.keep(e).map(k -> new Entry(e.seq(), e.type(), k.brief())).stream())
                .toList();
    }

    private List<JournalIndex.Found> found(String text) {
        var found = new ArrayList<JournalIndex.Found>();
        for (Entry e : Journal.read(folder).entries())
            SHAPE.keep(e)
                    .ifPresent(kept -> kept.passages().stream()
                            .filter(p -> p.words().toLowerCase(Locale.ROOT).contains(text.toLowerCase(Locale.ROOT)))
                            .forEach(p -> found.add(new JournalIndex.Found(kept.name(), p.place(), p.words()))));
        return found;
    }

    private void assertIsTheJournal() {
        try (JournalIndex index = open()) {
            assertThat(index.snapshot().entries()).isEqualTo(briefs());
            var random = new Random(9);
            for (int i = 0; i < 60; i++) {
                String text = text(random);
                assertThat(index.find(text)).as(text).isEqualTo(found(text));
            }
            assertThat(index.find("LINE OF talk"))
                    .isEqualTo(found("line of talk"))
                    .isNotEmpty();
            for (Entry e : Journal.read(folder).entries())
                SHAPE.keep(e)
                        .ifPresent(kept -> assertThat(index.body(kept.name())).contains(e.body()));
            assertThat(index.body("talk 999")).isEmpty();
        }
    }

    @Test
    void saysWhatTheJournalSaysAndTakesInWhatIsAdded() {
        write(folder, 0, 40);
        assertIsTheJournal();
        write(folder, 40, 10);
        assertIsTheJournal();
        write(Segments.of(folder, "second"), 100, 30);
        write(folder, 50, 5);
        assertIsTheJournal();
    }

    @Test
    void readsNothingTwice() {
        write(folder, 0, 40);
        open().close();
        JournalIndex.open(folder, SHAPE, (done, of) -> assertThat(of).isZero()).close();
    }

    @Test
    void whatIsBrokenOrOfAnotherVersionIsMadeAnew() throws IOException {
        write(folder, 0, 40);
        open().close();
        Files.writeString(
                folder.resolve(JournalIndex.FILE), "no data base at all, but long enough to be one".repeat(40));
        assertIsTheJournal();
        try (JournalIndex other = JournalIndex.open(folder, new Talks("2"), JournalIndex.Progress.NONE)) {
            assertThat(other.snapshot().entries()).isEqualTo(briefs());
        }
        Files.delete(folder.resolve(JournalIndex.FILE));
        assertIsTheJournal();
    }

    @Test
    void aJournalThatWasReplacedIsReadAnew() throws IOException {
        write(folder, 0, 40);
        open().close();
        Files.delete(folder.resolve(Journal.FILE));
        write(folder, 200, 50);
        assertIsTheJournal();
    }

    @Test
    void withoutAPlaceForTheFileItIsInMemory() throws IOException {
        write(folder, 0, 20);
        Files.createDirectories(folder.resolve(JournalIndex.FILE));
        assertIsTheJournal();
    }

    @Test
    void aTornTailIsPassedOverAndADamagedLineIsNamed() throws IOException {
        write(folder, 0, 20);
        Path journal = folder.resolve(Journal.FILE);
        Files.writeString(journal, "{\"crc\":\"", StandardOpenOption.APPEND);
        assertIsTheJournal();
        Files.writeString(journal, "00000000\"}\n", StandardOpenOption.APPEND);
        try (JournalIndex index = open()) {
            assertThatThrownBy(index::snapshot)
                    .isInstanceOf(JournalException.class)
                    .hasMessageContainingAll("line 41 is damaged", "journal.jsonl");
        }
    }

    @Test
    void aLineThatChangedBehindItsBackIsNotBelieved() throws IOException {
        write(folder, 0, 20);
        open().close();
        Path journal = folder.resolve(Journal.FILE);
        Files.writeString(journal, Files.readString(journal).replace("Line of Talk 7\"", "Line of Talk 8\""));
        try (JournalIndex index = open()) {
            assertThat(index.body("talk 6")).isPresent();
            assertThatThrownBy(() -> index.body("talk 7"))
                    .isInstanceOf(JournalException.class)
                    .hasMessageContainingAll("line 16", "delete index.sqlite");
        }
    }

    @Test
    void theFirstOfANameCounts() {
        try (Journal journal = Journal.open(folder, MANIFEST)) {
            journal.append("talk", Map.of("number", 1, "lines", List.of("first")));
            journal.append("talk", Map.of("number", 1, "lines", List.of("second")));
        }
        try (JournalIndex index = open()) {
            assertThat(index.body("talk 1").orElseThrow().path("lines").get(0))
                    .isEqualTo(JsonNodeFactory.instance.textNode("first"));
        }
    }
}
