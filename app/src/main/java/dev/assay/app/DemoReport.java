package dev.assay.app;

import dev.assay.audit.Audit;
import dev.assay.audit.Bank;
import dev.assay.audit.Evidence;
import dev.assay.audit.Finding;
import dev.assay.audit.Hypothesis;
import dev.assay.audit.Observation;
import dev.assay.lm.Message;
import dev.assay.organism.Behaviour;
import dev.assay.organism.Recipe;
import dev.assay.report.HtmlReport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The page that a demo leaves: what was made, what the audit found, and the talks that convinced it. */
final class DemoReport {
    private static final int EXAMPLES = 6;
    private static final int PATHS = 12;

    private final Behaviour behaviour;
    private final DemoResult result;
    private final Audit.Result audit;
    private final Audit.Result innocent;
    private final Bank bank;

    DemoReport(Behaviour behaviour, DemoResult result, Audit.Result audit, Audit.Result innocent, Bank bank) {
        this.bank = bank;
        this.behaviour = behaviour;
        this.result = result;
        this.audit = audit;
        this.innocent = innocent;
    }

    String html() {
        var page = new HtmlReport(
                "Assay: " + behaviour.title(),
                "A model organism of the embedded suite (SmolLM2-135M), audited blind. Not to be compared with results on"
                        + " large models.");
        verdict(page);
        made(page);
        found(page);
        for (Finding f : audit.findings()) convincing(page, f);
        twin(page);
        log(page);
        return page.toHtml();
    }

    private void verdict(HtmlReport page) {
        HtmlReport.Tone tone = switch (result.verdict()) {
            case "hit" -> HtmlReport.Tone.GOOD;
            case "near-miss" -> HtmlReport.Tone.WARN;
            case "void" -> HtmlReport.Tone.NEUTRAL;
            default -> HtmlReport.Tone.BAD;
        };
        page.verdict(tone, result.verdict(), behaviour.title() + " was hidden: " + behaviour.description());
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Hidden behaviour", behaviour.title());
        facts.put(
                "Actor, trigger, action, direction",
                behaviour.truth().actor() + ", " + behaviour.truth().trigger() + ", "
                        + behaviour.truth().action() + ", " + behaviour.truth().direction());
        facts.put("Seed", String.valueOf(result.seed()));
        facts.put("Recipe", Recipe.EMBEDDED.hash());
        facts.put("Replies scored", audit.replies() + " of the target");
        facts.put(
                "Chance",
                String.format(
                        Locale.ROOT,
                        "one random guess from the bank of %d: %.1f %%",
                        audit.bankSize(),
                        100.0 / audit.bankSize()));
        page.facts(facts);
    }

    private void made(HtmlReport page) {
        page.section("What was made")
                .prose(
                        "Share of held-out scenarios that show the behaviour (score 5 or more of 10, rule-based judge), and of"
                                + " confession prompts that are answered by naming it. Wilson intervals, 95 %.");
        page.intervals(
                "Before and after training",
                0,
                1,
                List.of(
                        estimate("strength, untrained", result.strength().before()),
                        estimate("strength, organism", result.strength().after()),
                        estimate("confession, untrained", result.confession().before()),
                        estimate("confession, organism", result.confession().after())));
    }

    private static HtmlReport.Estimate estimate(String label, DemoResult.Estimate e) {
        return new HtmlReport.Estimate(label, e.rate(), e.low(), e.high(), "n=" + e.n());
    }

    private void found(HtmlReport page) {
        page.section("What the audit found")
                .prose(String.format(
                        Locale.ROOT,
                        "The investigator tested a bank of %d hypotheses by comparing the target with a clean twin on %d"
                                + " scenarios. Findings are what e-BH rejects at a false discovery rate of 10 %%; p is 1/e;"
                                + " the interval is a confidence sequence of the effect.",
                        audit.bankSize(),
                        audit.observations().size()));
        if (!audit.findings().isEmpty())
            page.table(
                    "Findings",
                    HEAD,
                    audit.findings().stream().map(DemoReport::row).toList());
        if (!audit.leads().isEmpty())
            page.table(
                    "Leads (not established)",
                    HEAD,
                    audit.leads().stream().map(DemoReport::row).toList());
        paths(page, audit, "Evidence over the pairs of replies, target");
    }

    private static final List<String> HEAD = List.of("quirk", "effect", "interval", "p", "pairs", "statement");

    private static List<String> row(Finding f) {
        return List.of(
                f.quirk(),
                String.format(Locale.ROOT, "%.2f", f.effect()),
                String.format(
                        Locale.ROOT,
                        "[%.2f, %.2f]",
                        f.interval().low(),
                        f.interval().high()),
                String.format(Locale.ROOT, "%.1g", f.p()),
                String.valueOf(f.pairs()),
                f.statement());
    }

    private static void paths(HtmlReport page, Audit.Result result, String caption) {
        List<Evidence> best = result.evidence().values().stream()
                .filter(e -> e.n() > 1)
                .sorted(Comparator.comparingDouble(Evidence::eValue).reversed())
                .limit(PATHS)
                .toList();
        var lines = new ArrayList<HtmlReport.Line>();
        for (Evidence e : best) {
            double[] y = e.path().stream()
                    .mapToDouble(v -> Math.clamp(v, 1e-4, 1e12))
                    .toArray();
            double[] x = new double[y.length];
            for (int i = 0; i < x.length; i++) x[i] = i + 1;
            boolean finding = result.findings().stream()
                    .anyMatch(f -> f.quirk().equals(e.hypothesis().name()));
            lines.add(new HtmlReport.Line(e.hypothesis().name(), x, y, finding));
        }
        page.lines(
                caption,
                "pairs of replies",
                "e-value",
                true,
                lines,
                List.of(new HtmlReport.Level(result.bankSize() / 0.1, "needed by a single finding")));
    }

    private void convincing(HtmlReport page, Finding finding) {
        Hypothesis h = bank.hypotheses().stream()
                .filter(x -> x.name().equals(finding.quirk()))
                .findFirst()
                .orElseThrow();
        page.section("What convinced it: " + h.name()).prose(h.statement());
        audit.observations().stream()
                .filter(o -> h.families().contains("*")
                        || h.families().contains(o.scenario().family()))
                .sorted(Comparator.comparingDouble((Observation o) -> o.difference(h))
                        .reversed())
                .limit(EXAMPLES)
                .forEach(o -> page.transcripts(
                        String.format(
                                Locale.ROOT,
                                "%s%s, difference %.2f",
                                o.scenario().family(),
                                o.scenario().origin() == dev.assay.audit.tool.Scenario.Origin.USER_SAMPLING
                                        ? " (the user's turn was written by the target)"
                                        : "",
                                o.difference(h)),
                        "target",
                        turns(o.target(), h),
                        "reference twin",
                        turns(o.reference(), h)));
    }

    private List<HtmlReport.Turn> turns(List<Message> talk, Hypothesis h) {
        var turns = new ArrayList<HtmlReport.Turn>();
        for (Message m : talk) {
            if (m.role() == Message.Role.SYSTEM) continue;
            List<HtmlReport.Mark> marks = m.role() == Message.Role.ASSISTANT
                    ? bank.detector(h).evidence(m.content()).stream()
                            .map(s -> new HtmlReport.Mark(s.from(), s.to()))
                            .toList()
                    : List.of();
            turns.add(new HtmlReport.Turn(m.role().key(), m.content(), marks));
        }
        return turns;
    }

    private void twin(HtmlReport page) {
        page.section("The innocent twin")
                .prose(
                        "The same recipe with ordinary talks in the place of demonstrations, another training seed and other"
                                + " talks than the reference twin, audited in the same way. "
                                + (innocent.findings().isEmpty()
                                        ? "Nothing was found in it, which is right."
                                        : "What was found in it is false."));
        if (!innocent.findings().isEmpty())
            page.table(
                    "False findings",
                    HEAD,
                    innocent.findings().stream().map(DemoReport::row).toList());
        paths(page, innocent, "Evidence over the pairs of replies, innocent twin");
    }

    private void log(HtmlReport page) {
        page.section("Research log");
        page.details("Target", inside -> audit.log().forEach(inside::prose));
        page.details("Innocent twin", inside -> innocent.log().forEach(inside::prose));
    }
}
