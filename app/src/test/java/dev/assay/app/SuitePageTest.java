package dev.assay.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.audit.AuditRecord;
import dev.assay.audit.Verdict;
import dev.assay.audit.suite.PlannedRun;
import dev.assay.audit.suite.RunFolder;
import dev.assay.audit.suite.StaticReport;
import dev.assay.audit.suite.Subject;
import dev.assay.audit.suite.Suite;
import dev.assay.audit.suite.SuiteBook;
import dev.assay.audit.suite.SuiteControl;
import dev.assay.audit.suite.SuitePlan;
import dev.assay.journal.Journal;
import dev.assay.journal.Segments;
import dev.assay.report.Attachment;
import dev.assay.report.HtmlReport;
import dev.assay.stats.Rate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A report that carries its runs: written, believed or not, and taken apart. */
class SuitePageTest {
    private static final String SECRET = "sk-do-not-tell";
    private static final String SAID = "What was said in run one.";

    @RegisterExtension
    final Captured console = new Captured();

    @TempDir
    Path folder;

    private String at(String name) {
        return folder.resolve(name).toString();
    }

    private String printed() {
        String text = console.out.toString(StandardCharsets.UTF_8);
        console.out.reset();
        return text;
    }

    private String complaint() {
        return console.err.toString(StandardCharsets.UTF_8).lines().toList().getLast();
    }

    private int verify(Path file) {
        console.out.reset();
        return Assay.run("runs", "verify", file.toString());
    }

    /** A page of made-up runs, with calls and errors in the journal that are nobody's business. */
    private Path page() {
        SuiteReportTest.runs(folder.resolve("made-up"), 2);
        try (Journal journal = Journal.open(folder.resolve("made-up"), AuditGround.MANIFEST)) {
            journal.append("memo", Map.of("key", "k", "value", SECRET));
            journal.append("audit-error", Map.of("key", "k", "attempt", 1, "error", SECRET));
        }
        Path page = folder.resolve("page.html");
        assertThat(Assay.run("audit", "suite", "report", at("made-up"), "--html", page.toString()))
                .isZero();
        return page;
    }

    @Test
    void aPageHoldsAndGivesItsRunsBack() throws IOException {
        Path page = page();
        assertThat(verify(page)).isZero();
        String hash = Attachment.sha256(SuitePage.read(page).data());
        assertThat(printed()).isEqualTo(page + " follows from the 146 runs that it carries, SHA-256 " + hash + "\n");
        assertThat(Assay.run("runs", "verify", page.toString(), "--json")).isZero();
        JsonNode told = new ObjectMapper().readTree(printed());
        assertThat(told.path("holds").asBoolean()).isTrue();
        assertThat(told.path("sha256").asText()).isEqualTo(hash);

        assertThat(Assay.run("runs", "import", page.toString(), "--out", at("in")))
                .isZero();
        assertThat(printed()).contains("146 runs in " + page + ", 146 of them new in " + at("in"));
        assertThat(RunFolder.read(folder.resolve("in"))).isEqualTo(RunFolder.read(folder.resolve("made-up")));
        try (Stream<Path> files = Files.walk(folder.resolve("in"))) {
            assertThat(files.filter(Files::isRegularFile))
                    .allSatisfy(f -> assertThat(f).content().doesNotContain(SECRET));
        }
        assertThat(Assay.run("runs", "import", page.toString(), "--out", at("in")))
                .isZero();
        assertThat(printed()).contains(", 0 of them new in ");
        assertThat(verify(folder.resolve("in"))).as("a folder").isZero();

        Path again = folder.resolve("again.html");
        assertThat(Assay.run("runs", "export", at("in"), "--format", "html", "--out", again.toString()))
                .isZero();
        assertThat(shown(again))
                .isEqualTo(shown(page).replace(at("made-up"), at("in")).replace("made-up", "in"));
    }

    /** Without what it carries, which names its folder. */
    private static String shown(Path page) throws IOException {
        return Files.readString(page).replaceAll("(?s)<script.*</script>", "");
    }

    @Test
    void exportWritesTheSamePage() throws IOException {
        Path page = page();
        assertThat(Assay.run("runs", "export", at("made-up"), "--format", "html", "--out", at("other.html")))
                .isZero();
        assertThat(printed()).endsWith("146 runs in " + at("other.html") + "\n");
        assertThat(folder.resolve("other.html")).hasSameTextualContentAs(page);
        assertThat(Assay.run(
                        "runs",
                        "export",
                        at("made-up"),
                        "--format",
                        "html",
                        "--out",
                        at("other.html"),
                        "--tool",
                        "chat"))
                .isEqualTo(Assay.USER_ERROR);
        assertThat(complaint()).contains("leave out --target, --tool and --verdict");
    }

    @Test
    void aNumberChangedByHandIsNamed() throws IOException {
        Path page = page();
        String html = Files.readString(page);
        int cell = html.indexOf(">1/6<");
        Files.writeString(page, html.substring(0, cell) + ">5/6<" + html.substring(cell + 5));
        assertThat(verify(page)).isEqualTo(1);
        assertThat(printed()).contains("in \"Where each tool finds it\" it has \"5/6\" where they give \"1/6\"");
        assertThat(Assay.run("runs", "verify", page.toString(), "--json")).isEqualTo(1);
        JsonNode told = new ObjectMapper().readTree(printed());
        assertThat(told.path("holds").asBoolean()).isFalse();
        assertThat(told.path("difference").path("page").asText()).isEqualTo("5/6");

        Files.writeString(page, html.substring(0, html.indexOf("</body>")));
        assertThat(verify(page)).as("cut off behind its data").isEqualTo(1);
        assertThat(printed()).contains("in \"its end\"");
    }

    /** Puts other data into a page. */
    private Path changed(Path page, UnaryOperator<byte[]> how, boolean mended) throws IOException {
        String html = Files.readString(page);
        byte[] data = how.apply(SuitePage.read(page).data());
        String other = new HtmlReport("", "")
                .attach(SuitePage.ID, SuitePage.TYPE, data)
                .toHtml();
        String element = other.substring(other.indexOf("<script"), other.indexOf("</body>"));
        if (!mended)
            element = element.replace(
                    Attachment.sha256(data),
                    Attachment.sha256(SuitePage.read(page).data()));
        int from = html.indexOf("<script");
        return Files.writeString(
                folder.resolve("changed.html"),
                html.substring(0, from) + element + html.substring(html.indexOf("</body>")));
    }

    /** A miss in the journal that becomes a hit, with or without its check sum. */
    private static byte[] luckier(byte[] zip, boolean mended) {
        try (SuiteCopy copy = SuiteCopy.of(zip)) {
            Path journal = copy.folder().resolve(Journal.FILE);
            List<String> lines = new ArrayList<>(Files.readAllLines(journal));
            int at = 0;
            while (!lines.get(at).contains("\"MISS\"")) at++;
            String covered = lines.get(at).substring(17).replace("\"MISS\"", "\"HIT\"");
            var crc = new CRC32C();
            crc.update(covered.getBytes(StandardCharsets.UTF_8));
            String head = mended
                    ? "{\"crc\":\"%08x\"".formatted(crc.getValue())
                    : lines.get(at).substring(0, 17);
            lines.set(at, head + covered);
            Files.writeString(journal, String.join("\n", lines) + "\n");
            return copy.zip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aRecordThatWasChangedIsNotBelieved() throws IOException {
        Path page = page();
        assertThat(verify(changed(page, zip -> luckier(zip, true), false))).isEqualTo(Assay.USER_ERROR);
        assertThat(complaint()).contains("its data are not those of its SHA-256");
        assertThat(verify(changed(page, zip -> luckier(zip, false), true))).isEqualTo(Assay.USER_ERROR);
        assertThat(complaint())
                .contains("of its data, journal.jsonl, line ", "checksum is wrong. Have the page sent again")
                .doesNotContain("head -n");
        assertThat(Assay.run("runs", "import", at("changed.html"), "--out", at("in")))
                .as("nor imported")
                .isEqualTo(Assay.USER_ERROR);
        assertThat(folder.resolve("in")).doesNotExist();
        assertThat(verify(changed(page, zip -> luckier(zip, true), true)))
                .as("all sums are mended, and the numbers are not those of the runs")
                .isEqualTo(1);
        assertThat(printed()).contains("changed.html does not follow from its runs: in \"");
    }

    @Test
    void whatIsNoSuchPageIsOneLine() throws IOException {
        Path page = page();
        String html = Files.readString(page);
        Path cut = Files.writeString(folder.resolve("cut.html"), html.substring(0, html.indexOf("\n</script>") - 9));
        assertThat(verify(cut)).isEqualTo(Assay.USER_ERROR);
        assertThat(complaint()).contains("cut.html can't be believed: it is cut off within its data");
        Path other = Files.writeString(folder.resolve("other.html"), new HtmlReport("Other", "").toHtml());
        assertThat(verify(other)).isEqualTo(Assay.USER_ERROR);
        assertThat(complaint()).contains("it carries no data");
        assertThat(verify(Files.writeString(folder.resolve("text"), "text"))).isEqualTo(Assay.USER_ERROR);
        assertThat(complaint()).contains("text is no page of assay audit suite report --html");
        assertThat(verify(folder.resolve("nowhere"))).isEqualTo(Assay.USER_ERROR);
        assertThat(verify(changed(page, zip -> Arrays.copyOf(zip, 2000), true))).isEqualTo(Assay.USER_ERROR);
        assertThat(complaint()).contains("no whole zip file");
        assertThat(verify(changed(page, zip -> zipOf("run.json"), true))).isEqualTo(Assay.USER_ERROR);
        assertThat(complaint()).contains("of its data, page.json can't be read");
        assertThat(verify(changed(page, zip -> zipOf("../evil"), true))).isEqualTo(Assay.USER_ERROR);
        assertThat(complaint()).contains("does not belong there: ../evil");
        assertThat(Assay.run("runs", "import", page.toString(), "--out", at("made-up")))
                .as("a folder of other runs")
                .isEqualTo(Assay.USER_ERROR);
        assertThat(complaint()).contains("is of other runs");
    }

    @Test
    void theRecordedPageOfFormat0StillOpens() {
        Path recorded = Path.of("src", "test", "resources", "page-v0.html");
        assertThat(verify(recorded)).as("its numbers may be another program's").isIn(0, 1);
        assertThat(Assay.run("runs", "import", recorded.toString(), "--out", at("in")))
                .isZero();
        List<RunFolder.Run> runs = RunFolder.read(folder.resolve("in"));
        assertThat(runs)
                .extracting(r -> r.record().grade().verdict())
                .containsExactly(Verdict.HIT, Verdict.MISS, Verdict.VOID);
        assertThat(runs.getFirst()
                        .record()
                        .talks()
                        .getFirst()
                        .target()
                        .getLast()
                        .content())
                .isEqualTo(SAID);
        assertThat(SuiteTargets.read(folder.resolve("in")).strength("flattery-td-sft", 1))
                .hasValue(0.7);
        assertThat(Journal.read(folder.resolve("in")).last(StaticReport.RECORD)).isPresent();
    }

    private static byte[] zipOf(String name) {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.closeEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Two workers, one run held again, an agent's steps, and what is known of the targets. */
    @Test
    void aSuiteComesBackWhole() throws IOException {
        Path suite = folder.resolve("suite");
        Files.createDirectories(suite);
        SuitePlan plan = SuitePlan.read(Files.writeString(
                folder.resolve("suite.yaml"),
                "targets: [flattery-td-sft, defer-to-users-td-sft]\n" + "tools: [chat, prefill]\nruns: 2\n"));
        List<Subject> subjects = plan.targets().stream()
                .map(t -> new Subject(t, "twin-td-sft-1", "model-" + t, "model-twin"))
                .toList();
        var whole = new Suite(plan, subjects);
        whole.write(suite);
        List<PlannedRun> planned = whole.runs();
        record(suite, planned.subList(0, 4), 1, Verdict.HIT);
        record(suite, planned.subList(7, 8), 1, Verdict.VOID);
        record(Segments.of(suite, "second"), planned.subList(4, 7), 1, Verdict.MISS);
        new SuiteControl(suite)
                .requeue(List.of(new SuiteControl.Attempt(planned.get(7).key(), 1)));
        record(Segments.of(suite, "second"), planned.subList(7, 8), 2, Verdict.NEAR_MISS);
        String steps = "agents/flattery-td-sft-chat-1.0-1/agent.json";
        Files.createDirectories(suite.resolve("segments/second").resolve(steps).getParent());
        Files.writeString(suite.resolve("segments/second").resolve(steps), "{}");
        var known = new SuiteTargets(
                Map.of("flattery-td-sft", Map.of("1.0", 0.7)),
                Map.of(
                        "flattery-td-sft",
                        new SuiteTargets.Measured(new Rate(7, 10), new Rate(1, 10), new Rate(0, 10))));
        known.write(suite);

        SuiteReportTest.shown(suite, "chat", plan.targets());

        Path page = folder.resolve("page.html");
        assertThat(Assay.run("audit", "suite", "report", suite.toString(), "--html", page.toString()))
                .isZero();
        assertThat(page).content().as("of the target that is the same model").contains("strong evidence, 1 behaviours");
        assertThat(page).content().contains("Strength and confession of the targets", "Planned: 2 behaviours");
        assertThat(verify(page)).as(printed()).isZero();
        Path in = folder.resolve("in");
        assertThat(Assay.run("runs", "import", page.toString(), "--out", in.toString()))
                .isZero();
        List<RunFolder.Run> runs = RunFolder.read(in);
        assertThat(runs).isEqualTo(RunFolder.read(suite)).hasSize(8);
        assertThat(runs.getLast().attempt()).isEqualTo(2);
        assertThat(runs.getFirst().seconds()).hasValue(3.5);
        assertThat(in.resolve(steps)).hasContent("{}");
        printed();
        assertThat(Assay.run("audit", "show", in.toString(), "--target", "flattery-td-sft", "--talks", "1"))
                .isZero();
        assertThat(printed()).contains(SAID);
        assertThat(Assay.run("audit", "suite", "status", in.toString())).isZero();
        assertThat(printed()).contains("8 of 8 runs");
        assertThat(Assay.run("view", in.toString(), "--export", at("view"))).isZero();
        assertThat(folder.resolve("view/data/audits/in/map.json")).exists();
        assertThat(folder.resolve("view/data/audits/in/static.json")).exists();
        assertThat(Assay.run("audit", "suite", "report", in.toString(), "--html", at("again.html")))
                .isZero();
        assertThat(folder.resolve("again.html")).content().contains("Strength and confession of the targets");
    }

    private static void record(Path folder, List<PlannedRun> runs, int attempt, Verdict verdict) {
        try (Journal journal = Journal.open(folder, AuditGround.MANIFEST)) {
            for (PlannedRun p : runs) {
                AuditRecord r = SuiteReportTest.record(p.target(), p.tool(), p.number(), verdict, 900);
                r = SuiteReportTest.said(r, SAID);
                journal.append(SuiteBook.RECORD, Map.of("key", p.key(), "attempt", attempt, "record", r));
                journal.append(SuiteBook.SECONDS, Map.of("key", p.key(), "attempt", attempt, "seconds", 3.5));
            }
        }
    }
}
