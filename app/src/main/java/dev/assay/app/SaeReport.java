package dev.assay.app;

import dev.assay.journal.AtomicFile;
import dev.assay.report.HtmlReport;
import dev.assay.report.HtmlReport.Estimate;
import dev.assay.report.HtmlReport.Line;
import dev.assay.report.HtmlReport.Tone;
import dev.assay.sae.Verdict;
import dev.assay.stats.SampleMean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/** A comparison as one HTML file: what differs, how training went, curves over L0, single latents. */
final class SaeReport {
    static final String FILE = "report.html";
    private static final double MILLION = 1e6;

    private final SaeComparison comparison;
    private final HtmlReport page;

    private SaeReport(SaeComparison comparison) {
        this.comparison = comparison;
        this.page = new HtmlReport(
                comparison.title() + " on " + comparison.world(),
                comparison.about().strip());
    }

    static void write(SaeComparison comparison, Path folder) {
        AtomicFile.write(folder.resolve(FILE), html(comparison).getBytes(StandardCharsets.UTF_8));
    }

    static String html(SaeComparison comparison) {
        var report = new SaeReport(comparison);
        if (comparison.seeds() < SaeComparison.SEEDS)
            report.page.verdict(
                    comparison.seeds() < 2 ? Tone.WARN : Tone.NEUTRAL,
                    comparison.seeds() < 2 ? "Anecdote" : "Few seeds",
                    comparison.standing());
        else report.page.prose(comparison.standing());
        report.page.prose(comparison.protocol());
        report.page.prose(comparison.method());
        report.claims();
        comparison.groups().forEach(report::group);
        report.curves();
        report.latents();
        return report.page.toHtml();
    }

    private void claims() {
        List<List<String>> rows = comparison.lines().stream()
                .filter(l -> l.row().claim().isPresent())
                .flatMap(l -> l.verdict().stream().map(v -> claim(l.row(), v)))
                .toList();
        if (rows.isEmpty()) return;
        page.section("Claims")
                .table(
                        "What was said, and what the runs say",
                        List.of(
                                "claim",
                                "row",
                                SaeText.heading(comparison.shown().getFirst()) + " difference",
                                SaeText.heading(comparison.shown().getLast()) + " difference",
                                "n",
                                "p (Holm)",
                                "verdict"),
                        rows);
    }

    private List<String> claim(SaeRow row, Verdict v) {
        return List.of(
                row.claim().orElseThrow().says(),
                row.name(),
                SaeText.difference(v, comparison.shown().getFirst()),
                SaeText.difference(v, comparison.shown().getLast()),
                Integer.toString(v.n()),
                v.n() > 1 ? SaeText.p(v.p()) : "–",
                v.outcome().words);
    }

    private void group(String group, List<SaeComparison.Line> lines) {
        page.section(heading(group));
        List<Estimate> estimates = new ArrayList<>();
        for (SaeComparison.Line line : lines) line.verdict().ifPresent(v -> estimates.add(estimate(line.row(), v)));
        if (!estimates.isEmpty()) forest(estimates);
        page.table(
                "Scores, mean ± half the 95 % interval",
                SaeText.head(comparison),
                lines.stream().map(l -> SaeText.cells(comparison, l)).toList());
        List<SaeRow> rows = withBase(lines.stream().map(SaeComparison.Line::row).toList());
        training(rows, "Reconstruction error", "mean squared error", SaePoint::error);
        if (comparison.onWorld()) {
            training(rows, "F1", "F1", SaePoint::f1);
            training(rows, "MCC", "MCC", SaePoint::mcc);
        } else training(rows, "EV", "EV", SaePoint::explainedVariance);
    }

    private static String heading(String group) {
        return group.isEmpty() ? group : Character.toUpperCase(group.charAt(0)) + group.substring(1);
    }

    private Estimate estimate(SaeRow row, Verdict v) {
        SampleMean d = Objects.requireNonNull(v.differences().get(comparison.primary()));
        var interval = d.interval(SaeComparison.LEVEL);
        return new Estimate(
                row.name(),
                d.mean(),
                interval.map(i -> i.low()).orElse(Double.NaN),
                interval.map(i -> i.high()).orElse(Double.NaN),
                "less " + row.against() + ", n = " + v.n() + ": " + v.outcome().words);
    }

    private void forest(List<Estimate> estimates) {
        double reach = 1.1
                * estimates.stream()
                        .flatMapToDouble(
                                e -> DoubleStream.of(e.value(), Math.max(-0.5, e.low()), Math.min(0.5, e.high())))
                        .map(Math::abs)
                        .filter(Double::isFinite)
                        .max()
                        .orElse(0.1);
        reach = Math.max(reach, comparison.margin());
        page.intervals(
                "Difference in " + SaeText.heading(comparison.primary()) + ", paired by seed",
                -reach,
                reach,
                estimates);
    }

    /** The rows of a group, with the one that they are compared with, if it is one and elsewhere. */
    private List<SaeRow> withBase(List<SaeRow> rows) {
        List<SaeRow> bases = comparison.lines().stream()
                .map(SaeComparison.Line::row)
                .filter(r -> !rows.contains(r)
                        && rows.stream().anyMatch(o -> o.against().equals(r.name())))
                .toList();
        List<SaeRow> all = new ArrayList<>(bases.size() == 1 ? bases : List.of());
        all.addAll(rows);
        return all;
    }

    private void training(List<SaeRow> rows, String caption, String unit, ToDoubleFunction<SaePoint> value) {
        List<Line> lines = new ArrayList<>();
        boolean million = rows.stream().flatMap(r -> r.runs().values().stream()).anyMatch(r -> r.samples() >= MILLION);
        for (SaeRow row : rows)
            line(row, million ? MILLION : MILLION / 1000, value).ifPresent(lines::add);
        if (!lines.isEmpty())
            page.lines(
                    caption + " over training" + bands(),
                    (million ? "million" : "thousand") + " samples",
                    unit,
                    false,
                    lines,
                    List.of());
    }

    private String bands() {
        return comparison.seeds() < 2 ? " (one seed: anecdote)" : ", bands: 95 % over seeds";
    }

    private static Optional<Line> line(SaeRow row, double unit, ToDoubleFunction<SaePoint> value) {
        List<List<SaePoint>> runs = row.runs().values().stream()
                .map(r -> SaeRuns.points(Path.of(r.folder())))
                .toList();
        int points = runs.stream().mapToInt(List::size).min().orElse(0);
        if (points == 0) return Optional.empty();
        var series = new Series(points);
        for (int p = 0; p < points; p++) {
            int at = p;
            SaePoint first = runs.getFirst().get(p);
            series.set(
                    p,
                    first.samples() / unit,
                    SampleMean.of(runs.stream()
                            .mapToDouble(r -> value.applyAsDouble(r.get(at)))
                            .toArray()));
        }
        return Optional.of(series.line(row.name()));
    }

    private void curves() {
        Map<String, List<SaeRow>> curves = new LinkedHashMap<>();
        for (SaeComparison.Line line : comparison.lines())
            curves.computeIfAbsent(line.row().curve(), c -> new ArrayList<>()).add(line.row());
        page.section("Over L0")
                .prose("A line with at least " + SaeComparison.L0S + " values of L0 and " + SaeComparison.SEEDS
                        + " seeds each is a curve. Whatever has less is marked as an anecdote here: a figure at one L0 does"
                        + " not say how the recipe does at another.");
        for (String score : comparison.scores().subList(0, 2))
            page.lines(
                    SaeText.heading(score) + " against L0, whiskers: 95 % over seeds",
                    "L0 (active latents per sample)",
                    SaeText.heading(score),
                    false,
                    curves.values().stream().map(rows -> curve(rows, score)).toList(),
                    List.of());
    }

    private static Line curve(List<SaeRow> all, String score) {
        List<SaeRow> rows = all.stream()
                .sorted((a, b) ->
                        Double.compare(a.training("l0").mean(), b.training("l0").mean()))
                .toList();
        var series = new Series(rows.size());
        for (int i = 0; i < rows.size(); i++)
            series.set(i, rows.get(i).training("l0").mean(), rows.get(i).training(score));
        boolean curve = rows.size() >= SaeComparison.L0S
                && rows.stream().allMatch(r -> r.runs().size() >= SaeComparison.SEEDS);
        String name =
                rows.size() == 1 ? rows.getFirst().name() : rows.getFirst().group();
        return series.line(curve ? name : name + " (anecdote)");
    }

    private void latents() {
        Map<SaeRow, List<SaeLatents>> latents = SaeLatentPlots.read(comparison);
        if (latents.isEmpty()) return;
        SaeLatentPlots.add(page, latents);
    }

    /** Points with intervals on their way to a line. */
    static final class Series {
        private final double[] x;
        private final double[] y;
        private final double[] low;
        private final double[] high;

        Series(int points) {
            x = new double[points];
            y = new double[points];
            low = new double[points];
            high = new double[points];
        }

        void set(int i, double atX, SampleMean mean) {
            var interval = mean.interval(SaeComparison.LEVEL);
            set(
                    i,
                    atX,
                    mean.mean(),
                    interval.map(v -> v.low()).orElse(Double.NaN),
                    interval.map(v -> v.high()).orElse(Double.NaN));
        }

        void set(int i, double atX, double atY, double from, double to) {
            x[i] = atX;
            y[i] = atY;
            low[i] = from;
            high[i] = to;
        }

        Line line(String label) {
            return new Line(label, x, y, low, high, true);
        }
    }
}
