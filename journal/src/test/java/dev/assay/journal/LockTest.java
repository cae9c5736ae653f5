package dev.assay.journal;

import static dev.assay.journal.Runs.MANIFEST;
import static dev.assay.journal.Runs.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LockTest {

    @TempDir
    Path folder;

    @Test
    void aSecondOpenerInThisProcessIsTurnedAway() {
        Instant before = Instant.now().minusSeconds(1);
        try (Journal journal = open(folder)) {
            assertThatExceptionOfType(BusyException.class)
                    .isThrownBy(() -> open(folder.resolve("..").resolve(folder.getFileName())))
                    .satisfies(busy -> {
                        assertThat(busy.pid()).isEqualTo(ProcessHandle.current().pid());
                        assertThat(busy.since()).isBetween(before, Instant.now());
                        assertThat(busy.folder()).endsWith(folder.getFileName());
                    })
                    .withMessageContaining("close it there first");
            journal.append("reply", 1);
        }
        open(folder).close();
    }

    /** A naive second opener would drop this process's lock when it closes its handle; so ask a third party. */
    @Test
    void aSecondOpenerDoesNotLoseTheLock() throws IOException, InterruptedException {
        try (Journal journal = open(folder)) {
            assertThatExceptionOfType(BusyException.class).isThrownBy(() -> open(folder));
            journal.append("reply", 1);
            Process child = Child.start("hold", folder);
            try (BufferedReader out = child.inputReader()) {
                assertThat(out.readLine())
                        .startsWith("BusyException: " + folder)
                        .contains("process " + ProcessHandle.current().pid() + " since ");
            }
            child.waitFor();
        }
    }

    @Test
    void aKilledProcessLosesNoRecordAndLeavesTheFolderFree() throws IOException, InterruptedException {
        Process child = Child.start("append", folder);
        long last = -1;
        try (BufferedReader out = child.inputReader()) {
            assertThat(out.readLine()).isEqualTo("open");
            assertThatExceptionOfType(BusyException.class)
                    .isThrownBy(() -> open(folder))
                    .satisfies(busy -> assertThat(busy.pid()).isEqualTo(child.pid()))
                    .withMessageContaining("wait for it or end it");
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                last = Long.parseLong(line);
                if (last == 20) {
                    // by its handle: Process.destroyForcibly would close the stream that is read here
                    child.toHandle().destroyForcibly();
                }
            }
        } finally {
            child.destroyForcibly().waitFor();
        }
        try (Journal journal = open(folder)) {
            assertThat(last).isGreaterThanOrEqualTo(20);
            assertThat(journal.size()).isGreaterThan(last);
            assertThat(journal.append("reply", 1).seq()).isEqualTo(journal.size() - 1);
        }
    }

    @Test
    void aSharedFolderIsWaitedFor() {
        Journal holder = open(folder);
        List<Long> holders = new ArrayList<>();
        try (Journal journal = Journal.openShared(folder, MANIFEST, Duration.ofMinutes(1), busy -> {
            holders.add(busy.pid());
            holder.close();
        })) {
            journal.append("reply", 1);
        }
        assertThat(holders).containsExactly(ProcessHandle.current().pid());
    }

    @Test
    void patienceEnds() {
        try (Journal holder = open(folder)) {
            List<BusyException> calls = new ArrayList<>();
            assertThatExceptionOfType(BusyException.class)
                    .isThrownBy(() -> Journal.openShared(folder, MANIFEST, Duration.ZERO, calls::add));
            assertThat(calls).isEmpty();
            assertThatExceptionOfType(BusyException.class)
                    .isThrownBy(() -> Journal.openShared(
                            folder,
                            MANIFEST,
                            Duration.ofMinutes(1),
                            busy -> Thread.currentThread().interrupt()));
            assertThat(Thread.interrupted()).isTrue();
            holder.append("reply", 1);
        }
    }
}
