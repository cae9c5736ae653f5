package dev.assay.research;

import dev.assay.journal.AtomicFile;
import dev.assay.report.HtmlReport;
import dev.assay.report.HtmlReport.Estimate;
import dev.assay.report.HtmlReport.Level;
import dev.assay.report.HtmlReport.Line;
import dev.assay.report.HtmlReport.Tone;
import dev.assay.report.Page;
import dev.assay.report.PdfReport;
import dev.assay.stats.Interval;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The report of all that a workspace's loops have done, made from the ledger: the same on a screen and on paper. */
final class LoopReport {
    static final String HTML = "loop.html";
    static final String PDF = "loop.pdf";
    private static final double HOUR = 3600_000;

    private final Workspace workspace;
    private final Memory memory;
    private final Summary summary;
    private final List<Measurement.Line> measured;
    private final Map<String, Told> sprints = new LinkedHashMap<>();
    private final List<Step> steps = new ArrayList<>();

    /**
     * A sprint that has ended.
     *
     * @param variant that got furthest
     */
    private record Told(Summary.Row row, String variant, List<RunRow> rows, SprintNumbers numbers) {
        /** Of F1, at a stage. */
        Estimate gain(String stage, String note) {
            String name = stage + "/" + variant + "/gain";
            return new Estimate(
                    row.idea(), numbers.get(name), numbers.get(name + "-low"), numbers.get(name + "-high"), note);
        }

        /** F1 of each pair on held-out worlds. */
        List<Double> heldOut(String entrant) {
            return rows.stream()
                    .filter(r ->
                            r.stage().equals(Sprint.HELD_OUT) && r.entrant().equals(entrant) && r.scored())
                    .map(r -> r.score().f1())
                    .toList();
        }
    }

    /**
     * A promotion, or a removal of what is not missed.
     *
     * @param hours of the loops' time
     * @param f1 on held-out worlds, of each pair; none of a removal
     * @param before of the control that it took the place of
     */
    private record Step(double hours, Told sprint, List<Double> f1, List<Double> before) {
        /** Whether nothing was added, but something taken away that was not missed. */
        boolean removal() {
            return sprint.row().family().equals(Sprint.SIMPLIFICATION);
        }
    }

    private LoopReport(Workspace workspace) {
        this.workspace = workspace;
        this.memory = new Memory(workspace);
        this.summary = Summary.of(workspace);
        this.measured = memory.entries().stream()
                .filter(e -> e.type().equals(Measurement.TYPE))
                .reduce((a, b) -> b)
                .map(e -> Measurement.lines(e.body()))
                .orElse(List.of());
        Map<String, String> variants = new HashMap<>();
        for (LedgerEntry e : memory.entries())
            if (e.type().equals(Sprint.VERDICT))
                variants.put(
                        e.body().path("sprint").asText(),
                        e.body().path("variant").asText());
        for (Summary.Row row : summary.rows()) {
            List<RunRow> rows = memory.rows(row.sprint());
            sprints.put(
                    row.sprint(),
                    new Told(row, variants.getOrDefault(row.sprint(), ""), rows, new SprintNumbers(rows)));
        }
        double[] hours = hours(memory.entries());
        for (LedgerEntry e : memory.entries())
            if (e.type().equals(Sprint.PROMOTE))
                Optional.ofNullable(sprints.get(e.body().path("sprint").asText()))
                        .map(t -> new Step(hours[(int) e.seq()], t, t.heldOut(t.variant()), t.heldOut(RunRow.CONTROL)))
                        .ifPresent(steps::add);
    }

    /** Writes loop.html and loop.pdf. */
    static void write(Workspace workspace, Path folder) {
        var report = new LoopReport(workspace);
        String title = "Research on the worlds ‘" + workspace.protocol().family() + "’";
        String subtitle = report.subtitle();
        var html = new HtmlReport(title, subtitle);
        report.fill(html);
        var pdf = new PdfReport(title, subtitle);
        report.fill(pdf);
        AtomicFile.write(folder.resolve(HTML), Workspace.utf8(html.toHtml()));
        AtomicFile.write(folder.resolve(PDF), pdf.toPdf());
    }

    /** When each entry was written, in hours of work: between a last entry and a next sitting nobody worked. */
    private static double[] hours(List<LedgerEntry> entries) {
        double[] out = new double[entries.size()];
        for (int i = 1; i < out.length; i++) {
            LedgerEntry e = entries.get(i);
            boolean worked = !e.type().equals(Loop.SITTING);
            double since = Duration.between(entries.get(i - 1).time(), e.time()).toMillis() / HOUR;
            out[i] = out[i - 1] + (worked ? since : 0);
        }
        return out;
    }

    private String subtitle() {
        List<String> who =
                summary.rows().stream().map(Summary.Row::researcher).distinct().toList();
        return summary.sprints() + " sprints by " + (who.isEmpty() ? "nobody" : String.join(", ", who))
                + (summary.hints() == 0 ? " · no hint was given: autonomous" : " · " + summary.hints() + " hints");
    }

    private void fill(Page page) {
        List<Step> promotions = steps.stream().filter(s -> !s.removal()).toList();
        int removals = steps.size() - promotions.size();
        page.verdict(
                promotions.isEmpty() ? Tone.NEUTRAL : Tone.GOOD,
                promotions.size()
                        + (promotions.size() == 1 ? " promotion" : " promotions")
                        + (removals == 0 ? "" : ", " + removals + (removals == 1 ? " removal" : " removals")),
                headline(promotions));
        progress(page);
        measured(page);
        page.section("What was tried");
        gains(page);
        ideas(page);
        page.section("How far to believe it");
        page.facts(facts());
        page.section("The recipe that stands");
        page.prose(summary.recipe());
    }

    private static String headline(List<Step> promotions) {
        if (promotions.isEmpty()) return "Nothing beat the baseline on fresh and on held-out worlds.";
        List<Double> first = promotions.getFirst().before();
        List<Double> last = promotions.getLast().f1();
        if (first.isEmpty() || last.isEmpty()) return "The recipe that stands is below.";
        return String.format(
                Locale.ROOT,
                "F1 on held-out worlds rose from %.3f to %.3f, in %.1f hours of work.",
                mean(first),
                mean(last),
                promotions.getLast().hours());
    }

    private void progress(Page page) {
        List<Step> drawn = steps.stream()
                .filter(s -> !s.f1().isEmpty() && !s.before().isEmpty())
                .toList();
        if (drawn.isEmpty()) return;
        List<Double> x = new ArrayList<>(List.of(0.0));
        List<List<Double>> f1 = new ArrayList<>(List.of(drawn.getFirst().before()));
        drawn.forEach(s -> {
            x.add(s.hours());
            f1.add(s.f1());
        });
        page.section("Progress");
        page.lines(
                "F1 of the recipe to beat on held-out worlds, at the start and after each promotion, with 95 % intervals",
                "hours of work",
                "F1",
                false,
                List.of(new Line(
                        "the recipe to beat",
                        array(x),
                        array(f1.stream().map(LoopReport::mean).toList()),
                        array(f1.stream().map(f -> end(f, false)).toList()),
                        array(f1.stream().map(f -> end(f, true)).toList()),
                        true)),
                measured.stream()
                        .filter(l -> l.recipe().equals(Measurement.BATCHTOPK)
                                || l.recipe().equals(Measurement.LISTA))
                        .map(l -> new Level(l.f1(), l.recipe()))
                        .toList());
        List<List<String>> table = new ArrayList<>();
        for (Step s : steps)
            table.add(List.of(
                    String.format(Locale.ROOT, "%.2f", s.hours()),
                    s.sprint().row().idea(),
                    s.sprint().variant(),
                    s.sprint().row().origin(),
                    words(s.sprint().gain(s.removal() ? s.sprint().row().stage() : Sprint.CONFIRMATION, "")),
                    words(s.sprint().gain(Sprint.HELD_OUT, ""))));
        page.table(
                "Promotions, and removals of what is not missed",
                List.of("hours", "idea", "variant", "origin", "gain in F1, confirmation", "held-out worlds"),
                table);
    }

    private static String words(Estimate gain) {
        if (Double.isNaN(gain.value())) return "–";
        return String.format(Locale.ROOT, "%+.3f [%+.3f, %+.3f]", gain.value(), gain.low(), gain.high());
    }

    private void measured(Page page) {
        if (measured.isEmpty()) return;
        page.section("Beside what was published");
        page.prose("Trained anew after all was decided, on the same held-out worlds, seeds and samples.");
        page.table(
                "Means over pairs",
                Measurement.HEAD,
                measured.stream().map(Measurement.Line::cells).toList());
    }

    /** Where each idea got furthest. */
    private void gains(Page page) {
        List<Estimate> estimates = new ArrayList<>();
        double reach = 0.01;
        for (Told t : sprints.values()) {
            Summary.Row r = t.row();
            if (Double.isNaN(r.gain())) continue;
            estimates.add(t.gain(r.stage(), r.pairs() + " pairs, " + r.stage()));
            reach = Math.max(reach, 1.15 * Math.abs(r.gain()));
        }
        if (!estimates.isEmpty())
            page.intervals(
                    "Difference of F1 to the control of that time, where each idea got furthest",
                    -reach,
                    reach,
                    estimates);
    }

    private void ideas(Page page) {
        List<List<String>> table = new ArrayList<>();
        for (Summary.Row r : summary.rows())
            table.add(List.of(
                    r.idea(),
                    r.family(),
                    r.origin(),
                    String.format(Locale.ROOT, "%.0f %%", 100 * r.probability()),
                    r.verdict()));
        page.table(
                "All ideas, with the probability that was stated",
                List.of("idea", "family", "origin", "said", "verdict"),
                table);
    }

    private Map<String, String> facts() {
        Map<String, String> out = new LinkedHashMap<>(summary.facts());
        out.put(
                "Runs",
                String.format(
                        Locale.ROOT,
                        "%d, of which void %d; %.0f s of training",
                        summary.runs(),
                        summary.voidRuns(),
                        summary.trainingSeconds()));
        out.put(
                "One L0",
                Slots.number(workspace.protocol().k())
                        + ", about which alone this says anything; held-out worlds are of the same kind as the others");
        out.put("Ledger", memory.entries().size() + " entries, the last " + lastHash());
        out.put("Check", "assay research verify computes every number anew from the ledger");
        return out;
    }

    private String lastHash() {
        return memory.entries().getLast().hash().substring(0, 16);
    }

    private static double mean(List<Double> values) {
        return Rules.mean(values).mean();
    }

    private static double end(List<Double> values, boolean high) {
        Optional<Interval> interval = Rules.interval(values);
        return interval.map(i -> high ? i.high() : i.low()).orElse(Double.NaN);
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
