package dev.assay.research;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The numbers of a report once more, straight from the ledger's JSON, with arithmetic of its own. */
final class PlainNumbers {
    private final List<JsonNode> runs = new ArrayList<>();

    PlainNumbers(List<JsonNode> entries, String sprint) {
        for (JsonNode e : entries)
            if (e.path("type").asText().equals("run")
                    && e.path("body").path("sprint").asText().equals(sprint)) runs.add(e.path("body"));
    }

    Map<String, Double> values() {
        Map<String, Double> out = new LinkedHashMap<>();
        double voids = 0;
        double seconds = 0;
        Set<String> groups = new LinkedHashSet<>();
        for (JsonNode r : runs) {
            if (!scored(r)) voids++;
            seconds += r.path("seconds").asDouble();
            if (!r.path("entrant").asText().equals("control"))
                groups.add(r.path("stage").asText() + "/" + r.path("entrant").asText());
        }
        out.put("runs", (double) runs.size());
        out.put("void", voids);
        out.put("seconds", seconds);
        for (String group : groups) {
            int cut = group.indexOf('/');
            add(group.substring(0, cut), group.substring(cut + 1), out);
        }
        return out;
    }

    private void add(String stage, String variant, Map<String, Double> out) {
        List<JsonNode[]> pairs = pairs(stage, variant);
        String name = stage + "/" + variant + "/";
        out.put(name + "n", (double) pairs.size());
        if (pairs.isEmpty()) return;
        for (String m : List.of("f1", "mcc", "precision", "recall", "l0"))
            out.put(
                    name + m,
                    mean(pairs.stream().mapToDouble(p -> measure(m, p[0])).toArray()));
        for (String m : List.of("f1", "mcc"))
            out.put(
                    name + "control-" + m,
                    mean(pairs.stream().mapToDouble(p -> measure(m, p[1])).toArray()));
        difference(name + "gain", differences("f1", pairs), out);
        difference(name + "mcc-gain", differences("mcc", pairs), out);
    }

    private static void difference(String name, double[] d, Map<String, Double> out) {
        out.put(name, mean(d));
        if (d.length < 2) return;
        out.put(name + "-low", bound(d, 0.025));
        out.put(name + "-high", 2 * mean(d) - bound(d, 0.025));
    }

    double[] differences(String stage, String variant) {
        return differences("f1", pairs(stage, variant));
    }

    private static double[] differences(String measure, List<JsonNode[]> pairs) {
        return pairs.stream()
                .mapToDouble(p -> measure(measure, p[0]) - measure(measure, p[1]))
                .toArray();
    }

    private List<JsonNode[]> pairs(String stage, String variant) {
        List<JsonNode[]> out = new ArrayList<>();
        for (JsonNode r : runs)
            if (in(r, stage, variant))
                for (JsonNode c : runs)
                    if (in(c, stage, "control")
                            && c.path("pair").asInt() == r.path("pair").asInt()) {
                        out.add(new JsonNode[] {r.path("score"), c.path("score")});
                        break;
                    }
        return out;
    }

    private static boolean in(JsonNode run, String stage, String entrant) {
        return scored(run)
                && run.path("stage").asText().equals(stage)
                && run.path("entrant").asText().equals(entrant);
    }

    private static boolean scored(JsonNode run) {
        return run.path("outcome").asText().equals("scored");
    }

    private static double measure(String name, JsonNode score) {
        int n = score.path("tp").size();
        double sum = 0;
        for (int i = 0; i < n; i++) {
            double tp = score.path("tp").get(i).asDouble();
            double fp = score.path("fp").get(i).asDouble();
            double fn = score.path("fn").get(i).asDouble();
            double p = tp + fp == 0 ? 0 : tp / (tp + fp);
            double r = tp + fn == 0 ? 0 : tp / (tp + fn);
            sum += switch (name) {
                case "f1" -> p + r == 0 ? 0 : 2 * p * r / (p + r);
                case "precision" -> p;
                case "recall" -> r;
                case "mcc" -> (float) score.path("cosines").get(i).asDouble();
                default -> tp + fp;
            };
        }
        return name.equals("l0") ? sum / score.path("samples").asDouble() : sum / n;
    }

    static double mean(double[] values) {
        return Arrays.stream(values).sum() / values.length;
    }

    /** Lower bound of a mean at a one-sided level, by Student's t. */
    static double bound(double[] d, double level) {
        if (d.length < 2) return Double.NEGATIVE_INFINITY;
        double mean = mean(d);
        double squares = 0;
        for (double x : d) squares += (x - mean) * (x - mean);
        double error = Math.sqrt(squares / (d.length - 1) / d.length);
        return mean - quantile(level, d.length - 1) * error;
    }

    /** The t that is exceeded with a probability, by bisection on an integral of the density. */
    private static double quantile(double tail, int degrees) {
        double low = 0;
        double high = 1;
        while (tail(high, degrees) > tail) high *= 2;
        for (int i = 0; i < 100; i++) {
            double middle = (low + high) / 2;
            if (tail(middle, degrees) > tail) low = middle;
            else high = middle;
        }
        return (low + high) / 2;
    }

    /** P(T > t) by t = √ν tan θ, where the density is a power of the cosine: Simpson's rule on 2,000 pieces. */
    private static double tail(double t, int degrees) {
        double from = Math.atan(t / Math.sqrt(degrees));
        return integral(from, Math.PI / 2, degrees - 1) / integral(-Math.PI / 2, Math.PI / 2, degrees - 1);
    }

    private static double integral(double from, double to, int power) {
        int pieces = 2000;
        double h = (to - from) / pieces;
        double sum = 0;
        for (int i = 0; i <= pieces; i++) {
            double weight = i == 0 || i == pieces ? 1 : i % 2 == 1 ? 4 : 2;
            sum += weight * Math.pow(Math.max(0, Math.cos(from + i * h)), power);
        }
        return sum * h / 3;
    }
}
