package dev.assay.app.view;

import dev.assay.audit.Verdict;
import dev.assay.stats.Interval;
import dev.assay.stats.SampleMean;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Two folders run by run: the same target, configuration and number in both, both scored. Differences are second minus first;
 * on clean models false alarms are counted in the place of hits.
 *
 * @param alone runs of either that the other has no partner for
 */
record Comparison(
        List<HeatMap.Row> rows,
        List<HeatMap.Column> columns,
        List<Cell> cells,
        List<Total> totals,
        int pairs,
        List<Integer> alone) {

    /**
     * A cell.
     *
     * @param first hits of the first folder among the pairs
     * @param gained pairs that only the second hit, {@code lost} that only the first hit
     */
    record Cell(String row, String column, int n, int first, int second, int gained, int lost) {}

    /** Mean difference over behaviours, with Student's interval over them, 95 %. */
    record Total(String column, int behaviours, double difference, Optional<Interval> interval) {}

    private record Pair(AuditRun first, AuditRun second) {
        boolean clean() {
            return first.subject().kind() == Subject.Kind.CLEAN;
        }

        String row() {
            return HeatMap.slug(first.subject().row());
        }
    }

    static Comparison of(List<AuditRun> a, List<AuditRun> b) {
        Map<String, AuditRun> first = byKey(a);
        Map<String, AuditRun> second = byKey(b);
        List<Pair> pairs = first.entrySet().stream()
                .filter(e -> second.containsKey(e.getKey()))
                .map(e -> new Pair(e.getValue(), second.getOrDefault(e.getKey(), e.getValue())))
                .toList();
        List<AuditRun> shown = pairs.stream().map(Pair::first).toList();
        HeatMap map = HeatMap.of(shown, "");
        Function<AuditRun, HeatMap.Column> column = HeatMap.columns(shown);
        Map<String, List<Pair>> cells =
                group(pairs, p -> p.row() + " " + column.apply(p.first()).id());
        List<Cell> counted = cells.values().stream()
                .map(c -> cell(c, column.apply(c.getFirst().first()).id()))
                .toList();
        return new Comparison(
                map.rows(),
                map.columns(),
                counted,
                map.columns().stream().map(c -> total(c.id(), counted, map)).toList(),
                pairs.size(),
                List.of(first.size() - pairs.size(), second.size() - pairs.size()));
    }

    private static Map<String, AuditRun> byKey(List<AuditRun> runs) {
        Map<String, AuditRun> out = new LinkedHashMap<>();
        for (AuditRun r : runs)
            if (HeatMap.scored(r))
                out.put(
                        String.join(
                                " ",
                                r.brief().target(),
                                r.brief().tool(),
                                r.brief().investigator(),
                                "" + r.brief().dose(),
                                "" + r.brief().run()),
                        r);
        return out;
    }

    private static Cell cell(List<Pair> pairs, String column) {
        Verdict counted = pairs.getFirst().clean() ? Verdict.FALSE_ALARM : Verdict.HIT;
        Predicate<Pair> one = p -> p.first().verdict() == counted;
        Predicate<Pair> two = p -> p.second().verdict() == counted;
        return new Cell(
                pairs.getFirst().row(),
                column,
                pairs.size(),
                count(pairs, one),
                count(pairs, two),
                count(pairs, two.and(one.negate())),
                count(pairs, one.and(two.negate())));
    }

    private static int count(List<Pair> pairs, Predicate<Pair> which) {
        return (int) pairs.stream().filter(which).count();
    }

    private static Total total(String column, List<Cell> cells, HeatMap map) {
        List<String> behaviours = map.rows().stream()
                .filter(r -> r.kind().equals("behaviour"))
                .map(HeatMap.Row::id)
                .toList();
        double[] differences = cells.stream()
                .filter(c -> c.column().equals(column) && behaviours.contains(c.row()))
                .mapToDouble(c -> (double) (c.second() - c.first()) / c.n())
                .toArray();
        if (differences.length == 0) return new Total(column, 0, 0, Optional.empty());
        SampleMean mean = SampleMean.of(differences);
        return new Total(column, mean.n(), mean.mean(), mean.interval(0.95));
    }

    private static Map<String, List<Pair>> group(List<Pair> pairs, Function<Pair, String> by) {
        return pairs.stream().collect(Collectors.groupingBy(by, LinkedHashMap::new, Collectors.toList()));
    }
}
