package dev.assay.research;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** Rows of a stage, put together pair by pair. */
final class Evidence {
    private final List<RunRow> rows;
    private final List<String> variants;

    Evidence(List<RunRow> rows, List<String> variants) {
        this.rows = List.copyOf(rows);
        this.variants = List.copyOf(variants);
    }

    private List<RunRow> of(String entrant) {
        return rows.stream().filter(r -> r.entrant().equals(entrant)).toList();
    }

    private Optional<RunRow> control(int pair) {
        return of(RunRow.CONTROL).stream().filter(r -> r.pair() == pair).findFirst();
    }

    /** Whether a variant changed any number of its control: weights or the trace of losses, at equal seed. */
    boolean active(String variant) {
        return of(variant).stream()
                .filter(RunRow::scored)
                .anyMatch(r -> control(r.pair())
                        .filter(c -> !c.weights().isEmpty())
                        .map(c ->
                                !c.weights().equals(r.weights()) || !c.losses().equals(r.losses()))
                        .orElse(false));
    }

    private List<Double> differences(String variant, ToDoubleFunction<RawScore> measure) {
        List<Double> out = new ArrayList<>();
        for (RunRow r : of(variant)) {
            Optional<RawScore> c = control(r.pair()).flatMap(RunRow::result);
            if (r.scored() && c.isPresent()) out.add(measure.applyAsDouble(r.score()) - measure.applyAsDouble(c.get()));
        }
        return out;
    }

    /** F1 less the control's, of variants that are active and were scored. */
    Map<String, List<Double>> differences() {
        Map<String, List<Double>> out = new LinkedHashMap<>();
        for (String v : variants) {
            List<Double> d = differences(v, RawScore::f1);
            if (!d.isEmpty() && active(v)) out.put(v, d);
        }
        return out;
    }

    /** Differences of a variant that never differed: zeros. */
    List<Double> same() {
        return variants.isEmpty() ? List.of() : differences(variants.getFirst(), RawScore::f1);
    }

    List<Double> mcc(String variant) {
        return differences(variant, RawScore::mcc);
    }

    /** The active variant with the largest mean difference; empty text if there is none. */
    String best() {
        return differences().entrySet().stream()
                .max(Comparator.comparingDouble(v -> Rules.mean(v.getValue()).mean()))
                .map(Map.Entry::getKey)
                .orElse("");
    }

    /** Why nothing can be said, if so: the stage is void, or nothing ever ran. */
    Optional<Sprint.Decision> dead(String stage) {
        if (!differences().isEmpty()) return Optional.empty();
        String first = variants.isEmpty() ? "" : variants.getFirst();
        boolean scored =
                variants.stream().anyMatch(v -> !differences(v, RawScore::f1).isEmpty());
        if (scored)
            return Optional.of(new Sprint.Decision(
                    Verdict.NEVER_RAN,
                    "parameters and losses are those of the control at every seed",
                    stage,
                    first,
                    List.of(),
                    0));
        String why = rows.stream()
                .filter(r -> !r.scored())
                .map(r -> r.entrant() + ": " + r.reason())
                .reduce((a, b) -> b)
                .orElse("nothing was run");
        return Optional.of(new Sprint.Decision(Verdict.VOID, why, stage, first, List.of(), 0));
    }
}
