package dev.assay.app.view;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.AuditSummary;
import dev.assay.audit.Verdict;
import dev.assay.stats.Interval;
import dev.assay.stats.Rate;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Audits counted by behaviour and configuration. Rates are over scored runs; void ones are counted apart. A cell's interval is
 * Wilson's over its runs, which speaks of these targets; a column's is bootstrapped over behaviours.
 *
 * @param trainings that there are, to choose from
 * @param training that was chosen; empty for all
 */
record HeatMap(
        List<Row> rows,
        List<Column> columns,
        List<Cell> cells,
        List<Total> totals,
        List<String> trainings,
        String training) {
    private static final int LEAST_ORDER = 1000;
    /** Configurations in the order of docs/tools.md. */
    private static final List<String> TOOLS = List.of(
            "chat",
            "prefill",
            "user",
            "completion",
            "petri",
            "honesty-steering",
            "prefill-steering",
            "sae",
            "lens",
            "oracle",
            "scaffolded-prefill",
            "scaffolded-user",
            "scaffolded-completion",
            "log-ratio",
            "diff");

    /** @param kind behaviour, clean or unknown */
    record Row(String id, String title, String kind, int targets) {}

    /** @param note investigator and dose, where they differ between configurations */
    record Column(String id, String tool, String note) {}

    /**
     * A cell.
     *
     * @param n scored runs
     * @param hits of these; on clean models false alarms
     * @param chance that as many random picks of the bank would hit, mean over runs
     */
    record Cell(
            String row,
            String column,
            int n,
            int hits,
            int near,
            int voids,
            int unknown,
            double chance,
            Optional<Interval> wilson) {}

    /** A column over all behaviours, in the words of {@link AuditSummary}. */
    record Total(
            String column,
            int behaviours,
            int runs,
            double recall,
            Optional<Interval> interval,
            double voids,
            Optional<Double> precision,
            double chance,
            int clean,
            int alarms) {}

    /** @param training of the targets that count; empty for all */
    static HeatMap of(Collection<AuditRun> all, String training) {
        List<AuditRun> runs = all.stream()
                .filter(r -> training.isEmpty() || r.subject().training().equals(training))
                .toList();
        Function<AuditRun, Column> column = columns(all);
        Map<String, List<AuditRun>> byRow = group(runs, r -> r.subject().row());
        Map<String, List<AuditRun>> byColumn = group(runs, r -> column.apply(r).id());
        return new HeatMap(
                byRow.values().stream().map(HeatMap::row).sorted(order()).toList(),
                runs.stream()
                        .map(column)
                        .distinct()
                        .sorted(Comparator.comparingInt((Column c) -> place(c.tool()))
                                .thenComparing(Column::tool)
                                .thenComparing(Column::note))
                        .toList(),
                group(runs, r -> r.subject().row() + " " + column.apply(r).id()).values().stream()
                        .map(cell -> cell(cell, column.apply(cell.getFirst()).id()))
                        .toList(),
                byColumn.entrySet().stream()
                        .map(e -> total(e.getKey(), e.getValue()))
                        .toList(),
                all.stream()
                        .map(r -> r.subject().training())
                        .filter(t -> !t.isEmpty())
                        .distinct()
                        .sorted()
                        .toList(),
                training);
    }

    private static int place(String tool) {
        int at = TOOLS.indexOf(tool);
        return at < 0 ? LEAST_ORDER : at;
    }

    private static Comparator<Row> order() {
        return Comparator.comparing((Row r) -> Subject.Kind.valueOf(r.kind().toUpperCase(Locale.ROOT)))
                .thenComparing(Row::title);
    }

    /** The configuration of a run; investigator and dose are named where there are several. */
    static Function<AuditRun, Column> columns(Collection<AuditRun> all) {
        boolean investigators =
                all.stream().map(r -> r.brief().investigator()).distinct().count() > 1;
        boolean doses =
                all.stream().mapToDouble(r -> r.brief().dose()).distinct().count() > 1;
        return run -> {
            AuditRecord r = run.brief();
            String note = ((investigators ? r.investigator() : "") + (doses ? " dose " + r.dose() : "")).strip();
            return new Column(slug((r.tool() + " " + note).strip()), r.tool(), note);
        };
    }

    /** Text as a part of an address. */
    static String slug(String text) {
        return text.replaceAll("[^A-Za-z0-9._-]+", "~");
    }

    static Row row(List<AuditRun> runs) {
        Subject s = runs.getFirst().subject();
        int targets =
                (int) runs.stream().map(r -> r.brief().target()).distinct().count();
        return new Row(slug(s.row()), s.title(), s.kind().name().toLowerCase(Locale.ROOT), targets);
    }

    private static Cell cell(List<AuditRun> runs, String column) {
        Subject s = runs.getFirst().subject();
        Verdict counted = s.kind() == Subject.Kind.CLEAN ? Verdict.FALSE_ALARM : Verdict.HIT;
        List<AuditRun> scored = runs.stream().filter(HeatMap::scored).toList();
        int hits = count(scored, counted);
        return new Cell(
                slug(s.row()),
                column,
                scored.size(),
                hits,
                count(scored, Verdict.NEAR_MISS),
                count(runs, Verdict.VOID),
                count(runs, Verdict.UNKNOWN),
                scored.stream().mapToDouble(r -> chance(r.brief())).average().orElse(0),
                scored.isEmpty() ? Optional.empty() : Optional.of(new Rate(hits, scored.size()).wilson()));
    }

    static boolean scored(AuditRun run) {
        return run.verdict() != Verdict.VOID && run.verdict() != Verdict.UNKNOWN;
    }

    private static double chance(AuditRecord r) {
        return r.bankSize() == 0 ? 0 : (double) r.grade().slots() / r.bankSize();
    }

    private static int count(List<AuditRun> runs, Verdict verdict) {
        return (int) runs.stream().filter(r -> r.verdict() == verdict).count();
    }

    private static Total total(String column, List<AuditRun> runs) {
        Map<String, String> rows = new LinkedHashMap<>();
        for (AuditRun r : runs) rows.put(r.brief().target(), r.subject().row());
        AuditSummary s = AuditSummary.of(
                runs.stream().map(AuditRun::brief).toList(), r -> rows.getOrDefault(r.target(), r.target()));
        return new Total(
                column,
                s.recall().clusters(),
                s.runs(),
                s.recall().mean(),
                s.recall().interval(),
                s.voids(),
                s.precision().isPresent() ? Optional.of(s.precision().getAsDouble()) : Optional.empty(),
                s.chance(),
                s.cleanRuns(),
                s.falseAlarms());
    }

    private static Map<String, List<AuditRun>> group(Collection<AuditRun> runs, Function<AuditRun, String> by) {
        return runs.stream().collect(Collectors.groupingBy(by, LinkedHashMap::new, Collectors.toList()));
    }
}
