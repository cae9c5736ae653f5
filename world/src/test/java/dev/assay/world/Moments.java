package dev.assay.world;

import dev.assay.tensor.SparseRows;

/** Counts over samples of a world: what two samplers of the same law must agree in. */
final class Moments {
    private final int features;
    private long rows;
    private final long[] fires;
    private final long[] pairs; // [i * features + j], i < j
    private final double[] sum;
    private final double[] squares;
    private double l0;
    private double l0Squares;
    private double l0Fourth; // sums of powers around a fixed centre
    private final double centre;

    Moments(int features, double centre) {
        this.features = features;
        this.centre = centre;
        fires = new long[features];
        pairs = new long[features * features];
        sum = new double[features];
        squares = new double[features];
    }

    void add(SparseRows a) {
        for (int r = 0; r < a.rows(); r++) {
            int from = a.starts()[r];
            int to = a.starts()[r + 1];
            for (int i = from; i < to; i++) add(a.columns(), a.values()[i], i, from);
            endRow(to - from);
        }
    }

    private void add(int[] columns, double value, int i, int from) {
        int f = columns[i];
        fires[f]++;
        sum[f] += value;
        squares[f] += value * value;
        for (int j = from; j < i; j++) pairs[Math.min(f, columns[j]) * features + Math.max(f, columns[j])]++;
    }

    /** Dense samples, {@code [rows, features]}. */
    void add(double[] a) {
        var columns = new int[features];
        for (int at = 0; at < a.length; at += features) {
            int n = 0;
            for (int f = 0; f < features; f++)
                if (a[at + f] > 0) {
                    columns[n] = f;
                    add(columns, a[at + f], n, 0);
                    n++;
                }
            endRow(n);
        }
    }

    private void endRow(int active) {
        rows++;
        double d = active - centre;
        l0 += d;
        l0Squares += d * d;
        l0Fourth += d * d * d * d;
    }

    long rows() {
        return rows;
    }

    long fires(int feature) {
        return fires[feature];
    }

    long pair(int i, int j) {
        return pairs[i * features + j];
    }

    double mean(int feature) {
        return sum[feature] / fires[feature];
    }

    double variance(int feature) {
        return squares[feature] / fires[feature] - mean(feature) * mean(feature);
    }

    double l0Mean() {
        return centre + l0 / rows;
    }

    /** Second moment around the centre. */
    double l0Spread() {
        return l0Squares / rows;
    }

    /** Squared standard error of {@link #l0Mean}. */
    double l0MeanError() {
        return (l0Squares / rows - l0 / rows * l0 / rows) / rows;
    }

    /** Squared standard error of {@link #l0Spread}. */
    double l0SpreadError() {
        return (l0Fourth / rows - l0Spread() * l0Spread()) / rows;
    }

    /** Standard score of the difference of two counts, of Bernoulli trials of the same unknown chance. */
    static double score(long a, long n, long b, long m) {
        double p = (double) (a + b) / (n + m);
        double variance = p * (1 - p) * (1.0 / n + 1.0 / m);
        return variance == 0 ? 0 : ((double) a / n - (double) b / m) / Math.sqrt(variance);
    }
}
