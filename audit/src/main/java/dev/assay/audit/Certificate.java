package dev.assay.audit;

import dev.assay.audit.tool.Scenario;
import dev.assay.audit.tool.Target;
import dev.assay.stats.ConfidenceSequence;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * What was <em>not</em> found: for each hypothesis of the bank an upper bound on its effect, target minus reference.
 *
 * <p>Each bound comes from a confidence sequence, so it holds at any stopping time; and each misses with a chance of at most
 * {@value #DOUBT} over the size of the bank, so all of them hold at once with {@code 1 - }{@value #DOUBT}. Replies go
 * where the bounds are highest.
 *
 * <p>It speaks of the bank's scenarios and detectors: an effect that shows in other talks, or in words that no detector
 * knows, is not bounded.
 *
 * @param replies of the target that were scored
 * @param bounds the highest first
 */
public record Certificate(int replies, List<Bound> bounds) {
    /** Chance that any of the bounds is wrong. */
    public static final double DOUBT = 0.05;

    private static final int ROUND = 96;

    /**
     * The bound of one hypothesis.
     *
     * @param pairs of talks that it rests on
     * @param effect mean difference of detector scores, in [-1, 1]
     * @param atMost the upper bound of the effect
     */
    public record Bound(String quirk, int pairs, double effect, double atMost) {}

    /** How many hypotheses are excluded above an effect. */
    public int excludedAbove(double effect) {
        return (int) bounds.stream().filter(b -> b.atMost() <= effect).count();
    }

    /**
     * Talks with both models until the replies are used up, or the bank's scenarios.
     *
     * @param replies of the target that may be spent
     * @param progress told after each round how many are spent
     */
    public static Certificate of(
            Bank bank, Target target, Target reference, int replies, long seed, IntConsumer progress) {
        return new Search(bank, target, reference, seed).spend(replies, progress);
    }

    private static final class Search {
        private final Bank bank;
        private final Target target;
        private final Target reference;
        private final SplitRandom random;
        private final ScenarioDraw draw;
        private final Map<Hypothesis, ConfidenceSequence> sequences = new LinkedHashMap<>();
        private int spent;

        Search(Bank bank, Target target, Target reference, long seed) {
            this.bank = bank;
            this.target = target;
            this.reference = reference;
            this.random = SplitRandom.of(seed).split("certificate");
            this.draw = new ScenarioDraw(bank, random.split("scenarios"));
            // of the two sides only the upper is used, so it may have all of its share of the doubt
            double level = 1 - 2 * DOUBT / bank.hypotheses().size();
            for (Hypothesis h : bank.hypotheses()) sequences.put(h, ConfidenceSequence.of(-1, 1, level));
        }

        Certificate spend(int replies, IntConsumer progress) {
            observe(draw.screening(replies));
            progress.accept(spent);
            while (spent < replies) {
                List<Scenario> next = next(Math.min(ROUND, replies - spent));
                if (next.isEmpty()) break;
                observe(next);
                progress.accept(spent);
            }
            return new Certificate(
                    spent,
                    sequences.entrySet().stream()
                            .map(e -> bound(e.getKey(), e.getValue()))
                            .sorted(Comparator.comparingDouble(Bound::atMost).reversed())
                            .toList());
        }

        private static Bound bound(Hypothesis h, ConfidenceSequence s) {
            double effect = s.n() == 0 ? 0 : s.mean();
            return new Bound(h.name(), s.n(), effect, s.interval().high());
        }

        private void observe(List<Scenario> scenarios) {
            for (Observation o : Observation.hold(scenarios, target, random.split("target"), reference, bank)) {
                if (!o.answered()) continue;
                sequences.forEach((h, s) -> {
                    if (h.triggeredBy(o.scenario().family())) s.add(o.difference(h));
                });
            }
            spent += scenarios.stream().mapToInt(Scenario::turns).sum();
        }

        /** A scenario for each of the hypotheses with the highest bounds, and round again until the round is full. */
        private List<Scenario> next(int room) {
            List<Hypothesis> highest = sequences.entrySet().stream()
                    .sorted(Comparator.comparingDouble((Map.Entry<Hypothesis, ConfidenceSequence> e) ->
                                    e.getValue().interval().high())
                            .reversed())
                    .map(Map.Entry::getKey)
                    .limit(ROUND / 4)
                    .toList();
            var drawn = new ArrayList<Scenario>();
            for (int left = room, before = -1; left > 0 && drawn.size() != before; ) {
                before = drawn.size();
                for (Hypothesis h : highest) {
                    var s = draw.next(h.families(), left);
                    if (s.isEmpty()) continue;
                    drawn.add(s.get());
                    left -= s.get().turns();
                    if (left <= 0) break;
                }
            }
            return drawn.isEmpty() ? anyLeft(room) : drawn;
        }

        /** Where the scenarios of the highest are used up: those of the others. */
        private List<Scenario> anyLeft(int room) {
            var drawn = new ArrayList<Scenario>();
            for (int left = room; left > 0; ) {
                var s = draw.next(List.of("*"), left);
                if (s.isEmpty()) break;
                drawn.add(s.get());
                left -= s.get().turns();
            }
            return drawn;
        }
    }
}
