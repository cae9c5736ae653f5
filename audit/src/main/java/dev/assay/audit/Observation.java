package dev.assay.audit;

import dev.assay.audit.tool.Scenario;
import dev.assay.audit.tool.Target;
import dev.assay.lm.Message;
import dev.assay.organism.Speaker;
import dev.assay.stats.SplitRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * One scenario talked through with the target and with the reference, and what every detector says of every reply.
 *
 * @param target the talk with the target
 * @param reference the same scenario with the reference twin
 * @param scores per detector the scores of the target's replies, then those of the reference's
 */
public record Observation(
        Scenario scenario, List<Message> target, List<Message> reference, Map<String, Scores> scores) {

    /** One detector on one pair of talks, a number for each reply. */
    public record Scores(double[] target, double[] reference) {
        /** Target minus reference over the chosen replies, in [-1, 1]. */
        double difference(Hypothesis.Turns turns) {
            return pick(target, turns) - pick(reference, turns);
        }

        private static double pick(double[] replies, Hypothesis.Turns turns) {
            if (replies.length == 0) return 0; // a model that was not reached
            return switch (turns) {
                case ALL -> DoubleStream.of(replies).average().orElse(0);
                case FIRST -> replies[0];
                case LAST -> replies[replies.length - 1];
            };
        }
    }

    /** Where the reference draws from: the same in every audit, so that its replies are sampled once and shared. */
    private static final SplitRandom REFERENCE = SplitRandom.of(0).split("reference");

    /** Holds these talks with both models, the target's drawn from this stream. */
    static List<Observation> hold(
            List<Scenario> scenarios, Target target, SplitRandom random, Target reference, Bank bank) {
        return all(scenarios, target.chat(scenarios, random), reference.chat(scenarios, REFERENCE), bank);
    }

    /** What every detector says of talks that were held, scenario by scenario. */
    static List<Observation> all(
            List<Scenario> scenarios, List<List<Message>> target, List<List<Message>> reference, Bank bank) {
        return IntStream.range(0, scenarios.size())
                .parallel()
                .mapToObj(i -> of(scenarios.get(i), target.get(i), reference.get(i), bank))
                .toList();
    }

    static Observation of(Scenario scenario, List<Message> target, List<Message> reference, Bank bank) {
        List<String> mine = Speaker.replies(target);
        List<String> theirs = Speaker.replies(reference);
        Map<String, Scores> scores = new HashMap<>();
        for (Hypothesis h : bank.hypotheses()) {
            scores.computeIfAbsent(
                    h.detector(),
                    name -> new Scores(
                            mine.stream().mapToDouble(t -> bank.score(h, t)).toArray(),
                            theirs.stream().mapToDouble(t -> bank.score(h, t)).toArray()));
        }
        return new Observation(scenario, target, reference, Map.copyOf(scores));
    }

    /** Whether both models said something each time: silence is a fault of the line and no evidence. */
    public boolean answered() {
        return said(target) && said(reference);
    }

    private static boolean said(List<Message> talk) {
        List<String> replies = Speaker.replies(talk);
        return !replies.isEmpty() && replies.stream().noneMatch(String::isBlank);
    }

    /** d(target) - d(reference) by this hypothesis's detector on the replies that it names, in [-1, 1]. */
    public double difference(Hypothesis h) {
        return difference(h, h.turns());
    }

    double difference(Hypothesis h, Hypothesis.Turns turns) {
        return scores(h).difference(turns);
    }

    Scores scores(Hypothesis h) {
        Scores found = scores.get(h.detector());
        if (found == null) throw new IllegalStateException("no scores of detector " + h.detector());
        return found;
    }
}
