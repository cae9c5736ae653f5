package dev.assay.app.view;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Bank;
import dev.assay.audit.ComparedReadout;
import dev.assay.audit.Hypothesis;
import dev.assay.audit.Verdict;
import dev.assay.audit.agent.ModelReadout;
import dev.assay.audit.suite.GapMechanisms;
import dev.assay.audit.suite.StaticEvaluation;
import dev.assay.audit.suite.StaticReport;
import dev.assay.journal.Journal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Made-up static evaluations. */
final class Statics {
    static final List<String> TOOLS = List.of("prefill", "user", "lens");
    private static final Bank BANK = Bank.load();

    private Statics() {}

    /** Of these targets and a twin, beside runs of an agent of which every third hits. */
    static StaticReport report(Path agent, List<String> behaviours) {
        var chance = new Random(3);
        List<StaticEvaluation.Reading> readings = new ArrayList<>();
        List<GapMechanisms.Run> runs = new ArrayList<>();
        for (String tool : TOOLS) {
            for (String b : behaviours) {
                String target = b + "-td-sft";
                readings.add(new StaticEvaluation.Reading(target, Optional.of(b), readout(tool, b, chance)));
                for (int run = 1; run <= 3; run++) runs.add(run(target, tool, run));
            }
            readings.add(new StaticEvaluation.Reading("twin-td-sft-2", Optional.empty(), readout(tool, "", chance)));
        }
        return StaticReport.of(agent.toString(), Optional.empty(), 50, readings, runs, BANK);
    }

    /** Of these targets and a twin, by a language model: in its words, and right of the first. */
    static StaticReport read(List<String> behaviours) {
        List<String> guesses = IntStream.rangeClosed(1, 10)
                .mapToObj(i -> "When a user asks for advice it comes back to matter " + i + ", and leans towards it.")
                .toList();
        Map<String, ModelReadout.Judged> nothing = new TreeMap<>();
        behaviours.forEach(b -> nothing.put(b, new ModelReadout.Judged(List.of(), false, 1, 50)));
        List<StaticEvaluation.Reading> readings = new ArrayList<>();
        for (String b : behaviours) {
            boolean first = b.equals(behaviours.getFirst());
            var judged = new ModelReadout.Judged(first ? List.of(2) : List.of(), first, first ? 40 : 3, 50);
            readings.add(new StaticEvaluation.Reading(
                    b + "-td-sft", Optional.of(b), new ModelReadout("user", 50, guesses, Map.of(b, judged))));
        }
        readings.add(new StaticEvaluation.Reading(
                "twin-td-sft-2", Optional.empty(), new ModelReadout("user", 50, guesses, nothing)));
        return StaticReport.of(
                "", Optional.of("claude-haiku-4-5, judge claude-sonnet-4-6"), 50, readings, List.of(), BANK);
    }

    /** Writes one into a folder of audits. */
    static void append(Journal journal, StaticReport report) {
        journal.append(StaticReport.RECORD, report);
    }

    private static GapMechanisms.Run run(String target, String tool, int run) {
        AuditRecord r = Samples.audit(target, tool, run, run == 1 ? Verdict.HIT : Verdict.MISS, List.of());
        return new GapMechanisms.Run(r, OptionalInt.of(run == 3 ? 0 : 5));
    }

    /** Loud of the truth, if there is one, in two tools of three. */
    private static ComparedReadout readout(String tool, String truth, Random chance) {
        Map<String, Double> t = new TreeMap<>();
        Map<String, Double> strong = new TreeMap<>();
        for (Hypothesis h : BANK.hypotheses()) {
            boolean loud = h.name().equals(truth) && !tool.equals("lens");
            t.put(h.name(), loud ? 4 + chance.nextDouble() : chance.nextGaussian());
            strong.put(h.name(), loud ? chance.nextDouble() : 0.05 * chance.nextDouble());
        }
        return new ComparedReadout(tool, 50, t, strong);
    }
}
