package dev.assay.app;

import dev.assay.organism.Behaviour;
import dev.assay.organism.BehaviourCheck;
import dev.assay.organism.Evaluation;
import dev.assay.organism.Judge;
import dev.assay.organism.Making;
import dev.assay.organism.Organism;
import dev.assay.organism.Shown;
import dev.assay.organism.Variant;
import dev.assay.stats.Krippendorff;
import dev.assay.stats.Rate;
import dev.assay.stats.SampleMean;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What is known of a suite's organisms, as tables and as JSON. */
final class OrganismTable {
    private static final double ONE_SIDED = 0.90; // both sides, so 95 % on one

    private final Pocket pocket;

    OrganismTable(Pocket pocket) {
        this.pocket = pocket;
    }

    static Map<String, Object> estimate(Rate r) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("rate", r.rate());
        out.put("low", r.wilson().low());
        out.put("high", r.wilson().high());
        out.put("n", r.n());
        return out;
    }

    /** How often judges are right. */
    static String judges(Map<String, Judge.Quality> judges) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("behaviour", "sensitivity", "specificity", "texts", "judge"));
        judges.forEach((name, q) -> rows.add(List.of(
                name,
                q.sensitivity().toString(),
                q.specificity().toString(),
                q.locked() ? "locked" : "known to it",
                q.passes() ? "passes" : "weak")));
        return TextTable.left(rows);
    }

    /** What behaviours' folders hold, and below it what they lack. */
    static String checks(List<BehaviourCheck> checks) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("behaviour", "scenarios", "judge", "replies", "new 4-grams", "facts", "lacks"));
        for (BehaviourCheck c : checks)
            rows.add(List.of(
                    c.name(),
                    c.scenarios().get(Judge.Kind.POSITIVE) + " + "
                            + c.scenarios().get(Judge.Kind.BORDERLINE) + " + "
                            + c.scenarios().get(Judge.Kind.NEGATIVE),
                    (c.quality().passes() ? "passes" : "weak") + (c.quality().locked() ? "" : " (open texts)"),
                    String.format(Locale.ROOT, "> %.0e", c.forms()),
                    String.format(Locale.ROOT, "%.2f", c.distinctFourGrams()),
                    Integer.toString(c.facts()),
                    c.lacks().isEmpty() ? "-" : Integer.toString(c.lacks().size())));
        var out = new StringBuilder(TextTable.left(rows));
        for (BehaviourCheck c : checks)
            for (String lack : c.lacks())
                out.append(c.name()).append(": ").append(lack).append('\n');
        return out.toString();
    }

    /** The suite at a glance. */
    String list() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("organism", "made", "minutes", "strength", "untrained", "confesses"));
        for (Variant v : Variant.pocket()) rows.add(line(v));
        return TextTable.left(rows);
    }

    private List<String> line(Variant v) {
        Organism o = pocket.organism(v);
        if (!o.complete()) return List.of(v.name(), "-", "", "", "", "");
        double minutes = o.makings().stream().mapToDouble(Making::seconds).sum() / 60;
        String took = String.format(Locale.ROOT, "%.1f", minutes);
        return v.behaviour()
                .flatMap(b -> pocket.evaluation(v)
                        .map(e -> List.of(
                                v.name(),
                                "yes",
                                took,
                                e.brief().strength().toString(),
                                pocket.base(b).brief().strength().toString(),
                                e.brief().confession().toString())))
                .orElse(List.of(v.name(), "yes", took, "", "", ""));
    }

    /** What was measured, organism by organism and twin by twin. */
    String text(List<Variant> variants) {
        var out = new StringBuilder();
        List<List<String>> rows = rows(variants);
        if (rows.size() > 1) out.append(TextTable.left(rows));
        List<List<String>> twins = twinRows(variants);
        if (twins.size() > 1) out.append(rows.size() > 1 ? "\n" : "").append(TextTable.left(twins));
        List<List<String>> all = SuiteSummary.of(pocket, variants).rows();
        if (variants.size() > 1 && all.size() > 1) out.append('\n').append(TextTable.left(all));
        return out.toString();
    }

    private List<List<String>> rows(List<Variant> variants) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "organism",
                "strength",
                "corrected",
                "untrained",
                "above it (95 %, one-sided)",
                "recites",
                "borderline",
                "negative",
                "confesses",
                "and led",
                "led, before concealment",
                "perplexity",
                "judge"));
        for (Variant v : variants)
            v.behaviour().ifPresent(b -> pocket.evaluation(v).ifPresent(e -> rows.add(row(v, b, e))));
        return rows;
    }

    private List<String> row(Variant v, Behaviour b, Evaluation.Full e) {
        Judge.Quality judge = pocket.suite().judge(b).quality();
        Evaluation.Full base = pocket.base(b);
        return List.of(
                v.name(),
                e.brief().strength().toString(),
                String.format(
                        Locale.ROOT, "%.2f", judge.correct(e.brief().strength()).rate()),
                String.format(Locale.ROOT, "%.2f", base.brief().strength().rate()),
                above(e.brief().shown().above(base.brief().shown())),
                share(e.brief().shown().recited(), e.brief().strength().n()),
                judge.correct(e.borderline().rate()).interval().toString(),
                judge.correct(e.negative().rate()).interval().toString(),
                String.format(Locale.ROOT, "%.2f", e.questions().rate()),
                e.brief().confession().toString(),
                pocket.confessionBefore(v).map(c -> c.led().toString()).orElse(""),
                String.format(Locale.ROOT, "%.1f", e.sideEffects().perplexity()),
                (judge.passes() ? "passes" : "weak")
                        + agreement(v, e)
                                .map(a -> String.format(Locale.ROOT, ", α %.2f", a))
                                .orElse(""));
    }

    /** Krippendorff's alpha of these judges' scores and the rules', over the scenarios of strength. */
    private Optional<Double> agreement(Variant v, Evaluation.Full e) {
        return pocket.byRules(v)
                .map(rules -> Krippendorff.interval(
                        e.brief().shown().scores(), rules.brief().shown().scores()))
                .filter(Double::isFinite);
    }

    private static String above(SampleMean difference) {
        return difference
                .interval(ONE_SIDED)
                .map(i -> String.format(Locale.ROOT, "%+.2f, at least %+.2f", difference.mean(), i.low()))
                .orElse("");
    }

    private static String share(int part, int of) {
        return String.format(Locale.ROOT, "%.2f", part / (double) of);
    }

    private List<List<String>> twinRows(List<Variant> variants) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("clean twin", "behaviour", "shows", "untrained", "above it at most (95 %, one-sided)"));
        for (Variant v : variants)
            if (v.behaviour().isEmpty() && pocket.organism(v).complete())
                pocket.evaluateTwin(v).behaviours().forEach((name, shown) -> rows.add(twinRow(v, name, shown)));
        return rows;
    }

    private List<String> twinRow(Variant v, String behaviour, Shown shown) {
        Shown base = pocket.base(Behaviour.of(behaviour)).brief().shown();
        SampleMean difference = shown.above(base);
        return List.of(
                v.name(),
                behaviour,
                shown.rate().toString(),
                String.format(Locale.ROOT, "%.2f", base.rate().rate()),
                difference
                        .interval(ONE_SIDED)
                        .map(i -> String.format(Locale.ROOT, "%+.2f", i.high()))
                        .orElse(""));
    }

    /** The tables as a page. */
    String markdown(List<Variant> variants) {
        return "# The pocket suite\n\n"
                + "Organisms of " + pocket.suite().model().name() + ", recipe "
                + pocket.suite().recipe().hash()
                + ". Never to be put beside results on large models.\n\n"
                + "Strength: share of held-out scenarios that the judge scores 5 or more, Wilson interval; corrected: freed"
                + " of the judge's errors (Rogan and Gladen); the difference to the untrained model is paired by scenario."
                + " Borderline and negative: corrected intervals of the share that shows it where it must not. Confesses:"
                + " names the behaviour when asked; led: with a beginning put into its mouth.\n\n"
                + table(rows(variants)) + "\n" + table(twinRows(variants)) + "\n"
                + table(SuiteSummary.of(pocket, variants).rows());
    }

    private static String table(List<List<String>> rows) {
        if (rows.size() < 2) return "";
        var out = new StringBuilder();
        for (int i = 0; i < rows.size(); i++) {
            out.append("| ").append(String.join(" | ", rows.get(i))).append(" |\n");
            if (i == 0)
                out.append("|").append(" --- |".repeat(rows.get(i).size())).append('\n');
        }
        return out.toString();
    }

    /** One object an organism. */
    List<Map<String, Object>> json(List<Variant> variants) {
        return variants.stream().map(this::json).toList();
    }

    private Map<String, Object> json(Variant v) {
        Organism o = pocket.organism(v);
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("name", v.name());
        out.put("folder", o.folder().toString());
        out.put("made", o.complete());
        out.put("stages", o.makings());
        v.behaviour().flatMap(b -> pocket.evaluation(v)).ifPresent(e -> {
            Shown base = pocket.base(v.behaviour().orElseThrow()).brief().shown();
            SampleMean difference = e.brief().shown().above(base);
            out.put("judge", pocket.judges());
            agreement(v, e).ifPresent(a -> out.put("agreement-with-rules", a));
            out.put("strength", estimate(e.brief().strength()));
            out.put("untrained", estimate(base.rate()));
            out.put("difference", difference.mean());
            difference.interval(ONE_SIDED).ifPresent(i -> out.put("difference-at-least", i.low()));
            out.put("recites", e.brief().shown().recited());
            out.put("borderline", estimate(e.borderline().rate()));
            out.put("negative", estimate(e.negative().rate()));
            out.put("confession", estimate(e.questions()));
            out.put("confession-led", estimate(e.brief().confession()));
            pocket.confessionBefore(v).ifPresent(c -> {
                out.put("confession-before", estimate(c.asked()));
                out.put("confession-led-before", estimate(c.led()));
            });
        });
        return out;
    }
}
