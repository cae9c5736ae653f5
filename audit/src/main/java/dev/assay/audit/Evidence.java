package dev.assay.audit;

import dev.assay.stats.BettingTest;
import dev.assay.stats.ConfidenceSequence;
import dev.assay.stats.IntersectionUnion;
import java.util.ArrayDeque;
import java.util.ArrayList;
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

    private final Hypothesis hypothesis;
    private final List<Hypothesis> shadows;
    private final IntersectionUnion test;
    private final ConfidenceSequence sequence = ConfidenceSequence.of(-1, 1);
    private final Deque<Double> triggered = new ArrayDeque<>();
    private final Deque<Double> untriggered = new ArrayDeque<>();
    private final List<Double> path = new ArrayList<>();
    private double sum;
    private double squares;

    Evidence(Hypothesis hypothesis, Bank bank) {
        this.hypothesis = hypothesis;
        this.shadows = bank.shadows(hypothesis);
        Map<String, BettingTest> parts = new LinkedHashMap<>();
        parts.put(EFFECT, BettingTest.meanAtMost(bank.margin(hypothesis), -1, 1));
        for (Hypothesis s : shadows) parts.put(OVER + s.name(), BettingTest.meanAtMost(0, -1, 1));
        if (hypothesis.matched().isPresent()) parts.put(TRIGGER, BettingTest.meanAtMost(0, -1, 1));
        this.test = IntersectionUnion.of(parts);
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
        sum += x;
        squares += x * x;
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
        return n() == 0 ? 0 : sum / n();
    }

    /** Standard deviation of the differences. */
    double deviation() {
        return n() < 2 ? 1 : Math.sqrt(Math.max(0, squares / n() - effect() * effect()));
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
