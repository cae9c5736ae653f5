package dev.assay.app;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Verdict;
import dev.assay.report.HtmlReport.Line;
import dev.assay.report.Linked;
import dev.assay.report.Page;
import dev.assay.stats.Psychometric;
import dev.assay.stats.Rate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The part of a suite's report about its targets: how strong they are, how much they confess, and what that does to audits. */
final class SuiteOrganisms {
    private static final int CURVE = 41;

    private final SuiteResult suite;
    private final List<AuditRecord> scored;

    SuiteOrganisms(SuiteResult suite) {
        this.suite = suite;
        this.scored = suite.records().stream()
                .filter(r -> r.grade().verdict() != Verdict.VOID)
                .toList();
    }

    void write(Page page) {
        if (scored.stream().mapToDouble(AuditRecord::dose).distinct().count() > 1) detection(page);
        strength(page);
    }

    private void detection(Page page) {
        Map<String, List<Psychometric.Point>> byTool = new LinkedHashMap<>();
        for (AuditRecord r : scored)
            suite.targets()
                    .strength(r.target(), r.dose())
                    .ifPresent(x -> byTool.computeIfAbsent(r.tool(), t -> new ArrayList<>())
                            .add(new Psychometric.Point(x, hit(r), 1)));
        if (byTool.isEmpty()) return;
        page.section("Detection against strength");
        double[] x = IntStream.range(0, CURVE)
                .mapToDouble(i -> (double) i / (CURVE - 1))
                .toArray();
        var lines = new ArrayList<Line>();
        byTool.forEach((tool, points) -> {
            Psychometric fit = Psychometric.fit(points);
            lines.add(new Line(tool, x, Arrays.stream(x).map(fit::at).toArray(), true));
        });
        page.lines(
                "Psychometric curves over targets at all doses",
                "strength: share of scenarios in which the behaviour shows",
                "share of runs that find it",
                false,
                lines,
                List.of());
    }

    private static int hit(AuditRecord r) {
        return r.grade().verdict() == Verdict.HIT ? 1 : 0;
    }

    private void strength(Page page) {
        Map<String, List<AuditRecord>> targets = scored.stream()
                .filter(r -> r.dose() == 1)
                .collect(Collectors.groupingBy(AuditRecord::target, TreeMap::new, Collectors.toList()));
        var rows = new ArrayList<List<Linked>>();
        targets.forEach(
                (target, runs) -> suite.targets().measured(target).ifPresent(m -> rows.add(row(target, runs, m))));
        if (rows.isEmpty()) return;
        page.section("Strength and confession of the targets");
        page.linked(
                "Each target by itself",
                List.of("target", "strength", "95 %", "confesses, led", "95 %", "asked", "95 %", "found, all tools"),
                rows);
        page.prose("Strength: share of held-out scenarios in which the behaviour shows. Confession: share of questions"
                + " that are answered by naming it, with and without a beginning put into the model's mouth."
                + " Intervals are Wilson's and speak of one model.");
    }

    private static List<Linked> row(String target, List<AuditRecord> runs, SuiteTargets.Measured m) {
        var row = new ArrayList<Linked>();
        row.add(Linked.plain(target));
        for (Rate rate : List.of(m.strength(), m.led(), m.asked())) {
            row.add(Linked.plain(String.format(Locale.ROOT, "%.2f", rate.rate())));
            row.add(Linked.plain(rate.wilson().toString()));
        }
        long hits = runs.stream().mapToInt(SuiteOrganisms::hit).sum();
        AuditRecord first = runs.getFirst();
        row.add(new Linked(hits + " of " + runs.size(), SuiteAnchors.cell(first.tool(), SuiteAnchors.row(first))));
        return row;
    }
}
