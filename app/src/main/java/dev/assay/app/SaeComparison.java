package dev.assay.app;

import dev.assay.sae.SaeSuite;
import dev.assay.sae.Verdict;
import dev.assay.stats.Interval;
import dev.assay.stats.SampleMean;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rows of finished runs, each with what it says of its claim. Differences are paired by seed and corrected within a group.
 *
 * @param protocol how the runs were made, in words
 */
record SaeComparison(String title, String about, String world, String protocol, double margin, List<Line> lines) {
    static final double LEVEL = 0.95;
    /** From so many seeds on a figure is more than an anecdote, and from so many values of L0 a curve. */
    static final int SEEDS = 5;

    static final int L0S = 4;

    /** A row with its verdict; none where there is nothing to compare it with. */
    record Line(SaeRow row, Optional<Verdict> verdict) {}

    static SaeComparison of(SaeSuite suite, String world, String protocol, List<SaeRow> rows) {
        Map<String, SaeRow> byName = new LinkedHashMap<>();
        rows.forEach(r -> byName.put(r.name(), r));
        Map<String, List<SaeRow>> families = new LinkedHashMap<>();
        Map<String, List<Verdict.Question>> questions = new LinkedHashMap<>();
        for (SaeRow row : rows) {
            SaeRow other = byName.get(row.against());
            Map<String, SampleMean> differences = other == null || other == row ? Map.of() : row.less(other);
            if (differences.isEmpty()) continue;
            families.computeIfAbsent(row.group(), g -> new ArrayList<>()).add(row);
            questions
                    .computeIfAbsent(row.group(), g -> new ArrayList<>())
                    .add(new Verdict.Question(row.claim(), differences));
        }
        Map<String, Verdict> verdicts = new LinkedHashMap<>();
        families.forEach((group, family) -> {
            List<Verdict> answers = Verdict.of(questions.getOrDefault(group, List.of()), suite.margin(), primary(rows));
            for (int i = 0; i < family.size(); i++) verdicts.put(family.get(i).name(), answers.get(i));
        });
        List<Line> lines = rows.stream()
                .map(r -> new Line(r, Optional.ofNullable(verdicts.get(r.name()))))
                .toList();
        return new SaeComparison(suite.name(), suite.about(), world, protocol, suite.margin(), lines);
    }

    /** Names of the scores that the runs have, in the order of tables. */
    List<String> scores() {
        return scores(lines.stream().map(Line::row).toList());
    }

    private static List<String> scores(List<SaeRow> rows) {
        return rows.stream()
                .flatMap(r -> r.runs().values().stream())
                .findFirst()
                .map(r -> SaeText.names(r.training()))
                .orElse(SaeText.SCORES);
    }

    /** The score that counts most. */
    String primary() {
        return scores().getFirst();
    }

    /** Whether runs were scored by the features of a world. */
    boolean onWorld() {
        return primary().equals("f1");
    }

    private static String primary(List<SaeRow> rows) {
        return scores(rows).getFirst();
    }

    /** Scores whose differences are shown. */
    List<String> shown() {
        return scores().subList(0, onWorld() ? 3 : 2);
    }

    /** Lines by group, in order. */
    Map<String, List<Line>> groups() {
        Map<String, List<Line>> groups = new LinkedHashMap<>();
        for (Line line : lines)
            groups.computeIfAbsent(line.row().group(), g -> new ArrayList<>()).add(line);
        return groups;
    }

    /** Least number of seeds of any row. */
    int seeds() {
        return lines.stream().mapToInt(l -> l.row().runs().size()).min().orElse(0);
    }

    /** How far figures of so many seeds can be trusted, in words. */
    String standing() {
        int n = seeds();
        if (n < 2) return "Anecdote: one seed says nothing about the next.";
        return n < SEEDS
                ? "Few seeds (n = " + n + "; from " + SEEDS
                        + " on a figure counts): intervals are wide, and rightly so." + noise()
                : "n = " + n + " seeds; intervals are Student's, 95 %." + noise();
    }

    /** How far two single runs must be apart to differ, in words. */
    private String noise() {
        double most = lines.stream()
                .map(l -> l.row().training(primary()).leastReliableDifference())
                .mapToDouble(d -> d.orElse(0))
                .max()
                .orElse(0);
        return " Two single runs differ reliably only where their " + SaeText.heading(primary()) + " is more than "
                + SaeText.number(most, 4) + " apart (1.96 · √2 · sd, the largest of any row).";
    }

    /** How verdicts come about, in words. */
    String method() {
        return "Differences are paired by seed (same start, same samples), in the form that is "
                + (onWorld() ? "trained" : "used") + "; intervals are"
                + " Student's, 95 %, for one difference. A verdict is two one-sided t tests after Holm's correction over all"
                + " answers of its table: any wrong verdict in a table has a chance of at most 5 %. Differences of up to "
                + SaeText.number(margin, 3) + " count as none.";
    }

    Map<String, Object> json() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("title", title);
        out.put("world", world);
        out.put("margin", margin);
        out.put("anecdote", seeds() < 2);
        out.put("rows", lines.stream().map(this::json).toList());
        return out;
    }

    private Map<String, Object> json(Line line) {
        SaeRow row = line.row();
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("name", row.name());
        out.put("group", row.group());
        out.put("n", row.runs().size());
        Map<String, Object> scores = new LinkedHashMap<>();
        for (String score : scores()) {
            Map<String, Object> forms = new LinkedHashMap<>();
            forms.put("training", json(row.training(score)));
            row.inference(score).ifPresent(i -> forms.put("inference", json(i)));
            scores.put(score, forms);
        }
        out.put("scores", scores);
        line.verdict().ifPresent(v -> {
            out.put("against", row.against());
            row.claim().ifPresent(c -> out.put("claim", c.says()));
            out.put("verdict", v.outcome().words);
            out.put("p-holm", v.p());
            Map<String, Object> differences = new LinkedHashMap<>();
            for (String score : scores())
                Optional.ofNullable(v.differences().get(score)).ifPresent(d -> differences.put(score, json(d)));
            out.put("differences", differences);
        });
        out.put("runs", row.runs().values().stream().map(SaeResult::json).toList());
        return out;
    }

    private static Map<String, Object> json(SampleMean mean) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("n", mean.n());
        out.put("mean", mean.mean());
        mean.interval(LEVEL).ifPresent((Interval i) -> {
            out.put("low", i.low());
            out.put("high", i.high());
        });
        mean.leastReliableDifference().ifPresent(d -> out.put("least-reliable-difference", d));
        return out;
    }
}
