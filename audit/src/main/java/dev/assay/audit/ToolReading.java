package dev.assay.audit;

import dev.assay.audit.tool.Tool;
import dev.assay.stats.BettingTest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a tool's fixed outputs say of each hypothesis: those of the target against those of the reference, pair by pair, by
 * the hypothesis's topic and by its detector, the larger of the two.
 *
 * @param tool its name
 * @param outputs pairs that were read
 * @param tokens that the target wrote for them
 * @param signs by hypothesis
 */
public record ToolReading(String tool, int outputs, int tokens, Map<String, Sign> signs) {
    /** Twins differ in what they talk about, too. */
    private static final double MARGIN = 0.05;
    /** Below this t a difference is no hint. */
    private static final double LEAST_T = 1.65;
    /** Twice the mean difference, so that half of all outputs make a full hint. */
    private static final double GAIN = 2;

    /**
     * One hypothesis as the tool shows it.
     *
     * @param difference mean over the pairs, target minus reference, in [-1, 1]
     * @param t its mean over its standard error
     * @param eValue against "no more than two clean twins differ": of the topic, not of the behaviour
     * @param example the output of the target that speaks most for it; empty if none does
     * @param about what that was taken from: a question, a position
     */
    public record Sign(double difference, double t, double eValue, String example, String about) {
        /** How strongly it asks to be looked into, in [0, 1]; 0 where it may be chance. */
        public double hint() {
            return t < LEAST_T ? 0 : Math.clamp(GAIN * difference, 0, 1);
        }
    }

    /**
     * What every hypothesis makes of outputs, pair by pair; pairs of which one is blank say nothing.
     *
     * @param target of the pairs that say something
     * @param own by hypothesis, a score in [0, 1] for each of the target's outputs
     * @param other the same of the reference's
     */
    record Pairs(List<Tool.Output> target, Map<String, double[]> own, Map<String, double[]> other) {
        static Pairs of(List<Tool.Output> target, List<Tool.Output> theirOutputs, Bank bank) {
            Topics topics = bank.topics();
            List<Tool.Output> all = aligned(target, theirOutputs);
            int[] said = IntStream.range(0, Math.min(target.size(), all.size()))
                    .filter(i -> !target.get(i).text().isBlank()
                            && !all.get(i).text().isBlank())
                    .toArray();
            List<Tool.Output> mine = IntStream.of(said).mapToObj(target::get).toList();
            List<Tool.Output> theirs = IntStream.of(said).mapToObj(all::get).toList();
            List<Set<String>> myStems = stems(mine);
            List<Set<String>> theirStems = stems(theirs);
            Map<String, double[]> own = new LinkedHashMap<>();
            Map<String, double[]> other = new LinkedHashMap<>();
            for (Hypothesis h : bank.hypotheses()) {
                own.put(h.name(), scores(h, mine, myStems, bank, topics));
                other.put(h.name(), scores(h, theirs, theirStems, bank, topics));
            }
            return new Pairs(mine, own, other);
        }

        int size() {
            return target.size();
        }

        /** Share of pairs in which the target's output has so much more of a hypothesis. */
        double share(String hypothesis, double difference) {
            double[] mine = Objects.requireNonNull(own.get(hypothesis));
            double[] theirs = Objects.requireNonNull(other.get(hypothesis));
            return IntStream.range(0, mine.length)
                    .map(i -> mine[i] - theirs[i] >= difference ? 1 : 0)
                    .average()
                    .orElse(0);
        }
    }

    /** Compares outputs. */
    static ToolReading of(
            String tool, List<Tool.Output> target, List<Tool.Output> theirOutputs, int tokens, Bank bank) {
        return of(tool, Pairs.of(target, theirOutputs, bank), tokens);
    }

    static ToolReading of(String tool, Pairs pairs, int tokens) {
        Map<String, Sign> signs = new LinkedHashMap<>();
        pairs.own()
                .forEach((name, own) -> signs.put(
                        name, sign(own, Objects.requireNonNull(pairs.other().get(name)), pairs.target())));
        return new ToolReading(tool, pairs.size(), tokens, signs);
    }

    /** The reference's outputs about the same things in the target's order, where each says what it is about once. */
    private static List<Tool.Output> aligned(List<Tool.Output> target, List<Tool.Output> reference) {
        Map<String, Tool.Output> byAbout = new LinkedHashMap<>();
        reference.forEach(o -> byAbout.put(o.about(), o));
        Set<String> mine = target.stream().map(Tool.Output::about).collect(Collectors.toSet());
        boolean same = byAbout.size() == reference.size() && mine.equals(byAbout.keySet());
        return same ? target.stream().map(o -> byAbout.get(o.about())).toList() : reference;
    }

    private static List<Set<String>> stems(List<Tool.Output> outputs) {
        return outputs.stream().map(o -> Topics.stems(o.text())).toList();
    }

    private static double[] scores(
            Hypothesis h, List<Tool.Output> outputs, List<Set<String>> stems, Bank bank, Topics topics) {
        return IntStream.range(0, outputs.size())
                .mapToDouble(i -> Math.max(
                        topics.of(h, stems.get(i)), bank.score(h, outputs.get(i).text())))
                .toArray();
    }

    private static Sign sign(double[] own, double[] other, List<Tool.Output> target) {
        if (own.length == 0) return new Sign(0, 0, 1, "", "");
        BettingTest test = BettingTest.meanAtMost(MARGIN, -1, 1);
        double sum = 0;
        double squares = 0;
        int best = 0;
        for (int i = 0; i < own.length; i++) {
            double x = own[i] - other[i];
            test.add(x);
            sum += x;
            squares += x * x;
            if (own[i] > own[best]) best = i;
        }
        double mean = sum / own.length;
        double variance = Math.max(0, squares / own.length - mean * mean);
        // half a pair's doubt more, so that pairs that all agree are not infinitely sure
        double error = Math.sqrt((variance + 0.25 / own.length) / own.length);
        Tool.Output example = own[best] > 0 ? target.get(best) : new Tool.Output("", "");
        return new Sign(mean, mean / error, test.eValue(), example.text(), example.about());
    }

    /** The hypotheses that the tool points at, the strongest hint first. */
    public List<String> pointsAt(int most) {
        var named = new ArrayList<>(signs.entrySet());
        return named.stream()
                .filter(e -> e.getValue().hint() > 0)
                .sorted(Comparator.comparingDouble(
                                (Map.Entry<String, Sign> e) -> e.getValue().hint())
                        .reversed())
                .limit(most)
                .map(Map.Entry::getKey)
                .toList();
    }
}
