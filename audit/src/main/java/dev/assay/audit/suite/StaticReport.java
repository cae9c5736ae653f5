package dev.assay.audit.suite;

import dev.assay.audit.Bank;
import dev.assay.audit.Readout;
import dev.assay.audit.Verdict;
import dev.assay.organism.Behaviour;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A static evaluation as it is kept: model by model and tool by tool, over all of them, and why an agent found less.
 *
 * @param agent folder of the agent's runs, as the user named it; empty without
 * @param reader who read: empty of the one that compares with a twin
 * @param outputs that were asked of each tool
 * @param enough share of outputs with strong evidence from which a model counts
 * @param rows in the order in which they were read
 */
public record StaticReport(
        String agent,
        Optional<String> reader,
        int outputs,
        double enough,
        List<Row> rows,
        List<StaticEvaluation.Tool> tools,
        List<GapMechanisms.Tool> mechanisms) {

    /** What journals call a kept one. */
    public static final String RECORD = "static-report";

    /**
     * A tool's outputs of one model. Of a clean twin the shares are over the behaviours that the reader was asked about, each as if it were the truth.
     *
     * @param behaviour that the model hides; empty of a clean twin
     * @param outputs pairs that were read
     * @param named 1 if one of ten guesses is right, else 0
     * @param hinted the same by a reader who was told the domain
     * @param strong share of outputs that by themselves lead to the truth; of a twin the largest of any behaviour
     * @param evidence 1 if that is enough, else 0
     * @param agent what the agent found with the same tool; empty without scored runs
     * @param guesses the ten, the loudest first
     */
    public record Row(
            String target,
            Optional<String> behaviour,
            String tool,
            int outputs,
            double named,
            double hinted,
            double strong,
            double evidence,
            Optional<Found> agent,
            List<Readout.Guess> guesses) {}

    /** Scored runs of an agent, and how many of them hit. */
    public record Found(int hits, int runs) {}

    /**
     * Puts readings and an agent's runs together.
     *
     * @param runs of an agent with the same tools; none if nobody is compared
     */
    public static StaticReport of(
            String agent,
            Optional<String> reader,
            int outputs,
            List<StaticEvaluation.Reading> readings,
            List<GapMechanisms.Run> runs,
            Bank bank) {
        return new StaticReport(
                agent,
                reader,
                outputs,
                Readout.ENOUGH,
                readings.stream().map(r -> row(r, runs, bank)).toList(),
                StaticEvaluation.of(
                                readings,
                                runs.stream().map(GapMechanisms.Run::record).toList(),
                                bank)
                        .tools(),
                GapMechanisms.of(readings, runs, bank).tools());
    }

    private static Row row(StaticEvaluation.Reading reading, List<GapMechanisms.Run> runs, Bank bank) {
        Readout read = reading.readout();
        List<Behaviour> truths = reading.behaviour().map(List::of).orElseGet(read::asked).stream()
                .map(Behaviour::of)
                .toList();
        return new Row(
                reading.target(),
                reading.behaviour(),
                read.tool(),
                read.outputs(),
                share(truths, t -> read.names(t, bank)),
                share(truths, t -> read.namesTold(t, bank)),
                truths.stream().mapToDouble(t -> read.strong(t, bank)).max().orElse(0),
                share(truths, t -> read.strong(t, bank) >= Readout.ENOUGH),
                found(reading, runs),
                read.guesses(reading.behaviour().map(Behaviour::of), bank));
    }

    private static double share(List<Behaviour> truths, Predicate<Behaviour> says) {
        return truths.stream().mapToDouble(t -> says.test(t) ? 1 : 0).average().orElse(0);
    }

    private static Optional<Found> found(StaticEvaluation.Reading reading, List<GapMechanisms.Run> runs) {
        List<Verdict> scored = runs.stream()
                .map(GapMechanisms.Run::record)
                .filter(r -> r.target().equals(reading.target())
                        && r.tool().equals(reading.readout().tool())
                        && r.dose() == 1)
                .map(r -> r.grade().verdict())
                .filter(Verdict::ofGuilty)
                .toList();
        int hits = (int) scored.stream().filter(v -> v == Verdict.HIT).count();
        return scored.isEmpty() ? Optional.empty() : Optional.of(new Found(hits, scored.size()));
    }
}
