package dev.assay.journal;

import static dev.assay.journal.Runs.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills in mid-write, bits that flip, disks that are full. */
class DamageTest {

    @TempDir
    Path temp;

    @Test
    void aTornTailIsCutOffAndKept() throws IOException {
        Path whole = Runs.withReplies(temp.resolve("whole"), 3);
        byte[] bytes = Runs.bytes(whole);
        int lastLine = bytes.length - new String(bytes, StandardCharsets.UTF_8).split("\n")[2].length() - 1;
        for (int cut = lastLine; cut < bytes.length; cut++) {
            Path folder = Runs.copy(whole, temp.resolve("cut-" + cut));
            Runs.overwrite(folder, Arrays.copyOf(bytes, cut));
            assertThat(Journal.read(folder).tornBytes()).isEqualTo(cut - lastLine);
            try (Journal journal = open(folder)) {
                assertThat(journal.tornBytes()).isEqualTo(cut - lastLine);
                assertThat(journal.size()).isEqualTo(2);
                journal.append("reply", Map.of("text", "2"));
            }
            assertThat(Runs.bytes(folder)).isEqualTo(bytes);
            if (cut > lastLine) {
                String kept = Files.readString(folder.resolve(Journal.TORN));
                assertThat(kept).isEqualTo(new String(bytes, lastLine, cut - lastLine, StandardCharsets.UTF_8) + "\n");
            }
        }
    }

    @Test
    void tornTailsAddUp() throws IOException {
        Path folder = Runs.withReplies(temp.resolve("run"), 1);
        for (String torn : new String[] {"{\"crc", "{\"c"}) {
            Files.writeString(folder.resolve(Journal.FILE), Files.readString(folder.resolve(Journal.FILE)) + torn);
            open(folder).close();
        }
        assertThat(folder.resolve(Journal.TORN)).hasContent("{\"crc\n{\"c\n");
        assertThat(Journal.read(folder).entries()).hasSize(1);
    }

    /** A bit of every byte but the very last line feed, whose loss is a torn tail. */
    @Test
    void aFlippedBitIsFound() {
        Path folder = Runs.withReplies(temp.resolve("run"), 3);
        byte[] bytes = Runs.bytes(folder);
        int line = 1;
        for (int i = 0; i < bytes.length - 1; i++) {
            String place = ", line " + line + " is damaged";
            Runs.flipping(bytes, i, i % 8, flipped -> {
                Runs.overwrite(folder, flipped);
                assertThatExceptionOfType(JournalException.class)
                        .isThrownBy(() -> Journal.read(folder))
                        .withMessageContaining(folder.resolve(Journal.FILE) + place);
            });
            line += bytes[i] == '\n' ? 1 : 0;
        }
    }

    @Test
    void damageInTheMiddleStopsTheRunAndDeletesNothing() {
        Path folder = Runs.withReplies(temp.resolve("run"), 3);
        byte[] bytes = Runs.bytes(folder);
        Runs.flipping(bytes, bytes.length / 2, 3, flipped -> {
            Runs.overwrite(folder, flipped);
            assertThatExceptionOfType(JournalException.class)
                    .isThrownBy(() -> open(folder))
                    .withMessageContaining("journal.jsonl, line 2 is damaged: its checksum is wrong")
                    .withMessageContaining("head -n 1 journal.jsonl > kept");
            assertThat(Runs.bytes(folder)).isEqualTo(flipped);
            assertThat(folder.resolve(Journal.TORN)).doesNotExist();
        });
        Runs.overwrite(folder, bytes);
        open(folder).close(); // and the failure let go of the lock
    }

    @Test
    void aMissingLineIsFound() throws IOException {
        Path folder = Runs.withReplies(temp.resolve("run"), 3);
        Path file = folder.resolve(Journal.FILE);
        var lines = Files.readAllLines(file);
        Files.writeString(file, lines.get(0) + "\n" + lines.get(2) + "\n");
        assertThatExceptionOfType(JournalException.class)
                .isThrownBy(() -> open(folder))
                .withMessageContaining("line 2 is damaged: it is record 2 where 1 has to stand");
    }

    @Test
    void aFullDiskLosesNothingAndCorruptsNothing() {
        int line = Runs.bytes(Runs.withReplies(temp.resolve("one"), 1)).length;
        for (int room = 2 * line; room < 3 * line; room += 11) {
            var disk = new StubbornDisk();
            Path folder = disk.path(temp.resolve("run-" + room));
            try (Journal journal = open(folder)) {
                disk.room(room);
                journal.append("reply", Map.of("text", "0"));
                journal.append("reply", Map.of("text", "1"));
                assertThatExceptionOfType(JournalException.class)
                        .isThrownBy(() -> journal.append("reply", Map.of("text", "2")))
                        .withMessageContaining(folder.resolve(Journal.FILE).toString())
                        .withMessageContaining("No space left on device")
                        .withMessageContaining("nothing that was committed is lost")
                        .withMessageContaining("run the same command again");
                assertThat(Runs.bytes(folder)).hasSize(2 * line);
                assertThat(journal.records("reply")).hasSize(2);
                disk.room(line);
                journal.append("reply", Map.of("text", "3"));
            }
            assertThat(Journal.read(folder).records("reply"))
                    .extracting(r -> r.path("text").asText())
                    .containsExactly("0", "1", "3");
        }
    }

    @Test
    void aFileThatCannotBeCutBackTakesNoMore() {
        var disk = new StubbornDisk();
        Path folder = disk.path(temp.resolve("run"));
        try (Journal journal = open(folder)) {
            journal.append("reply", 1);
            disk.room(25);
            disk.uncuttable();
            assertThatExceptionOfType(JournalException.class).isThrownBy(() -> journal.append("reply", 2));
            disk.room(1000);
            assertThatExceptionOfType(JournalException.class)
                    .isThrownBy(() -> journal.append("reply", 3))
                    .withMessageContaining("takes no more records");
            assertThatExceptionOfType(JournalException.class).isThrownBy(journal::commit);
        }
        try (Journal journal = open(temp.resolve("run"))) {
            assertThat(journal.tornBytes()).isPositive();
            assertThat(journal.records("reply")).extracting(JsonNode::asInt).containsExactly(1);
        }
    }

    @Test
    void aDiskThatIsFullFromTheStartLeavesNoHalfManifest() {
        var disk = new StubbornDisk();
        Path folder = disk.path(temp.resolve("run"));
        disk.room(40);
        assertThatExceptionOfType(JournalException.class)
                .isThrownBy(() -> open(folder))
                .withMessageContaining("No space left on device");
        assertThat(temp.resolve("run/run.json")).doesNotExist();
        disk.room(10_000);
        open(folder).close();
    }

    /** Who may not write may read, and is told why not. */
    @Test
    void aReadOnlyFolderIsNamedAndReadable() {
        Runs.withReplies(temp.resolve("run"), 2);
        var disk = new StubbornDisk();
        disk.readOnly(true);
        Path folder = disk.path(temp.resolve("run"));
        assertThatExceptionOfType(JournalException.class)
                .isThrownBy(() -> open(folder))
                .withMessageContaining(folder.toString())
                .withMessageContaining("Read-only file system")
                .withMessageContaining("mend its permissions or use another folder");
        assertThat(Journal.read(folder).entries()).hasSize(2);
        assertThatExceptionOfType(JournalException.class)
                .isThrownBy(() -> AtomicFile.write(folder.resolve("report.html"), new byte[] {1}))
                .withMessageContaining("Read-only file system");
        assertThatExceptionOfType(JournalException.class)
                .isThrownBy(() -> Leases.join(folder, "a", java.time.Duration.ofSeconds(1)))
                .withMessageContaining("Read-only file system");
        disk.readOnly(false);
        open(folder).close(); // and the failure let go of the lock
    }

    @Test
    void anEmptyFolderOrFileIsANewRun() {
        Path folder = temp.resolve("run");
        open(folder).close();
        assertThat(Runs.bytes(folder)).isEmpty();
        try (Journal journal = open(folder)) {
            assertThat(IntStream.range(0, 3)
                            .mapToLong(i -> journal.append("n", i).seq()))
                    .containsExactly(0L, 1L, 2L);
        }
    }
}
