package dev.assay.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTailTest {

    @TempDir
    Path temp;

    private final List<JournalTail.Located> seen = new ArrayList<>();

    private boolean read(JournalTail tail) {
        return tail.read(Long.MAX_VALUE / 2, seen::add);
    }

    @Test
    void givesWhatWasAddedSinceTheLastRead() {
        Path folder = temp.resolve("run");
        var tail = new JournalTail(folder);
        assertThat(read(tail)).isFalse();
        try (Journal journal = Runs.open(folder)) {
            for (int i = 0; i < 4; i++) {
                journal.append(i % 2 == 0 ? "reply" : "a \"type\"", Map.of("text", "é" + i));
                read(tail);
                assertThat(seen).hasSize(i + 1);
            }
        }
        assertThat(seen).extracting(JournalTail.Located::seq).containsExactly(0L, 1L, 2L, 3L);
        assertThat(seen).extracting(JournalTail.Located::type).contains("reply", "a \"type\"");
        assertThat(seen.get(3).body().path("text").asText()).isEqualTo("é3");
        for (JournalTail.Located l : seen)
            assertThat(JournalTail.at(folder, l.place())).isEqualTo(l.body());
    }

    @Test
    void readsAboutAsMuchAsIsAskedForAndGoesOn() {
        Path folder = temp.resolve("run");
        try (Journal journal = Runs.open(folder)) {
            for (int i = 0; i < 4; i++) journal.append("reply", "x".repeat(1 << 20));
        }
        var tail = new JournalTail(folder);
        int calls = 1;
        while (tail.read(1, seen::add)) calls++;
        assertThat(calls).isBetween(2, 4);
        assertThat(seen).hasSize(4);
        assertThat(tail.position()).isEqualTo(tail.size());
    }

    /** Longer than the buffer, so that it grows, and cut in the middle of the file by it. */
    @Test
    void linesMayBeLong() {
        Path folder = temp.resolve("run");
        try (Journal journal = Runs.open(folder)) {
            for (int size : new int[] {10, 3 << 20, 20, 1 << 20}) journal.append("reply", "x".repeat(size));
        }
        read(new JournalTail(folder));
        assertThat(seen).extracting(l -> l.body().asText().length()).containsExactly(10, 3 << 20, 20, 1 << 20);
    }

    @Test
    void aTornTailIsLeftUntilItIsWhole() throws IOException {
        Path folder = Runs.withReplies(temp.resolve("run"), 2);
        byte[] whole = Runs.bytes(folder);
        Runs.overwrite(folder, Arrays.copyOf(whole, whole.length - 5));
        var tail = new JournalTail(folder);
        assertThat(read(tail)).isFalse();
        assertThat(seen).hasSize(1);
        Files.write(
                folder.resolve(Journal.FILE),
                Arrays.copyOfRange(whole, whole.length - 5, whole.length),
                StandardOpenOption.APPEND);
        read(tail);
        assertThat(seen).hasSize(2);
    }

    @Test
    void aChangedLineIsNamed() {
        Path folder = Runs.withReplies(temp.resolve("run"), 3);
        byte[] bytes = Runs.bytes(folder);
        for (int i = 0; i < bytes.length - 1; i++)
            Runs.flipping(bytes, i, 0, flipped -> {
                Runs.overwrite(folder, flipped);
                assertThatExceptionOfType(JournalException.class)
                        .isThrownBy(() -> read(new JournalTail(folder)))
                        .withMessageContaining("is damaged");
            });
    }

    @Test
    void aFileThatBecameShorterIsAnError() {
        Path folder = Runs.withReplies(temp.resolve("run"), 3);
        var tail = new JournalTail(folder);
        read(tail);
        Runs.overwrite(folder, new byte[0]);
        assertThatExceptionOfType(JournalException.class)
                .isThrownBy(() -> read(tail))
                .withMessageContaining("shorter");
    }
}
