package dev.assay.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConfidenceSequenceTest {

    @ParameterizedTest
    @EnumSource(Streams.class)
    void holdsAtAllTimesAtOnce(Streams stream) {
        double mean = 0.3;
        SplitRandom root = SplitRandom.of(2).split(stream.name());
        int runs = 300;
        int missed = 0;
        for (int run = 0; run < runs; run++) {
            RandomGenerator random = root.split(run).generator();
            ConfidenceSequence sequence = ConfidenceSequence.of(-1, 1);
            double x = mean;
            for (int i = 0; i < 60; i++) {
                x = stream.next(random, mean, x);
                sequence.add(x);
            }
            // the intervals are nested, so that the last one misses if any did
            missed += sequence.interval().contains(mean) ? 0 : 1;
        }
        Rate rate = new Rate(missed, runs);
        assertThat(rate.rate()).as("missed: %s", rate).isLessThanOrEqualTo(0.05);
    }

    /** The definition: every value of the grid is tested on both sides, at every time, and excluded for good. */
    @Property(tries = 15)
    void agreesWithTheDefinition(@ForAll @Size(min = 1, max = 30) List<@DoubleRange(min = 0, max = 1) Double> xs) {
        ConfidenceSequence sequence = ConfidenceSequence.of(0, 1, 0.9);
        xs.forEach(sequence::add);
        int cells = ConfidenceSequence.CELLS;
        int low = 0;
        int high = cells;
        for (int k = 1; k < cells; k++) {
            if (everReaches(20, (double) k / cells, xs)) {
                low = Math.max(low, k);
            }
            List<Double> mirrored = xs.stream().map(x -> 1 - x).toList();
            if (everReaches(20, (double) (cells - k) / cells, mirrored)) {
                high = Math.min(high, k);
            }
        }
        // data that jump can exclude everything; the sequence then keeps a cell, and there is nothing to compare
        if (low < high) {
            assertThat(sequence.interval().low()).isCloseTo((double) low / cells, within(1e-12));
            assertThat(sequence.interval().high()).isCloseTo((double) high / cells, within(1e-12));
        }
    }

    private static boolean everReaches(double threshold, double m, List<Double> xs) {
        BettingTest test = BettingTest.meanAtMost(m, 0, 1);
        return xs.stream().anyMatch(x -> {
            test.add(x);
            return test.logE() >= Math.log(threshold);
        });
    }

    @Test
    void narrowsAroundTheMean() {
        ConfidenceSequence sequence = ConfidenceSequence.of(-1, 1);
        assertThat(sequence.interval()).isEqualTo(new Interval(-1, 1));
        RandomGenerator random = SplitRandom.of(3).generator();
        Interval before = sequence.interval();
        for (int i = 0; i < 400; i++) {
            sequence.add(random.nextBoolean() ? 1 : 0);
            Interval now = sequence.interval();
            assertThat(before.low() <= now.low() && now.high() <= before.high()).isTrue();
            before = now;
        }
        assertThat(before.width()).isLessThan(0.25);
        assertThat(before.contains(sequence.mean())).isTrue();
        assertThat(sequence.n()).isEqualTo(400);
    }

    @Test
    void isNeverEmptyWhenTheMeanDrifts() {
        ConfidenceSequence sequence = ConfidenceSequence.of(0, 1);
        for (int i = 0; i < 2000; i++) {
            sequence.add(i < 200 ? 0 : 1);
        }
        assertThat(sequence.interval().width()).isGreaterThan(0).isLessThan(0.1);
    }

    @Test
    void rejectsWhatItsRangeExcludes() {
        ConfidenceSequence sequence = ConfidenceSequence.of(-1, 1);
        assertThatIllegalArgumentException().isThrownBy(() -> sequence.add(1.1)).withMessageContaining("outside");
        assertThatIllegalArgumentException().isThrownBy(() -> sequence.add(Double.NaN));
        assertThat(sequence.n()).isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> ConfidenceSequence.of(1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> ConfidenceSequence.of(0, 1, 1));
    }
}
