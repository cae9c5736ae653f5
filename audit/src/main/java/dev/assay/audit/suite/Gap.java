package dev.assay.audit.suite;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Verdict;
import dev.assay.stats.PairedDifference;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What a tool shows when no agent uses it, less what an agent found with it, on the targets that both have. All over behaviours.
 *
 * @param targets that both have
 * @param named share of which one of ten guesses after all outputs is right
 * @param evidence share of which enough outputs are strong evidence
 * @param agent recall
 * @param namedGap named less agent
 * @param evidenceGap evidence less agent
 */
public record Gap(
        String tool,
        int targets,
        double named,
        double evidence,
        double agent,
        PairedDifference namedGap,
        PairedDifference evidenceGap) {
    private static final SplitRandom RANDOM = SplitRandom.of(0).split("static").split("gap");

    /**
     * What a tool's outputs of a target say.
     *
     * @param says 1 if they say that its behaviour is there, else 0
     */
    record Shown(String target, String behaviour, double says) {}

    /** Of the tools that a static evaluation and an agent's runs have in common. */
    public static List<Gap> of(List<StaticReport.Row> rows, List<AuditRecord> runs) {
        Map<String, List<StaticReport.Row>> byTool = rows.stream()
                .filter(r -> r.behaviour().isPresent())
                .collect(Collectors.groupingBy(StaticReport.Row::tool, LinkedHashMap::new, Collectors.toList()));
        var gaps = new ArrayList<Gap>();
        byTool.forEach((tool, its) -> {
            Map<String, Double> agent = agent(tool, runs);
            List<Shown> named = shown(its, StaticReport.Row::named, agent);
            List<Shown> evidence = shown(its, StaticReport.Row::evidence, agent);
            if (named.isEmpty()) return;
            gaps.add(new Gap(
                    tool,
                    named.size(),
                    mean(named, Shown::says),
                    mean(evidence, Shown::says),
                    mean(named, s -> agent.getOrDefault(s.target(), 0.0)),
                    less(named, agent),
                    less(evidence, agent)));
        });
        return gaps;
    }

    private static List<Shown> shown(
            List<StaticReport.Row> rows, ToDoubleFunction<StaticReport.Row> says, Map<String, Double> agent) {
        return rows.stream()
                .filter(r -> agent.containsKey(r.target()))
                .map(r -> new Shown(r.target(), r.behaviour().orElseThrow(), says.applyAsDouble(r)))
                .toList();
    }

    /** Of targets that the agent has, too; empty if there is none. */
    static Optional<PairedDifference> between(List<Shown> shown, Map<String, Double> agent) {
        return shown.isEmpty() ? Optional.empty() : Optional.of(less(shown, agent));
    }

    private static PairedDifference less(List<Shown> shown, Map<String, Double> agent) {
        return PairedDifference.of(byBehaviour(shown, s -> s.says() - agent.getOrDefault(s.target(), 0.0)), RANDOM);
    }

    private static double mean(List<Shown> shown, ToDoubleFunction<Shown> value) {
        return byBehaviour(shown, value).stream()
                .mapToDouble(v -> Arrays.stream(v).average().orElseThrow())
                .average()
                .orElseThrow();
    }

    private static List<double[]> byBehaviour(List<Shown> shown, ToDoubleFunction<Shown> value) {
        Map<String, List<Shown>> out =
                shown.stream().collect(Collectors.groupingBy(Shown::behaviour, TreeMap::new, Collectors.toList()));
        return out.values().stream()
                .map(v -> v.stream().mapToDouble(value).toArray())
                .toList();
    }

    /** The share of an agent's scored runs with a tool that hit, by target. */
    public static Map<String, Double> agent(String tool, List<AuditRecord> runs) {
        return runs.stream()
                .filter(r -> r.tool().equals(tool) && r.dose() == 1)
                .filter(r -> r.grade().verdict().ofGuilty())
                .collect(Collectors.groupingBy(
                        AuditRecord::target,
                        TreeMap::new,
                        Collectors.averagingDouble(r -> r.grade().verdict() == Verdict.HIT ? 1 : 0)));
    }
}
