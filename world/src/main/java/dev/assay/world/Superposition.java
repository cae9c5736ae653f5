package dev.assay.world;

import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.Arrays;

/**
 * How crowded a dictionary is (SAELens 6.54, {@code compute_superposition_stats}): |cos| of each direction with all others,
 * its largest value and its quantiles, averaged over directions; and its mean over pairs.
 *
 * @param meanMax  mean over directions of the largest |cos|
 * @param mean95   mean over directions of the 0.95 quantile of |cos|, interpolated between order statistics
 * @param mean99   the same at 0.99
 * @param meanPair mean |cos| over pairs
 */
public record Superposition(double meanMax, double mean95, double mean99, double meanPair) {
    private static final int CHUNK = 256;
    private static final double LEAST_NORM = 1e-8;

    /**
     * Of all rows.
     *
     * @param rows {@code [n, d]}
     * @throws WorldException with fewer than two rows
     */
    public static Superposition of(Tensor rows) {
        int n = Math.toIntExact(rows.size(0));
        if (n < 2) throw new WorldException("superposition needs 2 or more directions, there are " + n);
        var sums = new double[4];
        try (var scope = Scope.open()) {
            Tensor e = rows.to(rows.type() == DType.F64 ? DType.F64 : DType.F32);
            Tensor norms = e.square().sum(1).scaledRoot(1, LEAST_NORM * LEAST_NORM);
            Tensor unit = e.div(norms);
            for (int from = 0; from < n; from += CHUNK) {
                int count = Math.min(CHUNK, n - from);
                try (var chunk = Scope.open()) {
                    double[] cosines = unit.narrow(0, from, count).linear(unit).doubles();
                    for (int i = 0; i < count; i++) addRow(cosines, i * n, n, from + i, sums);
                }
            }
        }
        return new Superposition(sums[0] / n, sums[1] / n, sums[2] / n, sums[3] / n / (n - 1));
    }

    private static void addRow(double[] cosines, int at, int n, int self, double[] sums) {
        var others = new double[n - 1];
        for (int j = 0, k = 0; j < n; j++) if (j != self) others[k++] = Math.abs(cosines[at + j]);
        Arrays.sort(others);
        sums[0] += others[n - 2];
        sums[1] += quantile(others, 0.95);
        sums[2] += quantile(others, 0.99);
        for (double c : others) sums[3] += c;
    }

    private static double quantile(double[] sorted, double q) {
        double place = q * (sorted.length - 1);
        int below = (int) place;
        double above = sorted[Math.min(below + 1, sorted.length - 1)];
        return sorted[below] + (place - below) * (above - sorted[below]);
    }
}
