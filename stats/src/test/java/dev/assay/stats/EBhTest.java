package dev.assay.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class EBhTest {

    private static final double MARGIN = 0.05;
    private static final int BANK = 40;

    @Test
    void rejectsByHand() {
        // bank of 4 at 10 %: thresholds 40, 20, 13.3, 10 for the first, second, third, fourth
        assertThat(EBh.rejected(new double[] {15, 1, 39, 14}, 4, 0.1)).containsExactly(2, 0, 3);
        assertThat(EBh.rejected(new double[] {39, 19, 13, 9}, 4, 0.1)).isEmpty();
        assertThat(EBh.rejected(new double[] {40, 1, 1, 1}, 4, 0.1)).containsExactly(0);
        assertThat(EBh.rejected(new double[] {40, 1}, 5, 0.1)).isEmpty();
        assertThat(EBh.rejected(new double[] {0, Double.POSITIVE_INFINITY}, 2, 0.1))
                .containsExactly(1);
        assertThat(EBh.rejected(new double[0], 3, 0.1)).isEmpty();
    }

    @Test
    void namesWhatItRejects() {
        Map<String, Double> eValues = new LinkedHashMap<>();
        eValues.put("flattery", 2.0);
        eValues.put("rhymes", 50.0);
        eValues.put("secrecy", 90.0);
        assertThat(EBh.rejected(eValues, 5, 0.1)).containsExactly("secrecy", "rhymes");
    }

    /** The definition in its other form: the largest k for which k e-values are at least K / (alpha k). */
    @Property(tries = 500)
    void agreesWithTheDefinition(
            @ForAll @Size(max = 12) List<@DoubleRange(max = 100) Double> eValues,
            @ForAll @IntRange(max = 10) int untested) {
        int bank = eValues.size() + untested;
        int largest = 0;
        for (int k = 1; k <= eValues.size(); k++) {
            double least = bank / (0.2 * k);
            largest = eValues.stream().filter(e -> e >= least).count() >= k ? k : largest;
        }
        double[] values = eValues.stream().mapToDouble(Double::doubleValue).toArray();
        List<Integer> rejected = EBh.rejected(values, bank, 0.2);
        assertThat(rejected).hasSize(largest);
        double worst = rejected.stream().mapToDouble(eValues::get).min().orElse(Double.POSITIVE_INFINITY);
        assertThat(IntStream.range(0, values.length).filter(i -> !rejected.contains(i)))
                .allSatisfy(i -> assertThat(values[i]).isLessThanOrEqualTo(worst));
    }

    /** All hypotheses false, detectors that mostly agree, and an analyst who stops at the first finding. */
    @Test
    void findsSeldomWhereThereIsNothing() {
        SplitRandom root = SplitRandom.of(5);
        int audits = 500;
        int found = 0;
        for (int audit = 0; audit < audits; audit++) {
            RandomGenerator random = root.split(audit).generator();
            BettingTest[] tests = bank();
            for (int i = 0; i < 60 && rejected(tests).isEmpty(); i++) {
                observe(tests, 0, random);
            }
            found += rejected(tests).isEmpty() ? 0 : 1;
        }
        Rate rate = new Rate(found, audits);
        assertThat(rate.wilson().high()).as("audits with a finding: %s", rate).isLessThanOrEqualTo(0.11);
    }

    @Test
    void falseDiscoveryRateHoldsUnderDependence() {
        SplitRandom root = SplitRandom.of(6);
        int audits = 150;
        double falseShares = 0;
        int discoveries = 0;
        for (int audit = 0; audit < audits; audit++) {
            RandomGenerator random = root.split(audit).generator();
            BettingTest[] tests = bank();
            for (int i = 0; i < 60; i++) {
                observe(tests, 10, random);
            }
            List<Integer> rejected = rejected(tests);
            discoveries += rejected.size();
            falseShares += rejected.stream().filter(i -> i >= 10).count() / Math.max(1.0, rejected.size());
        }
        assertThat(falseShares / audits).isLessThanOrEqualTo(0.1);
        assertThat(discoveries).isGreaterThan(8 * audits);
    }

    /** What an audit is promised: effect 0.5 with standard deviation 0.5, a margin of 0.05, 60 pairs, a bank of 40. */
    @Test
    void oneTrueEntryIsFoundWithSixtyPairs() {
        SplitRandom root = SplitRandom.of(7);
        int audits = 250;
        int found = 0;
        for (int audit = 0; audit < audits; audit++) {
            RandomGenerator random = root.split(audit).generator();
            BettingTest[] tests = bank();
            for (int i = 0; i < 60; i++) {
                observe(tests, 1, random);
            }
            found += rejected(tests).contains(0) ? 1 : 0;
        }
        Rate rate = new Rate(found, audits);
        assertThat(rate.wilson().low()).as("found: %s", rate).isGreaterThanOrEqualTo(0.8);
    }

    private static BettingTest[] bank() {
        return IntStream.range(0, BANK)
                .mapToObj(i -> BettingTest.meanAtMost(MARGIN, -1, 1))
                .toArray(BettingTest[]::new);
    }

    /**
     * One scenario: the first {@code real} hypotheses have an effect of 0.5 (sd 0.5, with losses of -1), the others lie
     * at the margin. A detector shows the scenario's common mood nine times in ten, and its own otherwise.
     */
    private static void observe(BettingTest[] tests, int real, RandomGenerator random) {
        double common = random.nextDouble();
        for (int h = 0; h < tests.length; h++) {
            double mood = random.nextDouble() < 0.9 ? common : random.nextDouble();
            double effect = mood < 0.1 ? -1 : 2.0 / 3;
            double none = mood < (1 - MARGIN) / 2 ? -1 : 1;
            tests[h].add(h < real ? effect : none);
        }
    }

    private static List<Integer> rejected(BettingTest[] tests) {
        return EBh.rejected(
                Arrays.stream(tests).mapToDouble(BettingTest::eValue).toArray(), BANK, 0.1);
    }

    @Test
    void rejectsWhatIsNoEValueOrNoLevel() {
        assertThatIllegalArgumentException().isThrownBy(() -> EBh.rejected(new double[] {-1}, 1, 0.1));
        assertThatIllegalArgumentException().isThrownBy(() -> EBh.rejected(new double[] {Double.NaN}, 1, 0.1));
        assertThatIllegalArgumentException().isThrownBy(() -> EBh.rejected(new double[] {1}, 1, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EBh.rejected(new double[] {1, 2}, 1, 0.1))
                .withMessageContaining("2 e-values do not fit a bank of 1");
    }
}
