package dev.assay.research;

import dev.assay.stats.Interval;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Numbers in sentences. */
final class Words {
    private Words() {}

    static String signed(double x) {
        return String.format(Locale.ROOT, "%+.4f", x);
    }

    /** A mean of differences with its interval and the number of pairs. */
    static String mean(List<Double> differences) {
        if (differences.isEmpty()) return "no pair";
        Optional<Interval> interval = Rules.interval(differences);
        return signed(Rules.mean(differences).mean())
                + interval.map(i -> " [" + signed(i.low()) + ", " + signed(i.high()) + "]")
                        .orElse("")
                + " in " + differences.size() + (differences.size() == 1 ? " pair (an anecdote)" : " pairs");
    }

    static String means(Map<String, List<Double>> byVariant) {
        return byVariant.isEmpty()
                ? "no variant was scored"
                : String.join(
                        "; ",
                        byVariant.entrySet().stream()
                                .map(v -> v.getKey() + " " + mean(v.getValue()))
                                .toList());
    }
}
