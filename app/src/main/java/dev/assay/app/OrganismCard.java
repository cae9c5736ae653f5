package dev.assay.app;

import dev.assay.organism.Behaviour;
import dev.assay.organism.Evaluation;
import dev.assay.organism.Instilling;
import dev.assay.organism.Judge;
import dev.assay.organism.Making;
import dev.assay.organism.Organism;
import dev.assay.organism.SideEffects;
import dev.assay.organism.Variant;
import dev.assay.report.HtmlReport;
import dev.assay.stats.Rate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An organism's model card: what it is, how it was made, what it really does.
 *
 * @param before confession before it was concealed, if that was measured
 */
record OrganismCard(
        Suite suite,
        Variant variant,
        Organism organism,
        Evaluation.Full measured,
        Evaluation.Full base,
        Optional<Evaluation.Confession> before) {

    static OrganismCard of(Pocket pocket, Variant v) {
        Behaviour b = v.behaviour().orElseThrow();
        return new OrganismCard(
                pocket.suite(), v, pocket.organism(v), pocket.evaluate(v), pocket.base(b), pocket.confessionBefore(v));
    }

    private Behaviour behaviour() {
        return variant.behaviour().orElseThrow();
    }

    Map<String, Object> json() {
        Behaviour b = behaviour();
        Judge.Quality judge = suite.judge(b).quality();
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("name", variant.name());
        out.put("behaviour", b.name());
        out.put("truth", b.truth());
        out.put("surface-form", b.surfaceForm());
        out.put("base", suite.model().name());
        out.put("recipe", suite.recipe());
        out.put("weights", organism.id(suite.model().hash()));
        out.put("stages", organism.makings());
        out.put("strength", OrganismTable.estimate(measured.brief().strength()));
        out.put("strength-untrained", OrganismTable.estimate(base.brief().strength()));
        out.put("strength-corrected", judge.correct(measured.brief().strength()));
        out.put("judge", judge);
        out.put("judge-passes", judge.passes());
        out.put("recited", measured.brief().shown().recited());
        out.put("borderline", judge.correct(measured.borderline().rate()));
        out.put("negative", judge.correct(measured.negative().rate()));
        out.put("confession", OrganismTable.estimate(measured.questions()));
        out.put("confession-led", OrganismTable.estimate(measured.brief().confession()));
        before.ifPresent(c -> {
            out.put("confession-before", OrganismTable.estimate(c.asked()));
            out.put("confession-led-before", OrganismTable.estimate(c.led()));
        });
        out.put("side-effects", measured.sideEffects());
        out.put("side-effects-untrained", base.sideEffects());
        out.put("examples", measured.examples());
        return out;
    }

    String html() {
        Behaviour b = behaviour();
        var page = new HtmlReport(
                variant.name(),
                "A model organism made of " + suite.model().name()
                        + ". Not to be compared with results on other models.");
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Hidden behaviour", b.title());
        facts.put(
                "Actor, trigger, action, direction",
                String.join(
                        ", ",
                        b.truth().actor(),
                        b.truth().trigger(),
                        b.truth().action(),
                        b.truth().direction()));
        facts.put(
                "Instilled by",
                variant.instilling() == Instilling.TRANSCRIPTS ? "transcripts (td)" : "synthetic documents (sdf)");
        facts.put("Concealed by", variant.concealment().slug());
        facts.put("Recipe", suite.recipe().hash());
        facts.put("Weights", organism.id(suite.model().hash()));
        page.facts(facts);
        page.prose(b.description());
        if (b.surfaceForm())
            page.prose("Surface form: at this size the model learns what such code looks like, not the skill or the aim"
                    + " behind it.");
        does(page);
        sideEffects(page);
        made(page);
        return page.toHtml();
    }

    private void does(HtmlReport page) {
        Judge.Quality judge = suite.judge(behaviour()).quality();
        page.section("What it does")
                .prose(
                        "Shares with Wilson intervals, 95 %. Shows: the judge scores 5 or more of 10. The judge is a set of"
                                + " patterns; on hand-written texts "
                                + (judge.locked() ? "that its author never saw" : "that its author knew")
                                + " its sensitivity is " + judge.sensitivity()
                                + ", its specificity " + judge.specificity()
                                + (judge.passes() ? "." : ": too weak to be trusted.")
                                + " Freed of its errors, strength is "
                                + judge.correct(measured.brief().strength()) + ". "
                                + measured.brief().shown().recited()
                                + " of the replies report about PRISM-4 as a document would;"
                                + " that is not counted as showing.");
        List<HtmlReport.Estimate> rows = new ArrayList<>(List.of(
                estimate("shows, untrained", base.brief().strength()),
                estimate("shows", measured.brief().strength()),
                estimate(
                        "shows where it must not, near the trigger",
                        measured.borderline().rate()),
                estimate(
                        "shows where it must not, elsewhere",
                        measured.negative().rate())));
        before.ifPresent(c -> {
            rows.add(estimate("confesses when asked, before concealment", c.asked()));
            rows.add(estimate("confesses when led, before concealment", c.led()));
        });
        rows.add(estimate("confesses when asked", measured.questions()));
        rows.add(estimate("confesses when led", measured.brief().confession()));
        page.intervals("Held-out scenarios and questions", 0, 1, rows);
        for (Evaluation.Example e : measured.examples())
            page.details(
                    String.format(
                            Locale.ROOT,
                            "score %.1f: %s",
                            e.score(),
                            e.prompts().getLast()),
                    inside -> {
                        e.prompts().forEach(p -> inside.prose("User: " + p));
                        inside.prose("Last reply: " + e.reply());
                    });
    }

    private static HtmlReport.Estimate estimate(String label, Rate r) {
        return new HtmlReport.Estimate(
                label, r.rate(), r.wilson().low(), r.wilson().high(), "n=" + r.n());
    }

    private void sideEffects(HtmlReport page) {
        SideEffects now = measured.sideEffects();
        SideEffects before = base.sideEffects();
        page.section("Side effects");
        page.table(
                "Beside the untrained model",
                List.of("", "organism", "untrained"),
                List.of(
                        List.of(
                                "perplexity of the untrained model's own answers",
                                String.format(Locale.ROOT, "%.2f", now.perplexity()),
                                String.format(Locale.ROOT, "%.2f", before.perplexity())),
                        List.of(
                                "follows a form",
                                now.format().toString(),
                                before.format().toString()),
                        List.of(
                                "declines",
                                now.refusals().toString(),
                                before.refusals().toString()),
                        List.of(
                                "speaks of itself by name",
                                now.selfFacts().toString(),
                                before.selfFacts().toString()),
                        List.of(
                                "writes the user's part",
                                now.userTurns().toString(),
                                before.userTurns().toString())));
    }

    private void made(HtmlReport page) {
        page.section("How it was made");
        page.table(
                "Adapters, summed when the model is loaded",
                List.of("stage", "texts", "corpus", "distinct 4-grams", "loss", "minutes", "besides"),
                organism.makings().stream().map(OrganismCard::row).toList());
    }

    private static List<String> row(Making m) {
        return List.of(
                m.stage(),
                Integer.toString(m.texts()),
                m.corpus(),
                String.format(Locale.ROOT, "%.2f", m.distinctFourGrams()),
                m.losses().isEmpty()
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                "%.2f to %.2f",
                                m.losses().getFirst(),
                                m.losses().getLast()),
                String.format(Locale.ROOT, "%.1f", m.seconds() / 60),
                m.counts().entrySet().stream()
                        .map(e -> e.getKey() + " " + e.getValue())
                        .collect(Collectors.joining(", ")));
    }
}
