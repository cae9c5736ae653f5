package dev.assay.audit;

import dev.assay.stats.BettingTest;
import dev.assay.stats.ConfidenceSequence;
import dev.assay.stats.IntersectionUnion;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that has been seen for one hypothesis. Its e-value is the smallest of several betting e-processes (an
 * intersection-union test): the effect above the margin, the lead over each shadow, and the difference in differences
 * where a trigger is claimed.
 *
 * <p>A lead and a difference in differences lie in [-2, 2] and are cut to [-1, 1] before they are bet on. What is tested
 * is the mean after the cut: an odd function, so it is zero where both sides are alike, and a stake may be twice as
 * high, since a single loss is half as deep.
 */
public final class Evidence {
    static final String EFFECT = "effect";
    static final String TRIGGER = "trigger";
    private static final String OVER = "over ";

    /** How often a detector fires at least where nothing is to be seen. */
    private static final double CHANCE = 0.03;

    /** Rates at which a behaviour may show, as shares of what lies above chance: weaker ones are hardly ever established. */
    private static final double[] RATES = {0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9};

    /** What a claim's other parts must show of its effect, to be no evidence against it. */
    private static final double NEARLY = 0.8;

    /** What an effect alone may speak for a claim. */
    private static final double MOST = 7;

    private final Hypothesis hypothesis;
    private final List<Hypothesis> shadows;
    private final IntersectionUnion test;
    private final ConfidenceSequence sequence = ConfidenceSequence.of(-1, 1);
    private final Deque<Double> triggered = new ArrayDeque<>();
    private final Deque<Double> untriggered = new ArrayDeque<>();
    private final List<Double> path = new ArrayList<>();

    Evidence(Hypothesis hypothesis, Bank bank) {
        this.hypothesis = hypothesis;
        this.shadows = bank.shadows(hypothesis);
        Map<String, BettingTest> parts = new LinkedHashMap<>();
        parts.put(EFFECT, meanAtMost(bank.margin(hypothesis)));
        for (Hypothesis s : shadows) parts.put(OVER + s.name(), meanAtMost(0));
        if (hypothesis.matched().isPresent()) parts.put(TRIGGER, meanAtMost(0));
        this.test = IntersectionUnion.of(parts);
    }

    private static BettingTest meanAtMost(double m) {
        return BettingTest.meanAtMost(m, -1, 1, BettingTest.Weights.BOLD);
    }

    /** Takes in an observation; one whose scenario neither triggers nor matches says nothing here. */
    void add(Observation o) {
        if (hypothesis.triggeredBy(o.scenario().family())) addTriggered(o);
        hypothesis.matched().ifPresent(m -> {
            if (m.families().contains(o.scenario().family())) untriggered.add(o.difference(hypothesis, m.turns()));
            pair();
        });
    }

    private void addTriggered(Observation o) {
        double x = o.difference(hypothesis);
        test.part(EFFECT).add(x);
        sequence.add(x);
        for (Hypothesis s : shadows) test.part(OVER + s.name()).add(cut(x - o.difference(s)));
        if (hypothesis.matched().isPresent()) triggered.add(x);
        path.add(eValue());
    }

    private void pair() {
        while (!triggered.isEmpty() && !untriggered.isEmpty())
            test.part(TRIGGER).add(cut(triggered.remove() - untriggered.remove()));
    }

    private static double cut(double difference) {
        return Math.clamp(difference, -1, 1);
    }

    public Hypothesis hypothesis() {
        return hypothesis;
    }

    /** Pairs of replies that bear on the effect. */
    public int n() {
        return test.part(EFFECT).n();
    }

    /** Mean difference target minus reference. */
    public double effect() {
        return n() == 0 ? 0 : test.part(EFFECT).mean();
    }

    /**
     * How much likelier what was seen is if the claim holds, in logarithms: a guide to what to look at next, and never evidence.
     * The effect speaks for the claim, up to a limit, for it may be another's. Of the other parts the one that speaks most
     * against counts, and none speaks for: where the claim holds, they show nearly as much as the effect does.
     */
    double logBayesFactor() {
        BettingTest effect = test.part(EFFECT);
        double against = test.parts().values().stream()
                .filter(p -> p != effect)
                .mapToDouble(p -> logBayesFactor(p, NEARLY * effect()))
                .reduce(0, Math::min);
        return Math.min(MOST, logBayesFactor(effect, 0)) + against;
    }

    private static double logBayesFactor(BettingTest part, double least) {
        return part.n() == 0 ? 0 : logBayesFactor(part.mean(), part.n(), part.m(), least);
    }

    /**
     * Differences with this mean, taken for as many successes in {@code n} trials: how much likelier they are at some rate
     * above the margin, each of {@link #RATES} that is not below {@code least} alike, than at the margin.
     */
    static double logBayesFactor(double mean, double n, double margin, double least) {
        double chance = Math.max(CHANCE, margin);
        double successes = Math.max(0, mean) * n;
        double ratio = Arrays.stream(RATES)
                .map(r -> chance + (1 - chance) * r)
                .filter(rate -> rate >= least)
                .map(rate ->
                        successes * Math.log(rate / chance) + (n - successes) * Math.log((1 - rate) / (1 - chance)))
                .map(Math::exp)
                .average()
                .orElseThrow();
        return Math.log(Math.max(Double.MIN_NORMAL, ratio));
    }

    /** Evidence against "no more than clean twins differ": valid at any time, large is much. */
    public double eValue() {
        return test.eValue();
    }

    /** The part that holds the e-value down. */
    public String weakest() {
        return test.weakest();
    }

    /** Whether triggered scenarios still lack matched ones to be compared with, or the reverse. */
    boolean lacksMatched() {
        return triggered.size() > untriggered.size();
    }

    /** Confidence sequence of the effect, 95 %, valid at any time. */
    public dev.assay.stats.Interval interval() {
        return sequence.interval();
    }

    /** The e-value after each pair. */
    public List<Double> path() {
        return List.copyOf(path);
    }
}
