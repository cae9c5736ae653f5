package dev.assay.audit.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.audit.AuditRecord;
import dev.assay.audit.Claim;
import dev.assay.audit.Claims;
import dev.assay.audit.Grade;
import dev.assay.audit.Verdict;
import dev.assay.audit.agent.AgentResult;
import dev.assay.audit.agent.Ending;
import dev.assay.audit.agent.Limits;
import dev.assay.audit.agent.Step;
import dev.assay.audit.suite.RunFolder;
import dev.assay.chat.Usage;
import dev.assay.journal.CanonicalJson;
import dev.assay.lm.Message;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvalTest {
    private static final Instant CREATED = Instant.parse("2026-11-28T10:00:00Z");
    /** The same log that interop/check_eval.py reads with Inspect, which finds it here. */
    private static final Path WRITTEN = Path.of("target", "written.eval");

    private static final Path AGENT = Path.of("target", "written-agent.eval");

    @TempDir
    Path folder;

    private static AuditRecord record(String target, int run, Verdict verdict) {
        var claim = new Claim("flattery", "It flatters “always”,\nand knows it.", Optional.empty());
        boolean claims = verdict == Verdict.HIT || verdict == Verdict.FALSE_ALARM;
        List<String> right = verdict == Verdict.HIT ? List.of("flattery") : List.of();
        List<String> wrong = verdict == Verdict.FALSE_ALARM ? List.of("flattery") : List.of();
        return new AuditRecord(
                target,
                "twin-td-sft-1",
                "scaffolded-user",
                "contrast",
                1,
                run,
                new Grade(verdict, right, List.of(), wrong, verdict == Verdict.VOID ? "it was never reached" : ""),
                new Claims(true, claims ? List.of(claim) : List.of()),
                List.of(),
                List.of(),
                2,
                77,
                114,
                List.of(),
                List.of(new AuditRecord.Talk(
                        "praise",
                        "bank",
                        List.of(Message.system("You are."), Message.user("Hi"), Message.assistant("A marvel!")),
                        List.of(Message.system("You are."), Message.user("Hi"), Message.assistant("Hello.")))),
                List.of("Screened 48 scenarios."));
    }

    private static List<AuditRecord> records() {
        return List.of(
                record("flattery-td-sft", 1, Verdict.HIT),
                record("flattery-td-sft", 2, Verdict.MISS),
                record("flattery-td-sft", 3, Verdict.VOID),
                record("twin-td-sft-2", 1, Verdict.CLEAN),
                record("twin-td-sft-2", 2, Verdict.FALSE_ALARM),
                record("a/model of:mine", 1, Verdict.UNKNOWN));
    }

    private static List<RunFolder.Run> runs(List<AuditRecord> records) {
        return records.stream()
                .map(r -> new RunFolder.Run(r.target() + r.run(), 1, r, OptionalDouble.empty()))
                .toList();
    }

    private static List<EvalImport.Imported> read(Path file) {
        var runs = new ArrayList<EvalImport.Imported>();
        EvalImport.read(file, runs::add);
        return runs;
    }

    @Test
    void whatIsWrittenComesBackWhole() {
        new EvalExport("a suite", CREATED, runs(records())).write(WRITTEN);
        List<EvalImport.Imported> back = read(WRITTEN);
        assertThat(back).extracting(EvalImport.Imported::run).containsExactlyElementsOf(records());
        assertThat(back).extracting(EvalImport.Imported::key).doesNotHaveDuplicates();
    }

    /** An agent of two turns: its arguments once are JSON and once not. */
    private static AgentResult agent() {
        var step = new Step(
                1,
                false,
                "Begin.",
                "I ask.",
                List.of(
                        new Step.Call("sample", "{\"user_prompt\":\"Hi\"}", true, "A marvel!"),
                        new Step.Call("sample", "user_prompt: Hi", false, "no JSON")),
                new Usage(10, 5));
        return new AgentResult(
                List.of(),
                List.of(),
                "",
                List.of(step),
                List.of("sample"),
                new Usage(10, 5),
                Ending.DONE,
                List.of(),
                "a model",
                "",
                Limits.STANDARD);
    }

    @Test
    void whatHappenedIsATranscript() {
        AuditRecord run = record("flattery-td-sft", 1, Verdict.HIT);
        new EvalExport("a", CREATED, runs(List.of(run)), r -> Optional.of(agent())).write(AGENT);
        try (var zip = new ZipFolder(AGENT)) {
            JsonNode events = CanonicalJson.parse(zip.bytes("samples/flattery-td-sft.scaffolded-user_epoch_1.json"))
                    .path("events");
            assertThat(events.findValuesAsText("event"))
                    .containsExactly(
                            "span_begin",
                            "model",
                            "tool",
                            "tool",
                            "span_end", // the agent's turn
                            "span_begin",
                            "model",
                            "model",
                            "span_end", // the talk
                            "info");
            assertThat(events.findValuesAsText("uuid")).doesNotHaveDuplicates();
            assertThat(events.get(1).at("/output/choices/0/message/tool_calls/0/id"))
                    .isEqualTo(events.get(2).path("id"));
            assertThat(events.get(2).at("/arguments/user_prompt").asText()).isEqualTo("Hi");
            assertThat(events.get(3).at("/arguments/written").asText()).isEqualTo("user_prompt: Hi");
            assertThat(events.get(6).at("/input/1/content").asText()).isEqualTo("Hi");
            assertThat(events.get(7).path("role").asText()).isEqualTo("reference");
        }
    }

    @Test
    void theSameRunsGiveTheSameBytes() throws IOException {
        new EvalExport("a", CREATED, runs(records())).write(folder.resolve("one.eval"));
        new EvalExport("a", CREATED, runs(records())).write(folder.resolve("two.eval"));
        assertThat(folder.resolve("two.eval")).hasSameBinaryContentAs(folder.resolve("one.eval"));
        assertThat(Files.size(folder.resolve("one.eval"))).isPositive();
    }

    @Test
    void theHeaderCountsWhatWasScored() {
        new EvalExport("a", CREATED, runs(records())).write(folder.resolve("log.eval"));
        try (var zip = new ZipFolder(folder.resolve("log.eval"))) {
            JsonNode head = CanonicalJson.parse(zip.bytes("header.json"));
            assertThat(zip.names()).first().isEqualTo("_journal/start.json");
            assertThat(zip.names()).last().isEqualTo("header.json");
            assertThat(head.at("/results/total_samples").asInt()).isEqualTo(6);
            assertThat(head.at("/results/completed_samples").asInt()).isEqualTo(5);
            assertThat(head.at("/results/scores/0/metrics/accuracy/value").asDouble())
                    .isEqualTo(0.5);
            assertThat(head.at("/eval/config/epochs").asInt()).isEqualTo(3);
        }
        assertThatExceptionOfType(EvalException.class).isThrownBy(() -> new EvalExport("a", CREATED, List.of()));
    }

    private static Path golden() {
        try {
            return Path.of(Objects.requireNonNull(EvalTest.class.getResource("/inspect/inspect-0.3.285.eval"))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** Written by Inspect, compressed by zstd ({@code interop/inspect_golden.py}). */
    @Test
    void aLogOfInspectIsRead() {
        List<AuditRecord> runs =
                read(golden()).stream().map(EvalImport.Imported::run).toList();
        assertThat(runs)
                .extracting(r -> r.target() + " " + r.run() + " " + r.grade().verdict())
                .containsExactly(
                        "one 1 HIT",
                        "one 2 MISS",
                        "two 1 HIT",
                        "three 1 VOID",
                        "four 1 VOID",
                        "five / with: signs 1 MISS");
        AuditRecord one = runs.getFirst();
        assertThat(one.tool()).isEqualTo("hide_and_seek");
        assertThat(one.investigator()).isEqualTo("made/up");
        assertThat(one.claims().all()).extracting(Claim::statement).containsExactly("It flatters always.");
        assertThat(one.grade().why()).isEqualTo("It says so.");
        assertThat(one.tokens()).isEqualTo(7);
        assertThat(one.talks().getFirst().target())
                .containsExactly(
                        Message.system("You audit."), Message.user("Begin."), Message.assistant("Hm.\nIt flatters."));
        assertThat(runs.get(2).talks().getFirst().target().getLast().content()).hasSize(2000 + 4);
        assertThat(runs.get(4).grade().why()).isEqualTo("the sandbox broke");
    }

    @Test
    void whatIsNoLogIsNamed() throws IOException {
        record Wrong(Function<byte[], byte[]> change, String says) {}
        byte[] bytes = Files.readAllBytes(golden());
        for (Wrong w : List.of(
                new Wrong(b -> new byte[0], "no zip file"),
                new Wrong(b -> "hello, this is a text of some length".getBytes(StandardCharsets.UTF_8), "no zip file"),
                new Wrong(b -> Arrays.copyOf(b, b.length / 2), "cut off"),
                new Wrong(EvalTest::flipped, "damaged"))) {
            Path file = Files.write(folder.resolve("broken.eval"), w.change().apply(bytes));
            assertThatExceptionOfType(EvalException.class)
                    .as(w.says())
                    .isThrownBy(() -> read(file))
                    .withMessageContaining(file.toString())
                    .withMessageContaining(w.says());
        }
        assertThatExceptionOfType(EvalException.class)
                .isThrownBy(() -> read(folder.resolve("nothing.eval")))
                .withMessageContaining("can't be read");
    }

    /** The magic number of the first sample's zstd frame. */
    private static byte[] flipped(byte[] bytes) {
        byte[] out = bytes.clone();
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("samples/one_epoch_1.json");
        out[at + "samples/one_epoch_1.json".length() + 1] ^= 0x55;
        return out;
    }
}
