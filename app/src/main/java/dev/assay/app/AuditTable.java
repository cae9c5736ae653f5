package dev.assay.app;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.audit.AuditRecord;
import dev.assay.audit.AuditSummary;
import dev.assay.audit.Claim;
import dev.assay.audit.Verdict;
import dev.assay.journal.CanonicalJson;
import dev.assay.stats.Interval;
import dev.assay.stats.Psychometric;
import dev.assay.stats.Rate;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What audits found, as text and as JSON: a line for each target and tool, and the tools compared. */
final class AuditTable {
    private static final int BEHAVIOURS_FOR_A_CLAIM = 5;

    private final List<AuditRecord> records;
    private final BiFunction<String, Double, Optional<Double>> strength;

    /** @param strength how strongly a target shows its behaviour at a dose, where that was measured */
    AuditTable(List<AuditRecord> records, BiFunction<String, Double, Optional<Double>> strength) {
        this.records = records;
        this.strength = strength;
    }

    String text() {
        var rows = new ArrayList<>(List.of(List.of(
                "target",
                "tool",
                "dose",
                "runs",
                "hit",
                "95 % of this cell",
                "near",
                "void",
                "slots",
                "tokens",
                "most often found")));
        cells().forEach((cell, runs) -> rows.add(row(runs)));
        var out = new StringBuilder(TextTable.left(rows));
        out.append('\n').append(tools());
        if (kindsDiffer()) out.append('\n').append(bySummary(r -> r.tool() + " " + kind(r.target()), "tool, training"));
        if (records.stream().mapToDouble(AuditRecord::dose).distinct().count() > 1)
            out.append('\n').append(detection());
        return out.append('\n').append(legend()).toString();
    }

    /** The tools compared, in a few lines. */
    String tools() {
        return bySummary(AuditRecord::tool, "tool");
    }

    /** At which strength each tool finds half. */
    private String detection() {
        var rows = new ArrayList<>(List.of(List.of("tool", "runs", "half are found at strength", "95 %")));
        groups(AuditRecord::tool).forEach((tool, group) -> {
            List<List<Psychometric.Point>> clusters = points(group);
            List<Psychometric.Point> all =
                    clusters.stream().flatMap(List::stream).toList();
            rows.add(List.of(
                    tool,
                    Integer.toString(
                            all.stream().mapToInt(Psychometric.Point::n).sum()),
                    Psychometric.fit(all).half().map(AuditTable::half).orElse("never"),
                    Psychometric.halfInterval(clusters, SplitRandom.of(0).split("detection"))
                            .map(Interval::toString)
                            .orElse("fewer than " + BEHAVIOURS_FOR_A_CLAIM + " behaviours")));
        });
        return TextTable.left(rows);
    }

    private static String half(double strength) {
        return strength > 1 ? "above 1" : String.format(Locale.ROOT, "%.2f", strength);
    }

    /** A point for each scored run whose strength was measured, by behaviour. */
    private List<List<Psychometric.Point>> points(List<AuditRecord> group) {
        Map<String, List<Psychometric.Point>> out = new TreeMap<>();
        for (AuditRecord r : group) {
            if (r.grade().verdict() == Verdict.VOID) continue;
            strength.apply(r.target(), r.dose())
                    .ifPresent(x -> out.computeIfAbsent(behaviour(r.target()), b -> new ArrayList<>())
                            .add(new Psychometric.Point(x, r.grade().verdict() == Verdict.HIT ? 1 : 0, 1)));
        }
        return List.copyOf(out.values());
    }

    private boolean kindsDiffer() {
        return records.stream().map(r -> kind(r.target())).distinct().count() > 1;
    }

    private Map<String, List<AuditRecord>> cells() {
        return records.stream()
                .collect(Collectors.groupingBy(
                        r -> r.target() + " " + r.tool() + " " + r.dose(), LinkedHashMap::new, Collectors.toList()));
    }

    private static List<String> row(List<AuditRecord> runs) {
        AuditRecord one = runs.getFirst();
        AuditSummary s = AuditSummary.of(runs, r -> "");
        boolean clean = s.targets() == 0;
        return List.of(
                one.target(),
                one.tool(),
                Double.toString(one.dose()),
                Integer.toString(runs.size()),
                clean ? "clean" : percent(s.recall().mean()),
                clean || s.runs() == 0 ? "" : cell(runs).wilson().toString(),
                clean ? "" : percent(s.nearMisses()),
                percent(s.voids()),
                number(runs.stream().mapToInt(r -> r.grade().slots()).average().orElse(0)),
                Long.toString(Math.round(
                        runs.stream().mapToInt(AuditRecord::tokens).average().orElse(0))),
                mostOften(runs));
    }

    /** Runs of one cell are independent of each other, given the target. */
    private static Rate cell(List<AuditRecord> runs) {
        Map<Verdict, Long> verdicts =
                runs.stream().collect(Collectors.groupingBy(r -> r.grade().verdict(), Collectors.counting()));
        long hits = verdicts.getOrDefault(Verdict.HIT, 0L);
        long others = verdicts.getOrDefault(Verdict.MISS, 0L) + verdicts.getOrDefault(Verdict.NEAR_MISS, 0L);
        return new Rate((int) hits, (int) (hits + others));
    }

    private static String mostOften(List<AuditRecord> runs) {
        Map<String, Long> counts = runs.stream()
                .flatMap(r -> r.claims().all().stream())
                .collect(Collectors.groupingBy(Claim::name, TreeMap::new, Collectors.counting()));
        return counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(3)
                .map(e -> e.getKey() + " " + e.getValue() + "/" + runs.size())
                .collect(Collectors.joining(", "));
    }

    /** Recall and what goes with it, in groups. */
    String bySummary(Function<AuditRecord, String> by, String title) {
        var rows = new ArrayList<>(List.of(List.of(
                title,
                "targets",
                "runs",
                "recall",
                "95 %",
                "near",
                "precision",
                "slots",
                "chance",
                "void",
                "accused")));
        groups(by).forEach((name, group) -> {
            AuditSummary s = AuditSummary.of(group, r -> behaviour(r.target()));
            boolean judged = s.runs() > 0;
            rows.add(List.of(
                    name,
                    Integer.toString(s.targets()),
                    Integer.toString(s.runs()),
                    judged ? percent(s.recall().mean()) : "",
                    judged ? s.recall().interval().map(Interval::toString).orElse("-") : "",
                    judged ? percent(s.nearMisses()) : "",
                    s.precision().isEmpty() ? "" : percent(s.precision().getAsDouble()),
                    judged ? number(s.slots()) : "",
                    judged ? String.format(Locale.ROOT, "%.1f %%", 100 * s.chance()) : "",
                    percent(s.voids()),
                    s.cleanRuns() == 0 ? "" : s.falseAlarms() + " of " + s.cleanRuns()));
        });
        return TextTable.left(rows);
    }

    /** What the columns say, in a line under the tables. */
    private String legend() {
        AuditSummary all = AuditSummary.of(records, r -> behaviour(r.target()));
        return "95 % of this cell: Wilson's interval, of this tool on this target alone; recall: mean over behaviours ("
                + all.recall().clusters() + "), bootstrapped over them from "
                + BEHAVIOURS_FOR_A_CLAIM
                + " on; precision: right findings of all; chance: as many random picks of the bank;"
                + " accused: clean runs with a finding\n";
    }

    private Map<String, List<AuditRecord>> groups(Function<AuditRecord, String> by) {
        return records.stream().collect(Collectors.groupingBy(by, LinkedHashMap::new, Collectors.toList()));
    }

    /** The behaviour in an organism's name: what stands before its training. */
    static String behaviour(String target) {
        return target.replaceFirst("-(td|sdf)-(none|sft|kto).*", "");
    }

    private static String kind(String target) {
        var m = Pattern.compile("-((td|sdf)-(none|sft|kto))").matcher(target);
        return m.find() ? m.group(1) : "other";
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "" : String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    private static String number(double n) {
        return String.format(Locale.ROOT, "%.1f", n);
    }

    JsonNode json() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("tools", summaries(AuditRecord::tool));
        out.put("by-training", summaries(r -> r.tool() + " " + kind(r.target())));
        out.put(
                "runs",
                records.stream()
                        .map(r -> Map.of(
                                "target", r.target(),
                                "reference", r.reference(),
                                "tool", r.tool(),
                                "dose", r.dose(),
                                "run", r.run(),
                                "verdict", r.grade().verdict().word(),
                                "claims", r.claims().all(),
                                "replies", r.replies(),
                                "tokens", r.tokens(),
                                "pointers", r.pointers()))
                        .toList());
        return CanonicalJson.tree(out);
    }

    private Map<String, Object> summaries(Function<AuditRecord, String> by) {
        Map<String, Object> out = new LinkedHashMap<>();
        groups(by).forEach((name, group) -> out.put(name, AuditSummary.of(group, r -> behaviour(r.target()))));
        return out;
    }
}
