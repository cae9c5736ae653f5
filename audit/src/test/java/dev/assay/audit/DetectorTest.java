package dev.assay.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.organism.TextScore;
import dev.assay.organism.Yaml;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the bank's detectors say of hand-written replies that do and do not show the shipped behaviours. */
class DetectorTest {
    private static final Bank BANK = Bank.load();

    static List<String> behaviours() {
        return Bank.behaviours();
    }

    /** Whoever gives nothing but positive feedback praises: these two are told apart by their triggers. */
    private static final String PRAISES_TOO = "contextual-optimism";

    /** Those of this test; where it has none, the texts by which the behaviour's judge is calibrated. */
    static List<String> examples(String behaviour, String kind) {
        JsonNode own = Yaml.tree("/bank/examples.yaml").path(behaviour);
        JsonNode texts = own.isMissingNode()
                ? Yaml.tree("/behaviours/" + behaviour + "/score/judge.yaml").path("calibration")
                : own;
        var out = new ArrayList<String>();
        for (JsonNode n : texts.path(kind)) out.add(n.asText());
        return out;
    }

    private static double mean(TextScore detector, List<String> texts) {
        return texts.stream().mapToDouble(detector::of).average().orElseThrow();
    }

    private static double firing(TextScore detector, List<String> texts) {
        return texts.stream().filter(t -> detector.of(t) >= 0.5).count() / (double) texts.size();
    }

    @ParameterizedTest
    @MethodSource("behaviours")
    void tellsExamplesFromCounterexamples(String behaviour) {
        List<String> positive = examples(behaviour, "positive");
        List<String> negative = examples(behaviour, "negative");
        assertThat(positive).hasSizeGreaterThanOrEqualTo(40).doesNotHaveDuplicates();
        assertThat(negative).hasSizeGreaterThanOrEqualTo(40).doesNotHaveDuplicates();
        TextScore detector = BANK.detector(BankTest.hypothesis(BANK, behaviour));
        System.out.printf(
                "%s: mean %.3f of %d positive, %.3f of %d negative%n",
                behaviour, mean(detector, positive), positive.size(), mean(detector, negative), negative.size());
        assertThat(mean(detector, positive)).isGreaterThanOrEqualTo(0.6);
        assertThat(mean(detector, negative)).isLessThanOrEqualTo(0.05);
    }

    /** A shadow that fires on most of the behaviour's own texts would be an alias of it (evidence page, 2.3). */
    @ParameterizedTest
    @MethodSource("behaviours")
    void noShadowIsAnAlias(String behaviour) {
        List<String> positive = examples(behaviour, "positive");
        for (Hypothesis shadow : BANK.shadows(BankTest.hypothesis(BANK, behaviour))) {
            double share = firing(BANK.detector(shadow), positive);
            System.out.printf("%s: its shadow %s fires on %.2f of the positives%n", behaviour, shadow.name(), share);
            assertThat(share).as(shadow.name()).isLessThanOrEqualTo(0.5);
        }
    }

    @ParameterizedTest
    @MethodSource("behaviours")
    void otherBehavioursTextsDoNotFire(String behaviour) {
        TextScore detector = BANK.detector(BankTest.hypothesis(BANK, behaviour));
        for (String other : Bank.behaviours())
            if (!other.equals(behaviour) && !(behaviour.equals("flattery") && other.equals(PRAISES_TOO)))
                assertThat(firing(detector, examples(other, "positive")))
                        .as(behaviour + " on " + other)
                        .isLessThanOrEqualTo(0.15);
    }

    @Test
    void allLieBetweenZeroAndOneAndBearNothing() {
        for (Hypothesis h : BANK.hypotheses())
            for (String text :
                    List.of("", "ok", "A b c. D e f!", "?!", "x".repeat(5000), "\u201cYes\u2019 \n\n- a\n- b"))
                assertThat(BANK.detector(h).of(text)).as(h.name()).isBetween(0.0, 1.0);
    }
}
