package dev.assay.audit.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Verdict;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Folders of suites that were recorded once and must load for ever. */
class RecordedSuiteTest {
    private static Path folder(String name) {
        try {
            return Path.of(Objects.requireNonNull(RecordedSuiteTest.class.getResource("/" + name + "/suite.json"))
                            .toURI())
                    .resolveSibling(".")
                    .normalize();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** Two workers; one run was void and held again, one failed, one is open; the suite is paused. */
    @Test
    void formatOfVersion01() {
        Path folder = folder("suite-v0");
        Suite suite = Suite.read(folder);
        assertThat(suite.plan().tools()).containsExactly("chat", "user");
        assertThat(suite.plan().budget().suite()).hasValue(100_000L);
        SuiteStatus status = SuiteStatus.of(folder);
        assertThat(status.order()).isEqualTo("pause");
        assertThat(status.runs()).isEqualTo(8);
        assertThat(status.scored()).isEqualTo(6);
        assertThat(status.errors()).isEqualTo(1);
        assertThat(status.open()).isEqualTo(1);
        assertThat(status.failed()).containsExactly("no such lens");
        assertThat(status.damages()).isEmpty();
        List<RunFolder.Run> runs = RunFolder.read(folder);
        assertThat(runs).hasSize(6);
        assertThat(runs)
                .extracting(RunFolder.Run::record)
                .extracting(AuditRecord::grade)
                .noneMatch(g -> g.verdict() == Verdict.VOID);
        assertThat(runs.getFirst().record().log()).containsExactly("a line of the log");
    }
}
