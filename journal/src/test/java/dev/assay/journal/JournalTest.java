package dev.assay.journal;

import static dev.assay.journal.Runs.MANIFEST;
import static dev.assay.journal.Runs.manifest;
import static dev.assay.journal.Runs.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {

    @TempDir
    Path temp;

    private Path folder() {
        return temp.resolve("run");
    }

    @Test
    void aRunGoesOnWhereItStopped() {
        try (Journal journal = open(folder())) {
            assertThat(journal.append("reply", Map.of("text", "a")).seq()).isZero();
            journal.append("score", 0.5);
            journal.commit();
        }
        try (Journal journal = open(folder())) {
            assertThat(journal.size()).isEqualTo(2);
            assertThat(journal.tornBytes()).isZero();
            assertThat(journal.append("reply", Map.of("text", "b")).seq()).isEqualTo(2);
            assertThat(journal.records("reply"))
                    .extracting(r -> r.path("text").asText())
                    .containsExactly("a", "b");
            assertThat(journal.last("reply").orElseThrow().path("text").asText())
                    .isEqualTo("b");
            assertThat(journal.last("score").orElseThrow().asDouble()).isEqualTo(0.5);
            assertThat(journal.last("nothing")).isEmpty();
            assertThat(journal.records("nothing")).isEmpty();
        }
    }

    record Mixed(long count, float share, String text, List<Integer> ids, Map<String, Double> scores) {}

    @Test
    void aRecordReadsTheSameBeforeAndAfterResuming() {
        Mixed mixed = new Mixed(3, 0.1f, "ü\n\"🌍\u2028", List.of(1, 2), Map.of("b", 1.0, "a", Double.NaN));
        JsonNode now;
        try (Journal journal = open(folder())) {
            now = journal.append("mixed", mixed).body();
            assertThat(journal.last("mixed")).contains(now);
        }
        try (Journal journal = open(folder())) {
            assertThat(journal.last("mixed")).contains(now);
            assertThat(CanonicalJson.value(now, Mixed.class)).isEqualTo(mixed);
        }
    }

    /** The folder in the resources was written by an independent implementation in Python. */
    @Test
    void recordedFolderOfFormat0Loads() throws URISyntaxException {
        Path recorded = Path.of(JournalTest.class.getResource("/journal-v0").toURI());
        Manifest manifest = Manifest.read(recorded);
        assertThat(manifest.command()).isEqualTo("audit");
        assertThat(manifest.config().path("temperature").asDouble()).isEqualTo(0.7);
        assertThat(manifest.provenance().seeds()).containsExactly(Map.entry("audit", 17L));
        try (Journal journal = Journal.open(Runs.copy(recorded, folder()), manifest)) {
            assertThat(journal.size()).isEqualTo(4);
            Memo memo = new Memo(journal);
            JsonNode value = memo.find(Memo.key("base", 17, "Hello")).orElseThrow();
            assertThat(value.path("text").asText()).isEqualTo("Grüße, \"Welt\"\n🌍");
            assertThat(value.path("tokens").path(2).asLong()).isEqualTo(30_000_000_000L);
            assertThat(journal.last("finding").orElseThrow().path("e").asDouble())
                    .isEqualTo(412.5);
        }
    }

    @Test
    void writesTheRecordedBytesOfFormat0() throws URISyntaxException {
        Path recorded = Path.of(JournalTest.class.getResource("/journal-v0").toURI());
        Snapshot snapshot = Journal.read(recorded);
        try (Journal journal = Journal.open(folder(), snapshot.manifest())) {
            snapshot.entries().forEach(entry -> journal.append(entry.type(), entry.body()));
        }
        assertThat(Runs.bytes(folder())).isEqualTo(Runs.bytes(recorded));
        assertThat(Journal.read(folder())).isEqualTo(snapshot);
    }

    @Test
    void onlookersSeeARunInProgress() {
        try (Journal journal = open(folder())) {
            assertThat(Journal.read(folder()).entries()).isEmpty();
            journal.append("reply", 1);
            journal.append("score", 2);
            journal.append("reply", 3);
            Snapshot snapshot = Journal.read(folder());
            assertThat(snapshot.manifest()).isEqualTo(MANIFEST);
            assertThat(snapshot.records("reply")).extracting(JsonNode::asInt).containsExactly(1, 3);
            assertThat(snapshot.last("reply").map(JsonNode::asInt)).contains(3);
            assertThat(snapshot.last("nothing")).isEmpty();
        }
    }

    @Test
    void someTypesCanBeReadAloneAndDamageToOthersIsStillFound() {
        try (Journal journal = Runs.open(folder())) {
            for (String type : new String[] {"reply", "memo", "reply", "note", "memo"})
                journal.append(type, Map.of("text", "é"));
        }
        Set<String> wanted = Set.of("reply", "note");
        List<Entry> whole = Journal.read(folder()).entries();
        List<Entry> some = Journal.read(folder(), wanted::contains).entries();
        assertThat(some).containsExactly(whole.get(0), whole.get(2), whole.get(3));
        List<Entry> given = new ArrayList<>();
        Journal.each(folder(), wanted::contains, given::add);
        assertThat(given).isEqualTo(some);
        byte[] bytes = Runs.bytes(folder());
        bytes[bytes.length - 5] ^= 1; // of the last memo
        Runs.overwrite(folder(), bytes);
        given.clear();
        assertThatExceptionOfType(JournalException.class)
                .isThrownBy(() -> Journal.each(folder(), wanted::contains, given::add))
                .withMessageContaining("line 5 is damaged");
        assertThat(given).isEqualTo(some);
        assertThatExceptionOfType(JournalException.class)
                .isThrownBy(() -> Journal.read(folder(), wanted::contains))
                .withMessageContaining("line 5 is damaged");
    }

    @Test
    void anotherRunIsTurnedAway() {
        Runs.withReplies(folder(), 1);
        byte[] before = Runs.bytes(folder());
        assertThatExceptionOfType(ManifestMismatchException.class)
                .isThrownBy(() -> Journal.open(folder(), manifest(18)))
                .withMessageContaining(folder().toString())
                .withMessageContaining("Use another folder")
                .asInstanceOf(type(ManifestMismatchException.class))
                .extracting(ManifestMismatchException::differences)
                .asString()
                .contains("config/seed is 17 there and 18 here", "provenance/seeds/audit is 17 there and 18 here")
                .doesNotContain("suite");
        assertThat(Runs.bytes(folder())).isEqualTo(before);
        open(folder()).close(); // and the failure let go of the lock
    }

    @Test
    void aFolderWithoutOrWithABadManifestIsTurnedAway() throws IOException {
        Runs.withReplies(folder(), 1);
        Path file = folder().resolve(Manifest.FILE);
        String manifest = Files.readString(file);
        Files.delete(file);
        assertFails("has records but no run.json");
        Files.writeString(file, manifest.replace("\"format\" : 0", "\"format\" : 1"));
        assertFails("has format 1, and this program knows formats up to 0");
        Files.writeString(file, manifest.substring(0, 40));
        assertFails("run.json is damaged");
        Files.writeString(file, manifest.replace("\"targets\" : 2", "\"targets\" : 3"));
        assertFails("run.json is damaged");
        assertThatExceptionOfType(JournalException.class)
                .isThrownBy(() -> Journal.read(temp))
                .withMessageContaining("no run folder");
    }

    private void assertFails(String message) {
        assertThatExceptionOfType(JournalException.class)
                .isThrownBy(() -> open(folder()))
                .withMessageContaining(folder().toString())
                .withMessageContaining(message);
    }

    @Test
    void manyThreadsAppendAtOnce() {
        int threads = 40;
        int each = 25;
        AtomicInteger next = new AtomicInteger();
        try (Journal journal = open(folder());
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            IntStream.range(0, threads)
                    .forEach(t -> executor.submit(() -> {
                        for (int i = 0; i < each; i++) {
                            journal.append("t" + t, next.getAndIncrement());
                        }
                    }));
        }
        Snapshot snapshot = Journal.read(folder());
        assertThat(snapshot.entries())
                .extracting(e -> e.body().asInt())
                .doesNotHaveDuplicates()
                .hasSize(threads * each);
        for (int t = 0; t < threads; t++) {
            // what one thread wrote is there in its order
            assertThat(snapshot.records("t" + t))
                    .extracting(JsonNode::asInt)
                    .hasSize(each)
                    .isSorted();
        }
    }

    @Test
    void anInterruptedThreadDoesNotTakeTheJournalWithIt() {
        try (Journal journal = open(folder())) {
            Thread.currentThread().interrupt();
            journal.append("reply", 1);
            journal.commit();
            assertThat(Thread.interrupted()).isTrue();
            journal.append("reply", 2);
        }
        assertThat(Journal.read(folder()).entries()).hasSize(2);
    }

    @Test
    void whatIsNoJsonLeavesTheJournalAsItWas() {
        try (Journal journal = open(folder())) {
            journal.append("reply", 1);
            assertThatIllegalArgumentException().isThrownBy(() -> journal.append("reply", new Object()));
            journal.append("reply", 2);
        }
        assertThat(Journal.read(folder()).records("reply"))
                .extracting(JsonNode::asInt)
                .containsExactly(1, 2);
    }

    @Test
    void aClosedJournalSaysSo() {
        Journal journal = open(folder());
        journal.close();
        journal.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> journal.append("reply", 1))
                .withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(journal::commit);
    }

    @Test
    void provenanceIsNeverMissing() {
        Map<String, Integer> config = Map.of("seed", 1);
        Provenance other = Provenance.of("v", Map.of("seed", 2), Map.of(), Map.of(), Map.of());
        assertThatIllegalArgumentException().isThrownBy(() -> Manifest.of("audit", config, other));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Provenance.of(" ", config, Map.of(), Map.of(), Map.of()))
                .withMessageContaining("version");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Provenance("v", "none", Map.of(), Map.of(), Map.of()))
                .withMessageContaining("SHA-256");
    }

    /** Threads that add, commit, read and are interrupted, as those of cancelled calls are: nothing is lost or mixed up. */
    @Test
    void manyAddAndCommitAtOnceWhileSomeAreInterrupted() throws InterruptedException {
        int each = 60;
        List<Thread> threads;
        try (Journal journal = open(folder())) {
            threads = IntStream.range(0, 12)
                    .mapToObj(t -> Thread.ofVirtual().start(() -> {
                        for (int i = 0; i < each; i++) {
                            if (t % 3 == 0) {
                                Thread.currentThread().interrupt();
                            }
                            journal.append("of " + t, i);
                            journal.commit();
                            assertThat(journal.last("of " + t).orElseThrow().asInt())
                                    .isEqualTo(i);
                        }
                    }))
                    .toList();
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(journal.size()).isEqualTo(12L * each);
        }
        try (Journal journal = open(folder())) {
            for (int t = 0; t < 12; t++) {
                assertThat(journal.records("of " + t))
                        .extracting(JsonNode::asInt)
                        .containsExactlyElementsOf(
                                IntStream.range(0, each).boxed().toList());
            }
        }
    }
}
