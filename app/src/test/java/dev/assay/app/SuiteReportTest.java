package dev.assay.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.AuditSummary;
import dev.assay.audit.Bank;
import dev.assay.audit.Claim;
import dev.assay.audit.Claims;
import dev.assay.audit.ComparedReadout;
import dev.assay.audit.Grade;
import dev.assay.audit.Verdict;
import dev.assay.audit.suite.RunFolder;
import dev.assay.audit.suite.StaticEvaluation;
import dev.assay.audit.suite.StaticReport;
import dev.assay.audit.suite.SuiteBook;
import dev.assay.journal.Journal;
import dev.assay.lm.Message;
import dev.assay.report.PdfPages;
import dev.assay.stats.SplitRandom;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class SuiteReportTest {
    private static final List<String> BEHAVIOURS = List.of(
            "animal-welfare", "contextual-optimism", "defend-objects", "defer-to-users", "flattery", "self-promotion");

    @RegisterExtension
    final Captured console = new Captured();

    @TempDir
    Path folder;

    static AuditRecord record(String target, String tool, int run, Verdict verdict, int tokens) {
        var claim = new Claim("claim of " + run, "It does <b>this</b>.", Optional.empty());
        boolean claims = verdict != Verdict.MISS && verdict != Verdict.CLEAN && verdict != Verdict.VOID;
        List<String> named = claims ? List.of(claim.name()) : List.of();
        List<String> none = List.of();
        var grade = new Grade(
                verdict,
                verdict == Verdict.HIT ? named : none,
                verdict == Verdict.NEAR_MISS ? named : none,
                verdict == Verdict.FALSE_ALARM ? named : none,
                "");
        return new AuditRecord(
                target,
                "twin-td-sft-1",
                tool,
                "contrast",
                1,
                run,
                grade,
                new Claims(verdict != Verdict.VOID, claims ? List.of(claim) : List.of()),
                List.of(),
                List.of(),
                12,
                tokens,
                114,
                List.of(),
                List.of(),
                List.of());
    }

    /** A run of a language model in which something was said. */
    static AuditRecord said(AuditRecord r, String text) {
        var talk = new AuditRecord.Talk(
                "family", "bank", List.of(Message.user("Well?"), Message.assistant(text)), List.of());
        return new AuditRecord(
                r.target(),
                r.reference(),
                r.tool(),
                "llm of a test",
                r.dose(),
                r.run(),
                r.grade(),
                r.claims(),
                r.findings(),
                r.leads(),
                r.replies(),
                r.tokens(),
                r.bankSize(),
                r.pointers(),
                List.of(talk),
                r.log());
    }

    /** What a tool shows of targets: the truth and nothing else; of the model alone that is called like the first one. */
    static void shown(Path folder, String tool, List<String> targets) {
        Bank bank = Bank.load();
        List<StaticEvaluation.Reading> readings = targets.stream()
                .map(t -> {
                    String truth = AuditTable.behaviour(t);
                    var read = new ComparedReadout(tool, 50, Map.of(truth, 4.0), Map.of(truth, 0.5));
                    return new StaticEvaluation.Reading(t, Optional.of(truth), read);
                })
                .toList();
        try (Journal journal = Journal.open(folder, AuditGround.MANIFEST)) {
            journal.append(
                    AuditStaticCommand.RECORD,
                    Map.of("key", "model-" + targets.getFirst() + " model-twin " + tool + " 50", "readout", Map.of()));
            journal.append(StaticReport.RECORD, StaticReport.of("", Optional.empty(), 50, readings, List.of(), bank));
        }
    }

    /** Six behaviours and a twin, four tools of different worth, some runs void. */
    static void runs(Path folder, int perCell) {
        RandomGenerator draw = SplitRandom.of(1).generator();
        List<String> tools = List.of("chat", "prefill", "scaffolded-completion", "honesty-steering");
        try (Journal journal = Journal.open(folder, AuditGround.MANIFEST)) {
            for (String b : BEHAVIOURS)
                for (String kind : List.of("-td-sft", "-td-kto", "-sdf-sft"))
                    for (int t = 0; t < tools.size(); t++)
                        for (int r = 1; r <= perCell; r++) {
                            double u = draw.nextDouble();
                            Verdict v = u < 0.2 + 0.15 * t ? Verdict.HIT : u < 0.75 ? Verdict.MISS : Verdict.NEAR_MISS;
                            add(journal, record(b + kind, tools.get(t), r, u > 0.99 ? Verdict.VOID : v, 900 + 100 * t));
                        }
            for (int r = 1; r <= perCell; r++)
                add(journal, record("twin-td-sft-2", "chat", r, r == 1 ? Verdict.FALSE_ALARM : Verdict.CLEAN, 1000));
        }
    }

    private static void add(Journal journal, AuditRecord r) {
        String key = r.target() + " " + r.tool() + " " + r.run();
        journal.append(SuiteBook.RECORD, Map.of("key", key, "record", r));
    }

    @Test
    void everyNumberLeadsToItsRuns() throws IOException {
        runs(folder.resolve("made-up"), 3);
        Path html = Path.of("target", "suite-report.html");
        Path pdf = Path.of("target", "suite-report.pdf");
        assertThat(Assay.run(
                        "audit",
                        "suite",
                        "report",
                        folder.resolve("made-up").toString(),
                        "--html",
                        html.toString(),
                        "--pdf",
                        pdf.toString()))
                .isZero();
        assertThat(console.out.toString(StandardCharsets.UTF_8)).contains("219 runs in " + html);

        String page = Files.readString(html);
        var places = new HashSet<String>();
        Pattern.compile("id=\"([^\"]+)\"").matcher(page).results().forEach(m -> places.add(m.group(1)));
        List<String> led = Pattern.compile("href=\"#([^\"]+)\"")
                .matcher(page)
                .results()
                .map(m -> m.group(1))
                .toList();
        assertThat(led).hasSizeGreaterThan(100).allMatch(places::contains);
        assertThat(led).contains("runs-scaffolded-completion--flattery", "runs-chat--clean-twins");
        assertThat(page)
                .contains("Difference of recall to chat", ">1/3<", "clean twins", "SFT conceals less")
                .doesNotContain("<b>this")
                .doesNotContain("https:", " src=", "url(");
        String paper = String.join("\n", PdfPages.texts(pdf));
        assertThat(paper).contains("Which tool finds what is hidden", "Comparisons", "What it cost", "1/3");
    }

    private int report(String name, Path html, String... more) {
        var all = new ArrayList<>(
                List.of("audit", "suite", "report", folder.resolve(name).toString(), "--html", html.toString()));
        all.addAll(List.of(more));
        return Assay.run(all.toArray(String[]::new));
    }

    @Test
    void theGapStandsThereWhereToolsWereEvaluatedWithoutAnAgent() throws IOException {
        runs(folder.resolve("made-up"), 3);
        Path html = Path.of("target", "suite-gap.html");
        Path pdf = Path.of("target", "suite-gap.pdf");
        assertThat(report("made-up", html)).isZero();
        assertThat(html).content().doesNotContain("Gap", "static-");

        List<String> targets = BEHAVIOURS.stream().map(b -> b + "-td-sft").toList();
        Path statics = folder.resolve("static");
        shown(statics, "prefill", targets);
        assertThat(report("made-up", html, "--static", statics.toString(), "--pdf", pdf.toString()))
                .isZero();
        String page = Files.readString(html);
        List<AuditRecord> records = RunFolder.read(folder.resolve("made-up")).stream()
                .map(RunFolder.Run::record)
                .toList();
        double agent = AuditSummary.of(
                        records.stream()
                                .filter(r -> r.tool().equals("prefill") && targets.contains(r.target()))
                                .toList(),
                        r -> AuditTable.behaviour(r.target()))
                .recall()
                .mean();
        assertThat(agent).isStrictlyBetween(0.05, 0.95);
        String gap = String.format(Locale.ROOT, "%.2f", 1 - agent);
        String section =
                page.substring(page.indexOf("<h2 id=\"gap\""), page.indexOf("<h2", page.indexOf("<h2 id=\"gap\"") + 1));
        assertThat(section)
                .contains("named in ten guesses, 6 behaviours", "strong evidence, 6 behaviours")
                .contains("<a href=\"#static-prefill\">prefill</a>", "<b>" + gap + "</b> <span>[")
                .contains("<a href=\"#runs-prefill\">" + Figures.points(agent) + "</a>")
                .doesNotContain("scaffolded-completion");
        assertThat(page).contains("id=\"static-prefill\"", "prefill without an agent: 6 models");
        Pattern.compile("href=\"#([^\"]+)\"")
                .matcher(page)
                .results()
                .forEach(m -> assertThat(page).contains("id=\"" + m.group(1) + "\""));
        assertThat(String.join("\n", PdfPages.texts(pdf))).contains("Gap", "Without an agent and with one", gap);

        assertThat(Assay.run("runs", "verify", html.toString())).isZero();
        Path in = folder.resolve("in");
        assertThat(Assay.run("runs", "import", html.toString(), "--out", in.toString()))
                .isZero();
        assertThat(report("in", html)).isZero();
        assertThat(html).as("an import has the evaluation").content().contains(section);
    }

    @Test
    void anEvaluationOfOthersIsNoGap() {
        runs(folder.resolve("made-up"), 1);
        Path statics = folder.resolve("static");
        shown(statics, "user", List.of("flattery-td-sft"));
        assertThat(report("made-up", folder.resolve("page.html"), "--static", statics.toString()))
                .isEqualTo(Assay.USER_ERROR);
        assertThat(console.err.toString(StandardCharsets.UTF_8))
                .contains(statics + " has no evaluation of these targets with these tools");
        assertThat(folder.resolve("page.html")).doesNotExist();
    }

    @Test
    void whatCanNotBeWrittenIsOneLine() throws IOException {
        Journal.open(folder.resolve("empty"), AuditGround.MANIFEST).close();
        String empty = folder.resolve("empty").toString();
        assertThat(Assay.run("audit", "suite", "report", empty)).isEqualTo(Assay.USER_ERROR);
        assertThat(console.err.toString(StandardCharsets.UTF_8)).contains("--html FILE");
        assertThat(Assay.run("audit", "suite", "report", empty, "--html", empty + ".html"))
                .isEqualTo(Assay.USER_ERROR);
        assertThat(console.err.toString(StandardCharsets.UTF_8)).contains("no run has ended");
        assertThat(Path.of(empty + ".html")).doesNotExist();
    }
}
