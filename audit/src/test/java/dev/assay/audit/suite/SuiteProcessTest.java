package dev.assay.audit.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Journal;
import dev.assay.journal.Memo;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real suite on tiny models, shared by two processes of which one is killed. */
@Timeout(120)
class SuiteProcessTest {
    @TempDir
    Path temp;

    @Test
    void whatAKilledWorkerBeganIsTakenOverAndTheUnionIsThatOfOneProcess() throws IOException, InterruptedException {
        Path shared = Files.createDirectory(temp.resolve("shared"));
        Process child = TinySuite.child(temp.resolve("their-models"), shared);
        var suite = new TinySuite(temp.resolve("models"));
        try (BufferedReader out = child.inputReader()) {
            assertThat(out.readLine()).isEqualTo("waiting");
            boolean[] killed = {false};
            Thread killer = Thread.ofPlatform().start(() -> {
                sleep();
                killed[0] = true;
                child.toHandle().destroyForcibly();
            });
            assertThat(suite.work(shared, "", () -> {})).isEqualTo(SuiteWorker.Ending.DONE);
            killer.join();
            assertThat(killed[0]).isTrue();
        } finally {
            child.destroyForcibly().waitFor();
        }
        Path alone = Files.createDirectory(temp.resolve("alone"));
        suite.work(alone, "", () -> {});

        assertThat(records(shared)).hasSize(8).isEqualTo(records(alone));
        assertThat(Journal.read(shared.resolve("segments/worker-1")).records(SuiteBook.RECORD))
                .as("the child's own")
                .hasSize(4);
        assertThat(calls(shared)).as("no call is made twice").doesNotHaveDuplicates();
        assertThat(calls(shared)).containsExactlyInAnyOrderElementsOf(calls(alone));
    }

    private static void sleep() {
        try {
            Thread.sleep(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** By key; a run that was recorded twice fails. */
    private static Map<String, String> records(Path folder) {
        return Journal.read(folder).records(SuiteBook.RECORD).stream()
                .collect(Collectors.toMap(
                        r -> r.path("key").asText(),
                        r -> new String(CanonicalJson.bytes(r), java.nio.charset.StandardCharsets.UTF_8),
                        (a, b) -> {
                            throw new AssertionError("a run was held twice");
                        },
                        TreeMap::new));
    }

    private static List<String> calls(Path folder) {
        return Journal.read(folder).records(Memo.TYPE).stream()
                .map((JsonNode m) -> m.path("key").asText())
                .toList();
    }
}
