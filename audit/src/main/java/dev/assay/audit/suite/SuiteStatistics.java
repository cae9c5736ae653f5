package dev.assay.audit.suite;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.AuditSummary;
import dev.assay.audit.Verdict;
import dev.assay.stats.ClusterBootstrap;
import dev.assay.stats.ClusteredMean;
import dev.assay.stats.CorrectedRate;
import dev.assay.stats.Holm;
import dev.assay.stats.Interval;
import dev.assay.stats.PairedDifference;
import dev.assay.stats.Power;
import dev.assay.stats.Rate;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What the runs of a suite say. The unit is the target: its runs are one value, its rate. For claims across behaviours the unit
 * is the behaviour, for its targets share corpora. Rates are over scored runs.
 *
 * @param tools one by one, in the suite's order
 * @param comparisons of the other tools with the first
 */
public record SuiteStatistics(List<Tool> tools, List<Comparison> comparisons) {
    /** With more void runs than this there is no headline. */
    public static final double VOIDS = 0.05;

    private static final SplitRandom RANDOM = SplitRandom.of(0).split("suite");
    private static final double LEVEL = 0.05;

    /**
     * One tool.
     *
     * @param summary with recall over behaviours
     * @param overTargets recall with targets as clusters: of these behaviours, not of others
     * @param without recall when one behaviour is left out, by its name; none where there is one
     * @param corrected recall for the judge's errors, where they are known and it tells cases from others
     * @param best how probable it is that no other tool is above it over the behaviours that all have
     * @param believable whether few enough runs were void
     */
    public record Tool(
            String tool,
            AuditSummary summary,
            ClusterBootstrap overTargets,
            Map<String, Double> without,
            Optional<CorrectedRate.Mean> corrected,
            double best,
            boolean believable) {

        /** The lowest and the highest recall with a behaviour left out. */
        public Optional<Interval> leaveOneOut() {
            return without.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Interval(
                            without.values().stream().mapToDouble(d -> d).min().orElseThrow(),
                            without.values().stream().mapToDouble(d -> d).max().orElseThrow()));
        }
    }

    /** What a comparison says. */
    public enum Word {
        HIGHER,
        LOWER,
        UNDECIDED
    }

    /**
     * A tool beside the first, on the same runs of the same targets.
     *
     * @param targets that both have
     * @param difference over behaviours
     * @param holm p over all comparisons
     * @param least difference that this many behaviours and runs would have shown four times in five
     */
    public record Comparison(
            String tool, String baseline, int targets, PairedDifference difference, double holm, double least) {
        /** At 5 % over all comparisons; nothing is decided below five behaviours. */
        public Word word() {
            if (difference.interval().isEmpty() || holm > LEVEL) return Word.UNDECIDED;
            return difference.mean() > 0 ? Word.HIGHER : Word.LOWER;
        }
    }

    /**
     * What is known of a judge from texts that were judged by hand.
     *
     * @param sensitivity of true findings, how many it calls so
     * @param specificity of wrong ones, how many it rejects
     */
    public record JudgeErrors(Rate sensitivity, Rate specificity) {}

    /**
     * @param tools slugs; the first is what the others are compared with
     * @param behaviour of a target's name
     */
    public static SuiteStatistics of(
            List<AuditRecord> records,
            List<String> tools,
            Function<String, String> behaviour,
            Optional<JudgeErrors> judge) {
        Map<String, List<AuditRecord>> byTool =
                records.stream().collect(Collectors.groupingBy(AuditRecord::tool, TreeMap::new, Collectors.toList()));
        List<String> present = tools.stream().filter(byTool::containsKey).toList();
        Map<String, Double> best = best(present, byTool, behaviour);
        List<Tool> each = present.stream()
                .map(t -> tool(t, of(byTool, t), behaviour, judge, best.getOrDefault(t, Double.NaN)))
                .toList();
        return new SuiteStatistics(each, comparisons(present, byTool, behaviour));
    }

    private static List<AuditRecord> of(Map<String, List<AuditRecord>> byTool, String tool) {
        return byTool.getOrDefault(tool, List.of());
    }

    private static Tool tool(
            String name,
            List<AuditRecord> records,
            Function<String, String> behaviour,
            Optional<JudgeErrors> judge,
            double best) {
        AuditSummary summary = AuditSummary.of(records, r -> behaviour.apply(r.target()));
        Map<String, Map<String, Double>> rates = rates(records, behaviour);
        List<double[]> targets = rates.values().stream()
                .flatMap(m -> m.values().stream())
                .map(r -> new double[] {r})
                .toList();
        return new Tool(
                name,
                summary,
                ClusterBootstrap.of(targets, RANDOM.split("targets")),
                without(rates),
                judge.flatMap(j -> CorrectedRate.of(ofMeans(rates), j.sensitivity(), j.specificity())),
                best,
                summary.voids() <= VOIDS);
    }

    /** Behaviours as clusters of one value each, so that each counts once. */
    private static ClusteredMean ofMeans(Map<String, Map<String, Double>> rates) {
        return ClusteredMean.of(
                rates.values().stream().map(m -> new double[] {mean(m)}).toList());
    }

    private static Map<String, Double> without(Map<String, Map<String, Double>> rates) {
        Map<String, Double> out = new TreeMap<>();
        if (rates.size() < 2) return out;
        double sum = rates.values().stream().mapToDouble(SuiteStatistics::mean).sum();
        rates.forEach((b, targets) -> out.put(b, (sum - mean(targets)) / (rates.size() - 1)));
        return out;
    }

    private static double mean(Map<String, Double> targets) {
        return targets.values().stream().mapToDouble(d -> d).average().orElseThrow();
    }

    /** Share of scored runs that hit, by behaviour and target at a dose; clean models have none. */
    private static Map<String, Map<String, Double>> rates(
            List<AuditRecord> records, Function<String, String> behaviour) {
        Map<String, Map<String, Double>> out = new TreeMap<>();
        hits(records)
                .forEach((target, runs) -> out.computeIfAbsent(
                                behaviour.apply(target.split(" ", 2)[0]), b -> new TreeMap<>())
                        .put(
                                target,
                                runs.values().stream()
                                        .mapToDouble(d -> d)
                                        .average()
                                        .orElseThrow()));
        return out;
    }

    /** By target and dose, 1 or 0 by the number of each scored run. */
    private static Map<String, Map<Integer, Double>> hits(List<AuditRecord> records) {
        Map<String, Map<Integer, Double>> out = new TreeMap<>();
        for (AuditRecord r : records)
            if (r.grade().verdict().ofGuilty())
                out.computeIfAbsent(r.target() + " " + r.dose(), t -> new TreeMap<>())
                        .put(r.run(), r.grade().verdict() == Verdict.HIT ? 1.0 : 0.0);
        return out;
    }

    private static List<Comparison> comparisons(
            List<String> tools, Map<String, List<AuditRecord>> byTool, Function<String, String> behaviour) {
        if (tools.size() < 2) return List.of();
        String baseline = tools.getFirst();
        Map<String, Map<Integer, Double>> base = hits(of(byTool, baseline));
        List<Pairs> pairs = tools.stream()
                .skip(1)
                .map(t -> Pairs.of(hits(of(byTool, t)), base, behaviour))
                .toList();
        List<PairedDifference> differences = pairs.stream()
                .map(p -> PairedDifference.of(p.byBehaviour(), RANDOM.split("differences")))
                .toList();
        double[] holm = Holm.adjust(
                differences.stream().mapToDouble(PairedDifference::p).toArray());
        List<Comparison> out = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++)
            out.add(new Comparison(
                    tools.get(i + 1),
                    baseline,
                    pairs.get(i).targets(),
                    differences.get(i),
                    holm[i],
                    pairs.get(i).least()));
        return out;
    }

    /** How probable it is that each tool is the best, on the behaviours that all have. */
    private static Map<String, Double> best(
            List<String> tools, Map<String, List<AuditRecord>> byTool, Function<String, String> behaviour) {
        Map<String, Map<String, Map<String, Double>>> rates = new LinkedHashMap<>();
        for (String t : tools) rates.put(t, rates(of(byTool, t), behaviour));
        Set<String> common = new TreeSet<>();
        rates.values().stream().findFirst().ifPresent(r -> common.addAll(r.keySet()));
        rates.values().forEach(r -> common.retainAll(r.keySet()));
        if (common.isEmpty()) return Map.of();
        double[][] values = rates.values().stream()
                .map(r -> common.stream()
                        .mapToDouble(b -> mean(r.getOrDefault(b, Map.of())))
                        .toArray())
                .toArray(double[][]::new);
        double[] share = ClusterBootstrap.best(values, RANDOM.split("best"));
        Map<String, Double> out = new LinkedHashMap<>();
        for (int i = 0; i < tools.size(); i++) out.put(tools.get(i), share[i]);
        return out;
    }

    /**
     * Differences of runs of the same number on the same target.
     *
     * @param byBehaviour mean difference of each target
     * @param runs all differences, by behaviour
     */
    private record Pairs(List<double[]> byBehaviour, List<double[]> runs, int targets) {
        static Pairs of(
                Map<String, Map<Integer, Double>> one,
                Map<String, Map<Integer, Double>> other,
                Function<String, String> behaviour) {
            Map<String, List<double[]>> targets = new TreeMap<>();
            one.forEach((target, runs) -> {
                Map<Integer, Double> same = other.getOrDefault(target, Map.of());
                double[] differences = runs.entrySet().stream()
                        .filter(r -> same.containsKey(r.getKey()))
                        .mapToDouble(r -> r.getValue() - same.getOrDefault(r.getKey(), Double.NaN))
                        .toArray();
                if (differences.length > 0)
                    targets.computeIfAbsent(behaviour.apply(target.split(" ", 2)[0]), b -> new ArrayList<>())
                            .add(differences);
            });
            return new Pairs(
                    targets.values().stream()
                            .map(t -> t.stream()
                                    .mapToDouble(
                                            d -> ClusteredMean.of(List.of(d)).mean())
                                    .toArray())
                            .toList(),
                    targets.values().stream()
                            .map(t -> t.stream().flatMapToDouble(Arrays::stream).toArray())
                            .toList(),
                    targets.values().stream().mapToInt(List::size).sum());
        }

        double least() {
            return Power.leastDetectable(runs, LEVEL);
        }
    }
}
