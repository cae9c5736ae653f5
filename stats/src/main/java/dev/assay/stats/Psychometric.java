package dev.assay.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A psychometric curve: how the chance to detect something rises with its strength, {@code p = 1 / (1 + exp(-(a + b x)))},
 * fitted by maximum likelihood with a weak pull of {@code a} and {@code b} towards 0 (variance {@value #PRIOR}), so that
 * curves that separate perfectly have a finite slope.
 *
 * @param a intercept
 * @param b slope
 */
public record Psychometric(double a, double b) {
    private static final double PRIOR = 100;
    private static final int STEPS = 60;
    private static final int RESAMPLES = 2_000;
    private static final int LEAST_CLUSTERS = 5;

    /**
     * Detections at one strength.
     *
     * @param x strength, best in [0, 1]
     * @param hits of {@code n} tries
     */
    public record Point(double x, int hits, int n) {}

    /** Newton's method, which for this concave likelihood ends at its maximum. */
    public static Psychometric fit(List<Point> points) {
        double a = 0;
        double b = 0;
        for (int step = 0; step < STEPS; step++) {
            double ga = -a / PRIOR;
            double gb = -b / PRIOR;
            double haa = 1 / PRIOR;
            double hab = 0;
            double hbb = 1 / PRIOR;
            for (Point p : points) {
                double q = chance(a, b, p.x());
                double w = p.n() * q * (1 - q);
                ga += p.hits() - p.n() * q;
                gb += (p.hits() - p.n() * q) * p.x();
                haa += w;
                hab += w * p.x();
                hbb += w * p.x() * p.x();
            }
            double det = haa * hbb - hab * hab;
            double da = (hbb * ga - hab * gb) / det;
            double db = (haa * gb - hab * ga) / det;
            double shorter = Math.min(1, 5 / Math.max(1e-12, Math.max(Math.abs(da), Math.abs(db))));
            a += shorter * da;
            b += shorter * db;
            if (Math.abs(da) + Math.abs(db) < 1e-12) break;
        }
        return new Psychometric(a, b);
    }

    private static double chance(double a, double b, double x) {
        return 1 / (1 + Math.exp(-(a + b * x)));
    }

    /** The chance at a strength. */
    public double at(double x) {
        return chance(a, b, x);
    }

    /** The strength at which half is detected; empty if the chance does not rise. */
    public Optional<Double> half() {
        return b > 0 ? Optional.of(-a / b) : Optional.empty();
    }

    /**
     * A 95 % interval of the strength at which half is detected: clusters, such as behaviours, are drawn anew. Ends are
     * infinite where curves of a resample do not rise; empty below {@value #LEAST_CLUSTERS} clusters.
     */
    public static Optional<Interval> halfInterval(List<List<Point>> clusters, SplitRandom random) {
        if (clusters.size() < LEAST_CLUSTERS) return Optional.empty();
        RandomGenerator draw = random.generator();
        double[] halves = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            var points = new ArrayList<Point>();
            for (int c = 0; c < clusters.size(); c++) points.addAll(clusters.get(draw.nextInt(clusters.size())));
            halves[i] = fit(points).half().orElse(Double.POSITIVE_INFINITY);
        }
        Arrays.sort(halves);
        int tail = (int) (0.025 * RESAMPLES);
        return Optional.of(new Interval(halves[tail], halves[RESAMPLES - 1 - tail]));
    }
}
