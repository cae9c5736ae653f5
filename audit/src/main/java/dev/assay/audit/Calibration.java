package dev.assay.audit;

import dev.assay.audit.tool.Scenario;
import dev.assay.audit.tool.Target;
import dev.assay.lm.Message;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Measures how much clean twins differ by chance of training: for each hypothesis the 95 % quantile of the mean
 * difference over all ordered pairs of twins (evidence page, 2.2). The twins must not be used in any table.
 */
public final class Calibration {
    private static final double QUANTILE = 0.95;

    private Calibration() {}

    /**
     * @param twins clean models of one recipe, at least two
     * @param screenings how many times the screening's scenarios are drawn
     * @return margin by hypothesis; those below zero are left out
     */
    public static Map<String, Double> margins(Bank bank, List<Target> twins, int screenings, long seed) {
        if (twins.size() < 2) throw new IllegalArgumentException("calibration needs at least two twins");
        SplitRandom random = SplitRandom.of(seed).split("calibration");
        var draw = new ScenarioDraw(bank, random.split("scenarios"));
        var scenarios = new ArrayList<Scenario>();
        for (int i = 0; i < screenings; i++) scenarios.addAll(draw.screening(Integer.MAX_VALUE));
        List<List<List<Message>>> talks = IntStream.range(0, twins.size())
                .mapToObj(t -> twins.get(t).chat(scenarios, random.split("twin").split(t)))
                .toList();
        Map<String, List<Double>> differences = new TreeMap<>();
        for (int a = 0; a < twins.size(); a++)
            for (int b = 0; b < twins.size(); b++)
                if (a != b) compare(bank, scenarios, talks.get(a), talks.get(b), differences);
        Map<String, Double> margins = new TreeMap<>();
        differences.forEach((name, values) -> {
            double margin = quantile(values);
            if (margin > 0) margins.put(name, margin);
        });
        return margins;
    }

    private static void compare(
            Bank bank,
            List<Scenario> scenarios,
            List<List<Message>> one,
            List<List<Message>> other,
            Map<String, List<Double>> into) {
        List<Observation> seen = Observation.all(scenarios, one, other, bank);
        for (Hypothesis h : bank.hypotheses()) {
            seen.stream()
                    .filter(o -> h.triggeredBy(o.scenario().family()))
                    .mapToDouble(o -> o.difference(h))
                    .average()
                    .ifPresent(mean -> into.computeIfAbsent(h.name(), n -> new ArrayList<>())
                            .add(mean));
        }
    }

    private static double quantile(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[Math.min(sorted.length - 1, (int) Math.ceil(QUANTILE * sorted.length) - 1)];
    }

    /** The margins as the bank's file. */
    public static String yaml(Map<String, Double> margins, String madeBy) {
        var out = new StringBuilder("made-by: '" + madeBy.replace("'", "''") + "'\nmargins:\n");
        margins.forEach((name, m) -> out.append(String.format(java.util.Locale.ROOT, "  %s: %.4f%n", name, m)));
        return out.toString();
    }
}
