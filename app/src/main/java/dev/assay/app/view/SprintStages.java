package dev.assay.app.view;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.journal.CanonicalJson;
import dev.assay.research.RawScore;
import dev.assay.stats.Interval;
import dev.assay.stats.SampleMean;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The runs of a sprint, stage by stage and pair by pair: each variant beside its control on the same world and seeds. */
final class SprintStages {
    /** The stage on worlds that nobody has tuned on. */
    static final String HELD_OUT = "held-out";

    private static final String CONTROL = "control";
    private static final double LEVEL = 0.95;

    private SprintStages() {}

    /**
     * A mean of differences in F1.
     *
     * @param interval Student's, 95 %; empty of one pair
     */
    record Effect(int pairs, double mean, Optional<Interval> interval) {
        static Optional<Effect> of(List<Double> differences) {
            if (differences.isEmpty()) return Optional.empty();
            SampleMean mean =
                    SampleMean.of(differences.stream().mapToDouble(d -> d).toArray());
            return Optional.of(new Effect(mean.n(), mean.mean(), mean.interval(LEVEL)));
        }
    }

    /**
     * One world and its seeds.
     *
     * @param world member of the family, and seed of the instance
     */
    record Pair(int pair, String world, double control, double variant) {}

    /** @param outcomes of runs without a score: why, and how many */
    record Variant(String name, List<Pair> pairs, Optional<Effect> effect, Map<String, Integer> outcomes) {}

    /** @param samples that each run trained on */
    record Stage(String name, long samples, List<Variant> variants) {}

    static List<Stage> of(List<JsonNode> runs) {
        Map<String, List<JsonNode>> stages = new LinkedHashMap<>();
        for (JsonNode r : runs)
            stages.computeIfAbsent(r.path("stage").asText(), s -> new ArrayList<>())
                    .add(r);
        var out = new ArrayList<Stage>();
        stages.forEach((name, rows) ->
                out.add(new Stage(name, rows.getFirst().path("declared").asLong(), variants(rows))));
        return out;
    }

    private static List<Variant> variants(List<JsonNode> rows) {
        Map<Integer, Double> control = new LinkedHashMap<>();
        Map<String, List<JsonNode>> others = new LinkedHashMap<>();
        for (JsonNode r : rows) {
            String entrant = r.path("entrant").asText();
            if (!entrant.equals(CONTROL))
                others.computeIfAbsent(entrant, e -> new ArrayList<>()).add(r);
            else if (scored(r)) control.put(r.path("pair").asInt(), f1(r));
        }
        var out = new ArrayList<Variant>();
        others.forEach((name, own) -> out.add(variant(name, own, control)));
        return out;
    }

    private static Variant variant(String name, List<JsonNode> rows, Map<Integer, Double> control) {
        var pairs = new ArrayList<Pair>();
        Map<String, Integer> outcomes = new LinkedHashMap<>();
        for (JsonNode r : rows) {
            Double against = control.get(r.path("pair").asInt());
            if (scored(r) && against != null) {
                JsonNode draw = r.path("draw");
                String world =
                        draw.path("member").asText() + " " + draw.path("world").asText();
                pairs.add(new Pair(r.path("pair").asInt(), world, against, f1(r)));
            } else if (!scored(r))
                outcomes.merge(r.path("reason").asText(r.path("outcome").asText()), 1, Integer::sum);
        }
        List<Double> differences =
                pairs.stream().map(p -> p.variant() - p.control()).toList();
        return new Variant(name, pairs, Effect.of(differences), outcomes);
    }

    private static boolean scored(JsonNode run) {
        return run.path("outcome").asText().equals("scored");
    }

    private static double f1(JsonNode run) {
        return CanonicalJson.value(run.path("score"), RawScore.class).f1();
    }

    /** Of a variant in a stage; a confirmation's looks are of one stage. */
    static Optional<Effect> effect(List<Stage> stages, String stage, String variant) {
        return stages.stream()
                .filter(s -> s.name().equals(stage))
                .flatMap(s -> s.variants().stream())
                .filter(v -> v.name().equals(variant))
                .flatMap(v -> v.effect().stream())
                .findFirst();
    }
}
