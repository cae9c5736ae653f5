package dev.assay.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One folder, several writers. */
class SegmentsTest {
    @TempDir
    Path folder;

    private Path segment(String name) {
        return Segments.of(folder, name);
    }

    private static List<String> texts(List<Entry> entries) {
        return entries.stream().map(e -> e.body().path("text").asText()).toList();
    }

    @Test
    void aReaderSeesTheRecordsOfAllWriters() {
        Runs.withReplies(folder, 1);
        try (Journal b = Journal.open(segment("b"), Runs.MANIFEST);
                Journal a = Journal.open(segment("a"), Runs.MANIFEST)) {
            b.append("reply", Map.of("text", "of b"));
            a.append("reply", Map.of("text", "of a"));
            assertThat(texts(Journal.read(folder).entries())).containsExactly("0", "of a", "of b");
        }
        assertThat(texts(Journal.read(segment("a")).entries())).containsExactly("of a");
    }

    @Test
    void whatOthersAddIsHandedOutOnce() throws IOException {
        Runs.withReplies(folder, 2);
        try (Journal a = Journal.open(segment("a"), Runs.MANIFEST)) {
            a.append("reply", Map.of("text", "own"));
            var others = new Segments(folder, segment("a"));
            assertThat(texts(others.fresh())).containsExactly("0", "1");
            assertThat(others.fresh()).isEmpty();
            Path b = segment("b");
            try (Journal journal = Journal.open(b, Runs.MANIFEST)) {
                journal.append("reply", Map.of("text", "first"));
                assertThat(texts(others.fresh())).containsExactly("first");
                byte[] bytes = Files.readAllBytes(b.resolve(Journal.FILE));
                journal.append("reply", Map.of("text", "second"));
                byte[] whole = Files.readAllBytes(b.resolve(Journal.FILE));
                Files.write(b.resolve(Journal.FILE), Arrays.copyOf(whole, bytes.length + 9));
                assertThat(others.fresh()).as("a line that is being written").isEmpty();
                Files.write(b.resolve(Journal.FILE), whole);
                assertThat(texts(others.fresh())).containsExactly("second");
            }
        }
    }

    @Test
    void aMemoLearnsWhatOthersHaveKept() {
        try (Journal a = Journal.open(segment("a"), Runs.MANIFEST);
                Journal b = Journal.open(segment("b"), Runs.MANIFEST)) {
            new Memo(b).put("k", "of b");
            var memo = new Memo(a);
            memo.learn(new Segments(folder, segment("a")).fresh());
            assertThat(memo.find("k", String.class)).contains("of b");
            assertThat(memo.compute("k", String.class, () -> "of a")).isEqualTo("of b");
            assertThat(a.size()).as("nothing is kept twice").isZero();
        }
    }

    /** In one writer's journal a byte is flipped: it is named, and all before it, and all of others, is there. */
    @Test
    void damageIsNamedAndTheRestIsReadable() throws IOException {
        Runs.withReplies(folder, 2);
        Path a = Runs.withReplies(segment("a"), 3);
        byte[] bytes = Files.readAllBytes(a.resolve(Journal.FILE));
        bytes[bytes.length / 2] ^= 1;
        Files.write(a.resolve(Journal.FILE), bytes);
        assertThatExceptionOfType(JournalException.class)
                .isThrownBy(() -> Journal.read(folder))
                .withMessageContaining(a.resolve(Journal.FILE) + ", line 2 is damaged");
        Snapshot intact = Journal.readIntact(folder);
        assertThat(texts(intact.entries())).containsExactly("0", "1", "0");
        assertThat(intact.damages()).singleElement().asString().contains("line 2 is damaged");
        assertThatExceptionOfType(JournalException.class).isThrownBy(new Segments(folder, folder)::fresh);
    }

    @Test
    void tornTailsOfAllWritersAreCounted() throws IOException {
        Runs.withReplies(folder, 1);
        Path a = Runs.withReplies(segment("a"), 1);
        Files.writeString(
                a.resolve(Journal.FILE), Files.readString(a.resolve(Journal.FILE), StandardCharsets.UTF_8) + "{\"crc");
        assertThat(Journal.read(folder).tornBytes()).isEqualTo(5);
        assertThat(Journal.read(folder).entries()).hasSize(2);
    }
}
