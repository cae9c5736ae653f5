package dev.assay.research;

import dev.assay.stats.Interval;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** All numbers of a sprint's report, by name, computed from its rows. */
final class SprintNumbers {
    private final List<RunRow> rows;
    private final Map<String, Double> values = new LinkedHashMap<>();

    SprintNumbers(List<RunRow> rows) {
        this.rows = List.copyOf(rows);
        put("runs", rows.size());
        put("void", rows.stream().filter(r -> !r.scored()).count());
        put("seconds", rows.stream().mapToDouble(RunRow::seconds).sum());
        for (String stage : stages()) for (String variant : variants(stage)) add(stage, variant);
    }

    Set<String> stages() {
        Set<String> out = new LinkedHashSet<>();
        rows.forEach(r -> out.add(r.stage()));
        return out;
    }

    Set<String> variants(String stage) {
        Set<String> out = new LinkedHashSet<>();
        rows.stream()
                .filter(r -> r.stage().equals(stage) && !r.entrant().equals(RunRow.CONTROL))
                .forEach(r -> out.add(r.entrant()));
        return out;
    }

    private void add(String stage, String variant) {
        List<RawScore> ours = new ArrayList<>();
        List<RawScore> controls = new ArrayList<>();
        for (RunRow r : rows) {
            if (!r.stage().equals(stage) || !r.entrant().equals(variant) || !r.scored()) continue;
            rows.stream()
                    .filter(c -> c.is(r.sprint(), stage, RunRow.CONTROL, r.pair()) && c.scored())
                    .findFirst()
                    .ifPresent(c -> {
                        ours.add(r.score());
                        controls.add(c.score());
                    });
        }
        String name = stage + "/" + variant + "/";
        put(name + "n", ours.size());
        if (ours.isEmpty()) return;
        put(name + "f1", mean(ours, RawScore::f1));
        put(name + "control-f1", mean(controls, RawScore::f1));
        put(name + "mcc", mean(ours, RawScore::mcc));
        put(name + "control-mcc", mean(controls, RawScore::mcc));
        put(name + "precision", mean(ours, RawScore::precision));
        put(name + "recall", mean(ours, RawScore::recall));
        put(name + "l0", mean(ours, RawScore::l0));
        difference(name + "gain", ours, controls, RawScore::f1);
        difference(name + "mcc-gain", ours, controls, RawScore::mcc);
    }

    private void difference(
            String name,
            List<RawScore> ours,
            List<RawScore> controls,
            java.util.function.ToDoubleFunction<RawScore> measure) {
        List<Double> d = new ArrayList<>();
        for (int i = 0; i < ours.size(); i++)
            d.add(measure.applyAsDouble(ours.get(i)) - measure.applyAsDouble(controls.get(i)));
        put(name, Rules.mean(d).mean());
        Optional<Interval> interval = Rules.interval(d);
        interval.ifPresent(i -> {
            put(name + "-low", i.low());
            put(name + "-high", i.high());
        });
    }

    private static double mean(List<RawScore> scores, java.util.function.ToDoubleFunction<RawScore> measure) {
        return scores.stream().mapToDouble(measure).average().orElse(Double.NaN);
    }

    private void put(String name, double value) {
        values.put(name, value);
    }

    Map<String, Double> values() {
        return values;
    }

    /** NaN if there is none. */
    double get(String name) {
        return values.getOrDefault(name, Double.NaN);
    }
}
