package dev.assay.app;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Scores of training runs, one line per recipe and form: means over seeds, with 95 % intervals where there are several. */
final class SaeTable {
    private static final List<String> NAMES =
            List.of("f1", "precision", "recall", "mcc", "ev", "uniqueness", "l0", "dead");
    private static final double[] T95 = {0, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262};

    private SaeTable() {}

    static String of(List<SaeResult> results) {
        var out = new StringBuilder();
        out.append(String.format(Locale.ROOT, "%-44s %-9s %2s", "recipe", "form", "n"));
        for (String name : NAMES) out.append(String.format(Locale.ROOT, " %13s", name));
        out.append('\n');
        Map<String, List<SaeResult>> byLabel = results.stream()
                .collect(Collectors.groupingBy(
                        r -> r.world() + ": " + r.label(), LinkedHashMap::new, Collectors.toList()));
        byLabel.forEach((label, runs) -> {
            row(out, label, "training", runs.stream().map(SaeResult::training).toList());
            row(out, label, "inference", runs.stream().map(SaeResult::inference).toList());
        });
        if (byLabel.values().stream().anyMatch(runs -> runs.size() == 1))
            out.append("A line with n = 1 is an anecdote: one seed says nothing about the next.\n");
        return out.toString();
    }

    private static void row(StringBuilder out, String label, String form, List<Map<String, Double>> runs) {
        if (runs.stream().anyMatch(Map::isEmpty)) return;
        out.append(String.format(Locale.ROOT, "%-44s %-9s %2d", label, form, runs.size()));
        for (String name : NAMES) {
            double[] values = runs.stream().mapToDouble(r -> r.get(name)).toArray();
            out.append(String.format(
                    Locale.ROOT, " %13s", estimate(values, name.equals("l0") || name.equals("dead") ? 1 : 3)));
        }
        out.append('\n');
    }

    /** Mean, and half the width of Student's interval. */
    private static String estimate(double[] values, int digits) {
        double mean = java.util.Arrays.stream(values).average().orElse(Double.NaN);
        int n = values.length;
        String format = "%." + digits + "f";
        if (n < 2) return String.format(Locale.ROOT, format, mean);
        double squares = 0;
        for (double v : values) squares += (v - mean) * (v - mean);
        double half = (n <= T95.length ? T95[n - 1] : 1.96 + 2.4 / n) * Math.sqrt(squares / (n - 1) / n);
        return String.format(Locale.ROOT, format + "±" + format, mean, half);
    }
}
