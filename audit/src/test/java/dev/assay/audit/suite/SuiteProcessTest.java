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
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real suite on tiny models, shared by two processes of which one is killed. */
@Timeout(120)
class SuiteProcessTest {
    private static final int KILLS = 20;
    /** Runs of each of four cells, enough to be killed in twenty times. */
    private static final int MANY = 40;

    @TempDir
    Path temp;

    @Test
    void whatAKilledWorkerBeganIsTakenOverAndTheUnionIsThatOfOneProcess() throws IOException, InterruptedException {
        Path shared = Files.createDirectory(temp.resolve("shared"));
        Process child = TinySuite.child(temp.resolve("their-models"), shared, TinySuite.RUNS);
        var suite = new TinySuite(temp.resolve("models"), TinySuite.RUNS);
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

    @Test
    @Tag("soak")
    @Timeout(1800)
    void twentyKillsAtRandomMomentsLoseNothingAndRepeatNothing() throws IOException, InterruptedException {
        Path killed = Files.createDirectory(temp.resolve("killed"));
        Journal.open(killed, SuiteStage.MANIFEST).close(); // as one who prepares a suite for workers leaves it
        var random = new Random(20);
        int kills = 0;
        while (kills < KILLS) {
            Process child = TinySuite.child(temp.resolve("their-models"), killed, MANY);
            boolean ended = child.waitFor(random.nextLong(500, 8000), TimeUnit.MILLISECONDS);
            child.destroyForcibly().waitFor();
            assertThat(ended)
                    .as("all was done after %d of %d kills: more runs are needed", kills, KILLS)
                    .isFalse();
            kills++;
            System.err.printf("kill %d: %d runs%n", kills, runs(killed));
        }
        assertThat(TinySuite.child(temp.resolve("their-models"), killed, MANY).waitFor())
                .isZero();
        Path alone = Files.createDirectory(temp.resolve("alone"));
        new TinySuite(temp.resolve("models"), MANY).work(alone, "", () -> {});
        assertThat(records(killed)).hasSize(4 * MANY).isEqualTo(records(alone));
        assertThat(calls(killed)).as("no call is made twice").doesNotHaveDuplicates();
        assertThat(calls(killed)).containsExactlyInAnyOrderElementsOf(calls(alone));
    }

    private static int runs(Path folder) {
        return Journal.read(folder).records(SuiteBook.RECORD).size();
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
