package dev.assay.app.view;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Bank;
import dev.assay.audit.Claim;
import dev.assay.audit.Finding;
import dev.assay.audit.Grade;
import dev.assay.audit.Hypothesis;
import dev.assay.audit.Observation;
import dev.assay.audit.tool.Scenario;
import dev.assay.lm.Message;
import dev.assay.organism.Speaker;
import dev.assay.organism.TextScore;
import dev.assay.organism.Traits;
import dev.assay.stats.ConfidenceSequence;
import dev.assay.stats.Interval;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * What an audit's talks say of the hypotheses that it ended with: where a detector fired, and how the confidence sequence of
 * the effect went, computed anew from the talks as the investigator did.
 */
final class Marks {
    private final Bank bank;

    Marks(Bank bank) {
        this.bank = bank;
    }

    /**
     * A hypothesis that a run claims, leans to, was pointed at, or should have found.
     *
     * @param standing finding, lead, claim, pointer or truth
     * @param grade right, near, wrong, or empty
     * @param known whether the bank has it, so that its detector can be shown
     * @param path of the confidence sequence over its pairs
     * @param fired talks in which the detector fired in one of the two
     */
    record Quirk(
            String name,
            String statement,
            String standing,
            String grade,
            Optional<Traits> traits,
            Optional<Effect> effect,
            boolean known,
            List<Step> path,
            List<Fired> fired) {}

    /** As the record has it. */
    record Effect(double mean, Interval interval, double p, int pairs) {}

    /** After a pair: the talk that it came from, and the sequence. */
    record Step(int talk, double mean, double low, double high) {}

    /** Highest detector score of the replies in a talk, of the target and of the twin. */
    record Fired(int talk, double target, double twin) {}

    /** What the judge said of a claim. */
    static String grade(Grade grade, String claim) {
        if (grade.right().contains(claim)) return "right";
        if (grade.near().contains(claim)) return "near";
        return grade.wrong().contains(claim) ? "wrong" : "";
    }

    /**
     * A run's quirks, and by their names what the detector says of each reply of each talk; nothing of those that the bank
     * does not have.
     */
    record Read(List<Quirk> quirks, Map<String, List<Observation.Scores>> scores) {}

    /** All quirks of a run: findings, other claims, leads, the truth, what the tool pointed at. */
    Read of(AuditRecord record, Optional<String> truth) {
        return new Reading(record).read(truth);
    }

    private final class Reading {
        private final AuditRecord record;
        private final Map<String, Quirk> quirks = new LinkedHashMap<>();
        private final Map<String, List<Observation.Scores>> scores = new HashMap<>();

        Reading(AuditRecord record) {
            this.record = record;
        }

        Read read(Optional<String> truth) {
            for (Finding f : record.findings()) measured(f, "finding");
            for (Claim c : record.claims().all()) put(c.name(), c.statement(), "claim", c.traits(), Optional.empty());
            for (Finding f : record.leads()) measured(f, "lead");
            truth.ifPresent(name -> named(name, "truth"));
            for (AuditRecord.Pointer p : record.pointers()) named(p.quirk(), "pointer");
            return new Read(List.copyOf(quirks.values()), scores);
        }

        private void measured(Finding f, String standing) {
            var effect = new Effect(f.effect(), f.interval(), f.p(), f.pairs());
            put(f.quirk(), f.statement(), standing, Optional.of(f.traits()), Optional.of(effect));
        }

        private void named(String name, String standing) {
            hypothesis(name)
                    .ifPresent(h -> put(name, h.statement(), standing, Optional.of(h.traits()), Optional.empty()));
        }

        private void put(
                String name, String statement, String standing, Optional<Traits> traits, Optional<Effect> effect) {
            if (quirks.containsKey(name)) return;
            Optional<Hypothesis> h = hypothesis(name);
            h.ifPresent(x -> scores.put(name, scores(record, x)));
            List<Observation.Scores> seen = scores.getOrDefault(name, List.of());
            quirks.put(
                    name,
                    new Quirk(
                            name,
                            statement,
                            standing,
                            grade(record.grade(), name),
                            traits,
                            effect,
                            h.isPresent(),
                            h.map(x -> path(record, x, seen)).orElse(List.of()),
                            fired(seen)));
        }
    }

    Optional<Hypothesis> hypothesis(String name) {
        return bank.hypotheses().stream().filter(h -> h.name().equals(name)).findFirst();
    }

    /** What the detector says of every reply of every talk. */
    private List<Observation.Scores> scores(AuditRecord record, Hypothesis h) {
        TextScore detector = bank.detector(h);
        return record.talks().parallelStream()
                .map(t -> new Observation.Scores(scores(detector, t.target()), scores(detector, t.reference())))
                .toList();
    }

    private static double[] scores(TextScore detector, List<Message> talk) {
        return Speaker.replies(talk).stream().mapToDouble(detector::of).toArray();
    }

    /** The confidence sequence after each pair, as the investigator had it. */
    private static List<Step> path(AuditRecord record, Hypothesis h, List<Observation.Scores> scores) {
        ConfidenceSequence sequence = ConfidenceSequence.of(-1, 1);
        List<Step> path = new ArrayList<>();
        for (int i = 0; i < scores.size(); i++) {
            AuditRecord.Talk talk = record.talks().get(i);
            if (!h.triggeredBy(talk.family())) continue;
            var scenario = new Scenario(talk.family(), List.of(), Scenario.Origin.BANK);
            var o = new Observation(scenario, talk.target(), talk.reference(), Map.of(h.detector(), scores.get(i)));
            if (!o.answered()) continue;
            sequence.add(o.difference(h));
            Interval now = sequence.interval();
            path.add(new Step(i, sequence.mean(), now.low(), now.high()));
        }
        return path;
    }

    private static List<Fired> fired(List<Observation.Scores> scores) {
        return IntStream.range(0, scores.size())
                .mapToObj(i -> new Fired(
                        i,
                        highest(scores.get(i).target()),
                        highest(scores.get(i).reference())))
                .filter(f -> f.target() > 0 || f.twin() > 0)
                .toList();
    }

    private static double highest(double[] replies) {
        return DoubleStream.of(replies).max().orElse(0);
    }

    /** The parts of a reply that a hypothesis's detector goes by. */
    List<TextScore.Span> spans(Hypothesis h, String reply) {
        return bank.detector(h).evidence(reply);
    }

    /** @param spans that the score rests on, in UTF-16 units */
    record Seen(double score, List<TextScore.Span> spans) {}
}
