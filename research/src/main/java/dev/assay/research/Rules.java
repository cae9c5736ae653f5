package dev.assay.research;

import dev.assay.stats.Interval;
import dev.assay.stats.SampleMean;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the ladder decides, as functions of numbers alone. Differences are a candidate's F1 less its control's, one for each
 * pair of world and seed.
 */
final class Rules {
    /** A variant is given up when it lies so many noise floors below its control at the end of a rung. */
    static final double HOPELESS = 3;

    static final double LEVEL = 0.95;

    /** Below so many seeds a figure is a hint and no more. */
    static final int LEAST_SEEDS = 5;

    private static final double SPENDING = 3;

    private Rules() {}

    /** What a look at the confirmation leads to. */
    enum Look {
        GO_ON,
        CONFIRMED,
        STOP
    }

    static SampleMean mean(List<Double> differences) {
        return SampleMean.of(
                differences.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** The two-sided interval at 95 %; none below two differences. */
    static Optional<Interval> interval(List<Double> differences) {
        return differences.size() < 2 ? Optional.empty() : mean(differences).interval(LEVEL);
    }

    /** The noise of seeds: their standard deviation. */
    static double floor(List<Double> scores) {
        return mean(scores).sd();
    }

    /** The variants that go on from a rung: the better part, and none that is hopeless. */
    static List<String> survivors(Map<String, List<Double>> byVariant, double keepShare, double floor) {
        long keep = Math.max(1, (long) Math.ceil(byVariant.size() * keepShare));
        return byVariant.entrySet().stream()
                .filter(v -> !v.getValue().isEmpty() && mean(v.getValue()).mean() > -HOPELESS * floor)
                .sorted(Comparator.comparingDouble((Map.Entry<String, List<Double>> v) ->
                                -mean(v.getValue()).mean())
                        .thenComparing(Map.Entry::getKey))
                .limit(keep)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Whether what the last rung of the screen showed is worth fresh pairs. */
    static boolean worthConfirming(List<Double> differences) {
        return !differences.isEmpty() && mean(differences).mean() > 0;
    }

    /**
     * The one-sided level of look number {@code look} (from 0): what α(t) = α t³ (Kim and DeMets, 1987) lets be spent since
     * the look before. The levels add up to α, so by the union bound the chance of any false confirmation is at most α.
     */
    static double level(List<Integer> looks, int look, double alpha) {
        return alpha * (spent(looks, look) - (look == 0 ? 0 : spent(looks, look - 1)));
    }

    private static double spent(List<Integer> looks, int look) {
        return Math.pow((double) looks.get(look) / looks.getLast(), SPENDING);
    }

    /** Lower bound of the mean at a one-sided level; minus infinity where there is none. */
    static double lower(List<Double> differences, double level) {
        if (differences.size() < 2) return Double.NEGATIVE_INFINITY;
        return mean(differences).interval(1 - 2 * level).map(Interval::low).orElse(Double.NEGATIVE_INFINITY);
    }

    /** Confirmed: the bound at this look's level is above 0, and the effect above the noise floor. */
    static Look look(List<Double> differences, Protocol.Ladder ladder, int look, double floor) {
        double effect = mean(differences).mean();
        double level = level(ladder.looks(), look, ladder.alpha());
        if (effect > floor && lower(differences, level) > 0) return Look.CONFIRMED;
        boolean last = look == ladder.looks().size() - 1;
        return last || effect <= 0 ? Look.STOP : Look.GO_ON;
    }

    /** Whether held-out worlds agree, with an interval that excludes a loss. */
    static boolean holds(List<Double> differences, double alpha) {
        return lower(differences, alpha) > 0;
    }

    /** Whether the second measure is shown to fall. */
    static boolean falls(List<Double> differences) {
        return interval(differences).map(i -> i.high() < 0).orElse(false);
    }

    /** Equal score with less wins: no loss as large as the noise floor can be true. */
    static boolean equal(List<Double> differences, double floor, double alpha) {
        return lower(differences, alpha) > -floor;
    }

    /** What stands when an idea got no further than these differences: fewer than five refute nothing. */
    static Verdict unconfirmed(List<Double> differences) {
        boolean enough = differences.size() >= LEAST_SEEDS;
        boolean loses = enough && interval(differences).map(i -> i.high() < 0).orElse(false);
        return loses ? Verdict.REFUTED : Verdict.NO_EVIDENCE;
    }

    /** Mean squared distance of stated probabilities and what came; empty without any. */
    static Optional<Double> brier(List<Double> stated, List<Boolean> came) {
        if (stated.isEmpty()) return Optional.empty();
        double sum = 0;
        for (int i = 0; i < stated.size(); i++) {
            double miss = stated.get(i) - (came.get(i) ? 1 : 0);
            sum += miss * miss;
        }
        return Optional.of(sum / stated.size());
    }
}
