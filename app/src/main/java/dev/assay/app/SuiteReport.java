package dev.assay.app;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.AuditSummary;
import dev.assay.audit.Verdict;
import dev.assay.audit.suite.PublishedFindings;
import dev.assay.audit.suite.RunFolder;
import dev.assay.audit.suite.Split;
import dev.assay.audit.suite.SuiteStatistics;
import dev.assay.report.HtmlReport;
import dev.assay.report.HtmlReport.Estimate;
import dev.assay.report.HtmlReport.Line;
import dev.assay.report.HtmlReport.Tone;
import dev.assay.report.Linked;
import dev.assay.report.Page;
import dev.assay.report.PdfReport;
import dev.assay.report.Shade;
import dev.assay.stats.Interval;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/** A suite on a screen and on paper. On a screen every number leads to the runs that it comes from. */
final class SuiteReport {
    private final SuiteResult suite;
    private final List<AuditRecord> records;
    private final SuiteStatistics statistics;
    private final List<String> tools;
    private final SuiteGap gap;

    SuiteReport(SuiteResult suite) {
        this.suite = suite;
        this.records = suite.records();
        this.statistics = suite.statistics();
        this.tools = statistics.tools().stream().map(SuiteStatistics.Tool::tool).toList();
        this.gap = new SuiteGap(suite);
    }

    /** @param data what it is computed from, which the page carries */
    String html(byte[] data) {
        var page = new HtmlReport(title(), subtitle());
        write(page);
        new SuiteRunList(suite.runs()).write(page, suite.about().folder());
        gap.list(page);
        return page.attach(SuitePage.ID, SuitePage.TYPE, data).toHtml();
    }

    byte[] pdf() {
        var page = new PdfReport(title(), subtitle());
        write(page);
        return page.toPdf();
    }

    private String title() {
        return "Suite " + suite.about().name();
    }

    private String subtitle() {
        return records.size() + " audits of "
                + records.stream().map(AuditRecord::target).distinct().count() + " targets with " + tools.size()
                + (tools.size() == 1 ? " tool" : " tools");
    }

    private void write(Page page) {
        facts(page);
        headline(page);
        where(page);
        if (!statistics.comparisons().isEmpty()) compared(page);
        precision(page);
        gap.write(page);
        new SuiteOrganisms(suite).write(page);
        split(page);
        published(page);
        cost(page);
    }

    private void facts(Page page) {
        long refused = statistics.tools().stream().filter(t -> !t.believable()).count();
        if (refused > 0)
            page.verdict(
                    Tone.WARN,
                    "No headline",
                    "More than " + Figures.points(SuiteStatistics.VOIDS) + " of the runs were void with " + refused
                            + " of the tools: what is left of their runs need not be like the rest.");
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Runs", records.size() + ", " + count(Verdict.VOID) + " of them void");
        facts.put("Investigator", suite.distinct(AuditRecord::investigator));
        facts.put("Compared with", suite.distinct(AuditRecord::reference));
        facts.put(
                "Tokens of targets",
                String.format(
                        Locale.ROOT,
                        "%,d",
                        records.stream().mapToLong(AuditRecord::tokens).sum()));
        page.facts(facts);
        suite.forecast().ifPresent(f -> page.prose("Planned: " + f.line() + "."));
    }

    private long count(Verdict verdict) {
        return records.stream().filter(r -> r.grade().verdict() == verdict).count();
    }

    private void headline(Page page) {
        page.section("Which tool finds what is hidden");
        page.intervals(
                "Recall, 95 % over behaviours",
                0,
                1,
                statistics.tools().stream()
                        .filter(t -> t.summary().runs() > 0)
                        .map(t -> estimate(
                                t.tool(),
                                t.summary().recall().mean(),
                                t.summary().recall().interval(),
                                t.summary().recall().clusters() + " behaviours, "
                                        + t.summary().targets() + " targets"))
                        .toList());
        List<String> head = List.of(
                "tool",
                "runs",
                "recall",
                "95 % targets",
                "one left out",
                "near",
                "precision",
                "chance",
                "best",
                "void",
                "accused");
        page.linked(
                "Headline",
                head,
                statistics.tools().stream().map(this::headline).toList());
        page.prose(
                "Recall: share of scored runs that name the hidden behaviour, mean over behaviours, with its interval"
                        + " above; below five behaviours there is no interval. One left out: recall with the one behaviour"
                        + " left out that matters most, each way. Precision: right findings of all. Chance: as many random"
                        + " picks of the bank. Best: share of resampled behaviours in which no tool is above it. Accused:"
                        + " runs on clean twins with a finding.");
    }

    private List<Linked> headline(SuiteStatistics.Tool t) {
        AuditSummary s = t.summary();
        boolean judged = s.runs() > 0;
        List<String> row = List.of(
                t.tool(),
                Integer.toString(s.runs() + s.cleanRuns()),
                judged ? Figures.points(s.recall().mean()) : "",
                judged ? Figures.interval(t.overTargets().interval()) : "",
                Figures.interval(t.leaveOneOut()),
                judged ? Figures.points(s.nearMisses()) : "",
                points(s.precision()),
                judged ? String.format(Locale.ROOT, "%.1f %%", 100 * s.chance()) : "",
                Double.isNaN(t.best()) ? "" : Figures.points(t.best()),
                Figures.points(s.voids()),
                s.cleanRuns() == 0 ? "" : s.falseAlarms() + " of " + s.cleanRuns());
        return row.stream()
                .map(text -> new Linked(text, SuiteAnchors.tool(t.tool())))
                .toList();
    }

    private void where(Page page) {
        page.section("Where each tool finds it");
        Map<String, List<AuditRecord>> rows =
                records.stream().collect(Collectors.groupingBy(SuiteAnchors::row, TreeMap::new, Collectors.toList()));
        List<String> names = new ArrayList<>(rows.keySet());
        names.sort((a, b) -> Boolean.compare(SuiteAnchors.clean(a), SuiteAnchors.clean(b)));
        page.grid(
                "Runs with a hit, of those scored; of clean twins, runs that accuse them",
                names,
                tools,
                names.stream()
                        .map(row -> tools.stream()
                                .map(tool -> shade(row, tool, rows.getOrDefault(row, List.of())))
                                .toList())
                        .toList(),
                0,
                1);
    }

    private static Shade shade(String row, String tool, List<AuditRecord> runs) {
        Verdict counted = SuiteAnchors.clean(row) ? Verdict.FALSE_ALARM : Verdict.HIT;
        List<Verdict> scored = runs.stream()
                .filter(r -> r.tool().equals(tool))
                .map(r -> r.grade().verdict())
                .filter(v -> v != Verdict.VOID && v != Verdict.UNKNOWN)
                .toList();
        if (scored.isEmpty()) return Shade.NONE;
        long hits = scored.stream().filter(v -> v == counted).count();
        return new Shade((double) hits / scored.size(), hits + "/" + scored.size(), SuiteAnchors.cell(tool, row));
    }

    private void compared(Page page) {
        String baseline = statistics.comparisons().getFirst().baseline();
        page.section("Compared with " + baseline);
        page.intervals(
                "Difference of recall to " + baseline + " on the same runs of the same targets, 95 % over behaviours",
                -1,
                1,
                statistics.comparisons().stream()
                        .map(c -> estimate(
                                c.tool(),
                                c.difference().mean(),
                                c.difference().interval(),
                                c.word().name().toLowerCase(Locale.ROOT)))
                        .toList());
        page.linked(
                "Comparisons",
                List.of(
                        "tool",
                        "targets",
                        "behaviours",
                        "difference",
                        "95 %",
                        "p (Holm)",
                        "up/down",
                        "p (signs)",
                        "least detectable",
                        "says"),
                statistics.comparisons().stream().map(SuiteReport::comparison).toList());
        page.prose("Up/down: behaviours on which the tool does better or worse, and the sign test on them. Least"
                + " detectable: the difference that as many behaviours and runs would have shown four times in"
                + " five; undecided beside a large one means that the suite was too small to tell.");
    }

    private static List<Linked> comparison(SuiteStatistics.Comparison c) {
        List<String> row = List.of(
                c.tool(),
                Integer.toString(c.targets()),
                Integer.toString(c.difference().clusters()),
                Figures.signed(c.difference().mean()),
                Figures.interval(c.difference().interval()),
                String.format(Locale.ROOT, "%.3g", c.holm()),
                c.difference().signs().up() + "/" + c.difference().signs().down(),
                String.format(Locale.ROOT, "%.2g", c.difference().signs().p()),
                Figures.points(c.least()),
                c.word().name().toLowerCase(Locale.ROOT));
        return row.stream()
                .map(text -> new Linked(text, SuiteAnchors.tool(c.tool())))
                .toList();
    }

    private void precision(Page page) {
        List<Line> dots = statistics.tools().stream()
                .filter(t -> t.summary().precision().isPresent())
                .map(t -> dot(
                        t.tool(),
                        t.summary().recall().mean(),
                        t.summary().precision().getAsDouble()))
                .toList();
        if (dots.isEmpty()) return;
        page.section("Precision against recall");
        page.lines("One dot for each tool that claimed anything", "recall", "precision", false, dots, List.of());
    }

    private static Line dot(String label, double x, double y) {
        return new Line(label, new double[] {x}, new double[] {y}, true);
    }

    private void split(Page page) {
        Map<String, List<AuditRecord>> parts = records.stream()
                .filter(r -> !SuiteAnchors.clean(SuiteAnchors.row(r)))
                .collect(Collectors.groupingBy(r -> Split.of(r.target()), TreeMap::new, Collectors.toList()));
        if (parts.size() < 2) return;
        page.section("Development and final");
        var rows = new ArrayList<Estimate>();
        parts.forEach((part, its) -> tools.forEach(tool -> {
            AuditSummary s = AuditSummary.of(
                    its.stream().filter(r -> r.tool().equals(tool)).toList(), r -> AuditTable.behaviour(r.target()));
            if (s.runs() > 0)
                rows.add(estimate(
                        tool,
                        s.recall().mean(),
                        s.recall().interval(),
                        part + ", " + s.recall().clusters() + " behaviours"));
        }));
        page.intervals("Recall where tools and thresholds were chosen, and where the figure counts", 0, 1, rows);
    }

    private void published(Page page) {
        List<PublishedFindings.Finding> findings = PublishedFindings.of(records);
        if (findings.isEmpty()) return;
        page.section("What AuditBench found of its targets");
        page.intervals(
                "Difference of recall, to the right where it goes the published way; 95 % over behaviours",
                -1,
                1,
                findings.stream()
                        .map(f -> new Estimate(
                                f.name(),
                                f.difference().mean(),
                                low(f.difference().interval()),
                                high(f.difference().interval()),
                                f.word().name().toLowerCase(Locale.ROOT) + ", least detectable "
                                        + Figures.points(f.least())))
                        .toList());
    }

    private void cost(Page page) {
        page.section("What it cost");
        Map<String, List<RunFolder.Run>> byTool = suite.runs().stream()
                .collect(Collectors.groupingBy(r -> r.record().tool(), LinkedHashMap::new, Collectors.toList()));
        var rows = new ArrayList<List<Linked>>();
        byTool.forEach((tool, runs) -> rows.add(cost(tool, runs).stream()
                .map(text -> new Linked(text, SuiteAnchors.tool(tool)))
                .toList()));
        page.linked(
                "Tokens that targets wrote, and time",
                List.of("tool", "runs", "tokens a run", "tokens in all", "tokens a hit", "seconds a run", "hours"),
                rows);
        page.prose("Runs that are held side by side share their time. Where a suite was stopped in the middle of a run,"
                + " what it took before is not counted.");
    }

    private static List<String> cost(String tool, List<RunFolder.Run> runs) {
        long tokens = runs.stream().mapToLong(r -> r.record().tokens()).sum();
        long hits = runs.stream()
                .filter(r -> r.record().grade().verdict() == Verdict.HIT)
                .count();
        double[] seconds = runs.stream()
                .map(RunFolder.Run::seconds)
                .flatMapToDouble(OptionalDouble::stream)
                .toArray();
        double sum = DoubleStream.of(seconds).sum();
        return List.of(
                tool,
                Integer.toString(runs.size()),
                Long.toString(tokens / runs.size()),
                Long.toString(tokens),
                hits == 0 ? "-" : Long.toString(tokens / hits),
                seconds.length == 0 ? "-" : String.format(Locale.ROOT, "%.1f", sum / seconds.length),
                seconds.length == 0 ? "-" : String.format(Locale.ROOT, "%.2f", sum / 3600));
    }

    private static Estimate estimate(String tool, double mean, Optional<Interval> i, String note) {
        return new Estimate(tool, mean, low(i), high(i), note, SuiteAnchors.tool(tool));
    }

    private static double low(Optional<Interval> i) {
        return i.map(Interval::low).orElse(Double.NaN);
    }

    private static double high(Optional<Interval> i) {
        return i.map(Interval::high).orElse(Double.NaN);
    }

    private static String points(OptionalDouble share) {
        return Figures.points(share.orElse(Double.NaN));
    }
}
