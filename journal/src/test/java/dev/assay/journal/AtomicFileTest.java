package dev.assay.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

    @TempDir
    Path temp;

    @Test
    void writesReplacesAndLeavesNothingBehind() throws IOException {
        Path file = temp.resolve("a/b/report.html");
        AtomicFile.write(file, new byte[] {1, 2});
        AtomicFile.write(file, new byte[] {3});
        assertThat(file).hasBinaryContent(new byte[] {3});
        try (Stream<Path> files = Files.list(file.resolveSibling("."))) {
            assertThat(files).hasSize(1);
        }
    }

    /** A reader that has the file open keeps the old content: it was replaced, not written over. */
    @Test
    void aReaderKeepsWhatItOpened() throws IOException {
        Path file = temp.resolve("report.html");
        AtomicFile.write(file, new byte[] {1, 2});
        try (var reader = Files.newInputStream(file)) {
            AtomicFile.write(file, new byte[] {3});
            assertThat(reader.readAllBytes()).containsExactly(1, 2);
        }
    }

    @Test
    void afterAnErrorTheOldContentIsThere() throws IOException {
        Path blocked = temp.resolve("report.html");
        Files.createDirectories(blocked);
        Files.writeString(blocked.resolve("inside"), "old");
        assertThatExceptionOfType(JournalException.class)
                .isThrownBy(() -> AtomicFile.write(blocked, new byte[] {3}))
                .withMessageContaining(blocked.toString())
                .withMessageContaining("what was there before is unchanged");
        assertThat(blocked.resolve("inside")).hasContent("old");
        try (Stream<Path> files = Files.list(temp)) {
            assertThat(files).containsExactly(blocked);
        }
    }
}
