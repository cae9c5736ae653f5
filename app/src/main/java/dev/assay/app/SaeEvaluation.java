package dev.assay.app;

import dev.assay.stats.SampleMean;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Scores of saved autoencoders. Those of one recipe that differ in the seed alone stand together, with what their spread
 * says of a difference between two.
 *
 * @param groups scores by name, run by run, of each recipe
 */
record SaeEvaluation(Map<String, List<Map<String, Double>>> groups) {

    private List<String> scores() {
        Set<String> names = new LinkedHashSet<>();
        groups.values().forEach(runs -> runs.forEach(r -> names.addAll(r.keySet())));
        return List.copyOf(names);
    }

    private static SampleMean mean(List<Map<String, Double>> runs, String score) {
        return SampleMean.of(runs.stream()
                .mapToDouble(r -> r.getOrDefault(score, Double.NaN))
                .toArray());
    }

    /** A line a score, a column a recipe; below what it means. */
    String table() {
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("score"));
        head.addAll(groups.keySet());
        rows.add(head);
        for (String score : scores()) {
            List<String> row = new ArrayList<>(List.of(score));
            groups.values().forEach(runs -> row.add(cell(mean(runs, score))));
            rows.add(row);
        }
        return TextTable.right(rows) + standing() + "\n";
    }

    private static String cell(SampleMean mean) {
        String value = number(mean.mean());
        OptionalDouble least = mean.leastReliableDifference();
        return least.isPresent() ? value + " ±" + number(least.getAsDouble()) : value;
    }

    private static String number(double value) {
        return Math.abs(value) >= 100 ? SaeText.number(value, 0) : SaeText.number(value, 4);
    }

    /** How far the figures can be trusted, in words. */
    private String standing() {
        int least = groups.values().stream().mapToInt(List::size).min().orElse(0);
        if (least < 2) return "Anecdote: a figure of one seed says nothing about the next.";
        return "± is the least reliable difference between two single runs, 1.96 · √2 · sd over seeds (n ≥ " + least
                + (least < SaeComparison.SEEDS ? "; few: from " + SaeComparison.SEEDS + " on it counts)" : ")")
                + ". What differs by less is noise.";
    }

    Map<String, Object> json() {
        Map<String, Object> out = new LinkedHashMap<>();
        groups.forEach((name, runs) -> {
            Map<String, Object> group = new LinkedHashMap<>();
            group.put("n", runs.size());
            group.put("anecdote", runs.size() < 2);
            Map<String, Object> means = new LinkedHashMap<>();
            for (String score : scores()) {
                SampleMean mean = mean(runs, score);
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("mean", mean.mean());
                if (mean.n() > 1) one.put("sd", mean.sd());
                mean.leastReliableDifference().ifPresent(d -> one.put("least-reliable-difference", d));
                means.put(score, one);
            }
            group.put("scores", means);
            group.put("runs", runs);
            out.put(name, group);
        });
        return out;
    }
}
