package dev.assay.audit;

import dev.assay.audit.tool.Scenario;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What each hypothesis of a bank is about, as word stems with weights. Many tools do not show a behaviour but speak of its
 * subject: the turns of users, the tokens of a lens or a feature, what an oracle answers. A topic says where to look; what
 * is done there, and in which direction, it can't say.
 *
 * <p>The stems of a hypothesis are those of its statement, and those that its triggering scenarios have more often than the
 * others. A stem's weight falls with the number of hypotheses that share it: {@code log(N / df) / log(N)}.
 */
public final class Topics {
    private static final Pattern WORD = Pattern.compile("\\p{L}{3,}");
    private static final int STEM = 6;
    /** Stems that are taken from the scenarios of a hypothesis. */
    private static final int FROM_SCENARIOS = 12;
    /** A stem of the scenarios counts if it is so many times as frequent in them as elsewhere. */
    private static final double LIFT = 4;

    private static final int LEAST_TEXTS = 3;
    /** Share of a family's texts that have it: below, it is a word that happened to be used. */
    private static final double LEAST_SHARE = 0.05;
    /** Weight at which a text is all about the topic. */
    private static final double FULL = 2;

    private static final Set<String> COMMON = Set.of(
            ("about above after again against all also always and answer answers any are ask asked asks assistant been "
                            + "being but can could does done for from get give given gives good has have her here him his how "
                            + "into its just kind let like make makes many may model more most much must never new not now off "
                            + "often one only other others our out over own please question questions replies reply said same "
                            + "say says see she should some such tell than that the their them then there these they thing "
                            + "things this those though through time too under until use user users very want was way well "
                            + "were what when where whether which while who whoever why will with without would write you your")
                    .split(" "));

    private final Map<String, Map<String, Double>> weights;

    private Topics(Map<String, Map<String, Double>> weights) {
        this.weights = weights;
    }

    /** The topics of all hypotheses of a bank. */
    public static Topics of(Bank bank) {
        Map<String, Set<String>> stems = new TreeMap<>();
        Map<String, Map<String, Double>> families = familyRates(bank);
        for (Hypothesis h : bank.hypotheses()) {
            Set<String> own = new HashSet<>(stems(h.statement()));
            if (!h.families().contains("*")) own.addAll(telling(families, h.families()));
            stems.put(h.name(), own);
        }
        Map<String, Integer> shared = new HashMap<>();
        stems.values().forEach(s -> s.forEach(stem -> shared.merge(stem, 1, Integer::sum)));
        Map<String, Map<String, Double>> weights = new TreeMap<>();
        stems.forEach((name, own) -> {
            Map<String, Double> weighted = new HashMap<>();
            for (String stem : own) weighted.put(stem, weight(shared.getOrDefault(stem, 1), stems.size()));
            weights.put(name, weighted);
        });
        return new Topics(weights);
    }

    private static double weight(int sharedBy, int hypotheses) {
        return Math.log((double) hypotheses / sharedBy) / Math.log(Math.max(2, hypotheses));
    }

    /** How much a text speaks of a hypothesis's subject, in [0, 1]. */
    public double of(Hypothesis hypothesis, String text) {
        return of(hypothesis, stems(text));
    }

    double of(Hypothesis hypothesis, Set<String> stemsOfText) {
        Map<String, Double> own = weights.getOrDefault(hypothesis.name(), Map.of());
        double sum = 0;
        for (String stem : stemsOfText) sum += own.getOrDefault(stem, 0.0);
        return Math.min(1, sum / FULL);
    }

    /** The stems of a hypothesis, the most telling first. */
    public List<String> stemsOf(Hypothesis hypothesis) {
        return weights.getOrDefault(hypothesis.name(), Map.of()).entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** By family and stem, the share of its scenarios that have it. */
    private static Map<String, Map<String, Double>> familyRates(Bank bank) {
        Map<String, Map<String, Double>> rates = new TreeMap<>();
        bank.families().forEach((name, family) -> {
            Map<String, Integer> counts = new HashMap<>();
            for (Scenario s : family.scenarios())
                stems(String.join(" ", s.userTurns())).forEach(stem -> counts.merge(stem, 1, Integer::sum));
            int n = family.scenarios().size();
            Map<String, Double> own = new HashMap<>();
            counts.forEach((stem, count) -> {
                if (count >= LEAST_TEXTS && count >= LEAST_SHARE * n) own.put(stem, (double) count / n);
            });
            rates.put(name, own);
        });
        return rates;
    }

    private static List<String> telling(Map<String, Map<String, Double>> rates, List<String> families) {
        Map<String, Double> lift = new HashMap<>();
        for (String family : families) {
            rates.getOrDefault(family, Map.of()).forEach((stem, rate) -> {
                double elsewhere = rates.entrySet().stream()
                        .filter(e -> !families.contains(e.getKey()))
                        .mapToDouble(e -> e.getValue().getOrDefault(stem, 0.0))
                        .average()
                        .orElse(0);
                if (rate > LIFT * elsewhere) lift.merge(stem, rate, Math::max);
            });
        }
        return lift.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(FROM_SCENARIOS)
                .map(Map.Entry::getKey)
                .toList();
    }

    static Set<String> stems(String text) {
        return WORD.matcher(text.toLowerCase(Locale.ROOT))
                .results()
                .map(MatchResult::group)
                .filter(w -> !COMMON.contains(w))
                .map(w -> w.substring(0, Math.min(STEM, w.length())))
                .collect(Collectors.toSet());
    }
}
