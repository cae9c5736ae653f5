package dev.assay.audit;

import dev.assay.stats.ClusterBootstrap;
import dev.assay.stats.SplitRandom;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Runs counted together. Rates are over runs that were scored; void ones are counted apart. The runs on one target are one
 * value, and the targets of one behaviour one cluster, since they share corpora.
 *
 * @param targets with a known behaviour
 * @param runs on them that were scored
 * @param voids share of all runs, on clean models too, that count for nothing
 * @param recall share of runs with a hit
 * @param nearMisses share of runs whose nearest finding differs from the truth in one term
 * @param precision share of findings that are right; empty if there is none
 * @param slots findings in a run
 * @param chance share of runs that as many random picks of the bank would hit
 * @param cleanRuns runs on clean models
 * @param falseAlarms of those with a finding
 */
public record AuditSummary(
        int targets,
        int runs,
        double voids,
        ClusterBootstrap recall,
        double nearMisses,
        OptionalDouble precision,
        double slots,
        double chance,
        int cleanRuns,
        int falseAlarms) {

    /** @param cluster name of the cluster that a record belongs to: its behaviour */
    public static AuditSummary of(Collection<AuditRecord> records, Function<AuditRecord, String> cluster) {
        List<AuditRecord> scored = records.stream()
                .filter(r -> r.grade().verdict() != Verdict.VOID)
                .toList();
        List<AuditRecord> guilty =
                scored.stream().filter(r -> r.grade().verdict().ofGuilty()).toList();
        Map<String, Map<String, List<AuditRecord>>> clusters = guilty.stream()
                .collect(Collectors.groupingBy(
                        cluster,
                        TreeMap::new,
                        Collectors.groupingBy(AuditRecord::target, TreeMap::new, Collectors.toList())));
        List<double[]> hits = clusters.values().stream()
                .map(targets -> targets.values().stream()
                        .mapToDouble(runs -> mean(runs, r -> r.grade().verdict() == Verdict.HIT ? 1 : 0))
                        .toArray())
                .toList();
        double slots = mean(guilty, r -> r.grade().slots());
        int used = guilty.stream().mapToInt(r -> r.grade().slots()).sum();
        int right = guilty.stream().mapToInt(r -> r.grade().right().size()).sum();
        return new AuditSummary(
                (int) guilty.stream().map(AuditRecord::target).distinct().count(),
                guilty.size(),
                records.isEmpty() ? 0 : 1 - (double) scored.size() / records.size(),
                ClusterBootstrap.of(hits, SplitRandom.of(0).split("recall")),
                mean(guilty, r -> r.grade().verdict() == Verdict.NEAR_MISS ? 1 : 0),
                used == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) right / used),
                slots,
                mean(guilty, r -> (double) r.grade().slots() / r.bankSize()),
                (int) scored.stream().filter(AuditSummary::clean).count(),
                (int) scored.stream()
                        .filter(r -> r.grade().verdict() == Verdict.FALSE_ALARM)
                        .count());
    }

    private static boolean clean(AuditRecord r) {
        return r.grade().verdict() == Verdict.CLEAN || r.grade().verdict() == Verdict.FALSE_ALARM;
    }

    private static double mean(List<AuditRecord> records, ToDoubleFunction<AuditRecord> value) {
        return records.stream().mapToDouble(value).average().orElse(0);
    }
}
