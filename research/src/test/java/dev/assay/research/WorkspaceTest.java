package dev.assay.research;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkspaceTest {
    @TempDir
    Path temp;

    private Workspace init() {
        return Workspace.init(
                temp.resolve("w"), Protocol.of("tiny", Map.of(), List.of()), "assay test", Clock.systemUTC());
    }

    @Test
    void hasATaskABareBaselineAndAnEntryOfItsMaking() throws IOException {
        Workspace w = init();
        assertThat(w.folder().resolve("TASK.md")).content().contains("## Goal", "Explained variance is never", "not:");
        assertThat(Files.readAllLines(w.folder().resolve("baseline.yaml")))
                .hasSizeLessThan(8)
                .contains("architecture: batchtopk", "aux: none");
        assertThat(w.ledger().entries()).extracting(LedgerEntry::type).containsExactly("init", "task");
        assertThat(Workspace.open(w.folder(), Clock.systemUTC()).protocol()).isEqualTo(w.protocol());
    }

    @Test
    void theTasksChangesAreWrittenDown() throws IOException {
        Workspace w = init();
        w.readTask();
        assertThat(w.ledger().entries("task")).hasSize(1);
        Path task = w.folder().resolve("TASK.md");
        Files.writeString(task, Files.readString(task) + "- not: tilt\n- refinement\n");
        LedgerEntry entry = w.readTask();
        assertThat(entry.body().path("diff"))
                .extracting(d -> d.asText())
                .containsExactly("+ - not: tilt", "+ - refinement");
        assertThat(TaskFile.forbidden(w.task())).containsExactly("tilt");
        assertThat(TaskFile.wanted(w.task())).containsExactly("refinement");
    }

    @Test
    void aChangedProtocolIsRefused() throws IOException {
        Workspace w = init();
        Path file = w.folder().resolve(Protocol.FILE);
        Files.writeString(file, Files.readString(file).replace("12800", "25600"));
        assertThatExceptionOfType(ResearchException.class)
                .isThrownBy(() -> Workspace.open(w.folder(), Clock.systemUTC()))
                .withMessageContaining("was changed");
    }

    @Test
    void aFolderWithSomethingInItIsLeftAlone() throws IOException {
        Files.writeString(temp.resolve("thesis.tex"), "years");
        assertThatExceptionOfType(ResearchException.class)
                .isThrownBy(() ->
                        Workspace.init(temp, Protocol.of("tiny", Map.of(), List.of()), "assay test", Clock.systemUTC()))
                .withMessageContaining("not empty");
        assertThat(temp).isDirectoryNotContaining("glob:**/TASK.md");
    }

    @Test
    void aSprintsFolderBeginsWithItsReadmeAndNoTwoAreTheSame() {
        Workspace w = init();
        List<SprintFolder> folders = IntStream.range(0, 8)
                .parallel()
                .mapToObj(i -> SprintFolder.create(w, "Same idea!", "# idea " + i, SprintFolder.newOwner()))
                .toList();
        assertThat(folders)
                .extracting(SprintFolder::name)
                .doesNotHaveDuplicates()
                .allMatch(n -> n.contains("--same-idea"));
        assertThat(SprintFolder.all(w))
                .hasSize(8)
                .allSatisfy(f -> assertThat(f.resolve("README.md")).content().startsWith("# idea"));
    }

    @Test
    void aSprintIsTakenOverOnlyWhenItsLeaseHasRunOut() {
        Workspace w = init();
        SprintFolder mine = SprintFolder.create(w, "idea", "# idea", SprintFolder.newOwner());
        assertThat(SprintFolder.takeOver(w, SprintFolder.newOwner())).isEmpty();
        Clock later = Clock.fixed(Instant.now().plus(Duration.ofMinutes(10)), ZoneOffset.UTC);
        Optional<SprintFolder> theirs =
                SprintFolder.takeOver(Workspace.open(w.folder(), later), SprintFolder.newOwner());
        assertThat(theirs).get().extracting(SprintFolder::name).isEqualTo(mine.name());
        assertThat(mine.held()).isFalse();
        theirs.get().finish(Map.of("verdict", "no evidence"));
        assertThat(SprintFolder.done(mine.folder())).isTrue();
        assertThat(SprintFolder.takeOver(w, SprintFolder.newOwner())).isEmpty();
    }

    @Test
    void aReleasedSprintIsFreeAtOnce() {
        Workspace w = init();
        SprintFolder.create(w, "idea", "# idea", SprintFolder.newOwner()).release();
        assertThat(SprintFolder.takeOver(w, SprintFolder.newOwner())).isPresent();
    }
}
