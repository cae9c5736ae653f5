package dev.assay.app;

import dev.assay.sae.Claim;
import dev.assay.stats.SampleMean;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One variant of a comparison with its finished runs.
 *
 * @param curve rows of one curve differ in k alone
 * @param against the row that it is compared with; its own name for none
 * @param runs by seed
 */
record SaeRow(
        String name,
        String group,
        String curve,
        String note,
        String against,
        Optional<Claim> claim,
        SortedMap<Long, SaeResult> runs) {

    /**
     * Of one score: of the form that is trained, which every architecture has; on a model of the form that is used, where
     * there is one, for only there the model was run with it.
     */
    SampleMean training(String score) {
        return SampleMean.of(runs.values().stream()
                .mapToDouble(r -> value(counted(r), score))
                .toArray());
    }

    /** Of the form that is used; empty where there is none. */
    Optional<SampleMean> inference(String score) {
        if (runs.values().stream().anyMatch(r -> r.inference().isEmpty())) return Optional.empty();
        return Optional.of(SampleMean.of(runs.values().stream()
                .mapToDouble(r -> value(r.inference(), score))
                .toArray()));
    }

    /** This row less another, paired by seed; empty if they have no seed in common. */
    Map<String, SampleMean> less(SaeRow other) {
        SortedMap<Long, SaeResult> common = new TreeMap<>(runs);
        common.keySet().retainAll(other.runs.keySet());
        Map<String, SampleMean> differences = new LinkedHashMap<>();
        if (common.isEmpty()) return differences;
        for (String score : counted(run(common.firstKey())).keySet())
            differences.put(
                    score,
                    SampleMean.of(common.keySet().stream()
                            .mapToDouble(
                                    seed -> value(counted(run(seed)), score) - value(counted(other.run(seed)), score))
                            .toArray()));
        return differences;
    }

    private static Map<String, Double> counted(SaeResult result) {
        boolean world = result.training().containsKey("f1");
        return world || result.inference().isEmpty() ? result.training() : result.inference();
    }

    private SaeResult run(long seed) {
        return Objects.requireNonNull(runs.get(seed));
    }

    private static double value(Map<String, Double> scores, String name) {
        return scores.getOrDefault(name, Double.NaN);
    }
}
