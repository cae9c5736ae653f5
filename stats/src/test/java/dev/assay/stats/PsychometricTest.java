package dev.assay.stats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.stats.Psychometric.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class PsychometricTest {
    /** scikit-learn 1.9.1, LogisticRegression with the same penalty (interop/psychometric.py). */
    @Test
    void agreesWithAnOutsideReference() {
        Psychometric p = Psychometric.fit(
                List.of(new Point(0.1, 1, 16), new Point(0.3, 4, 16), new Point(0.5, 9, 16), new Point(0.8, 15, 16)));
        assertThat(p.a()).isCloseTo(-3.316846, Offset.offset(1e-5));
        assertThat(p.b()).isCloseTo(7.264735, Offset.offset(1e-5));
    }

    @Test
    void findsTheStrengthAtWhichHalfIsDetected() {
        RandomGenerator draw = SplitRandom.of(3).generator();
        var clusters = new ArrayList<List<Point>>();
        for (int c = 0; c < 14; c++) {
            var points = new ArrayList<Point>();
            for (double x : new double[] {0.1, 0.3, 0.5, 0.7}) {
                int hits = 0;
                for (int i = 0; i < 16; i++) if (draw.nextDouble() < 1 / (1 + Math.exp(-(x - 0.4) * 12))) hits++;
                points.add(new Point(x, hits, 16));
            }
            clusters.add(points);
        }
        Psychometric p =
                Psychometric.fit(clusters.stream().flatMap(List::stream).toList());
        assertThat(p.half().orElseThrow()).isCloseTo(0.4, Offset.offset(0.03));
        Interval i = Psychometric.halfInterval(clusters, SplitRandom.of(1)).orElseThrow();
        assertThat(i.contains(0.4)).isTrue();
        assertThat(i.width()).isLessThan(0.1);
        assertThat(Psychometric.halfInterval(clusters.subList(0, 4), SplitRandom.of(1)))
                .isEmpty();
    }

    @Test
    void aCurveThatSeparatesIsFiniteAndOneThatFallsHasNoHalf() {
        Psychometric steep = Psychometric.fit(List.of(new Point(0.1, 0, 16), new Point(0.9, 16, 16)));
        assertThat(steep.b()).isFinite().isPositive();
        assertThat(steep.half().orElseThrow()).isCloseTo(0.5, Offset.offset(0.05));
        assertThat(Psychometric.fit(List.of(new Point(0.1, 16, 16), new Point(0.9, 0, 16)))
                        .half())
                .isEmpty();
    }
}
