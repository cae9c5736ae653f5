package dev.assay.stats;

import java.util.Arrays;

/**
 * A linear classifier of two classes, fitted to few examples of many features: ridge regression on -1 and 1 over
 * standardised features, solved in the dual (Saunders et al., 1998). Of some ridges the one with the fewest leave-one-out
 * errors is taken; those errors come from one solution in closed form (Allen's PRESS).
 */
public final class RidgeClassifier {
    private static final double[] RIDGES = {0.03, 0.1, 0.3, 1, 3};

    private final double[] mean;
    private final double[] weights;
    private final double intercept;
    private final double[] leftOut;

    private RidgeClassifier(double[] mean, double[] weights, double intercept, double[] leftOut) {
        this.mean = mean;
        this.weights = weights;
        this.intercept = intercept;
        this.leftOut = leftOut;
    }

    /**
     * @param examples {@code [n, features]}, with n at least 4
     * @param positive which of them are of the positive class; both classes must occur
     */
    public static RidgeClassifier fit(float[][] examples, boolean[] positive) {
        int n = examples.length;
        if (n < 4 || n != positive.length)
            throw new IllegalArgumentException(
                    n + " examples and " + positive.length + " classes; 4 or more of both are needed");
        int count = 0;
        for (boolean p : positive) if (p) count++;
        if (count == 0 || count == n) throw new IllegalArgumentException("both classes must occur");
        double[] mean = mean(examples);
        double[] scale = scale(examples, mean);
        double[][] x = new double[n][mean.length];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < mean.length; j++) x[i][j] = (examples[i][j] - mean[j]) * scale[j];
        double[][] kernel = kernel(x);
        double[] target = new double[n];
        for (int i = 0; i < n; i++) target[i] = positive[i] ? 1 : -1;
        double intercept = (2.0 * count - n) / n;
        double[] best = {};
        double[] bestLeftOut = {};
        int fewest = Integer.MAX_VALUE;
        for (double ridge : RIDGES) {
            double[][] inverse = inverse(kernel, ridge);
            double[] dual = new double[n];
            double[] left = new double[n];
            for (int i = 0; i < n; i++) for (int k = 0; k < n; k++) dual[i] += inverse[i][k] * (target[k] - intercept);
            int errors = 0;
            for (int i = 0; i < n; i++) {
                left[i] = target[i] - dual[i] / inverse[i][i];
                if (left[i] >= 0 != positive[i]) errors++;
            }
            if (errors < fewest) {
                fewest = errors;
                best = dual;
                bestLeftOut = left;
            }
        }
        double[] weights = new double[mean.length];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < weights.length; j++) weights[j] += best[i] * x[i][j] / weights.length;
        for (int j = 0; j < weights.length; j++) weights[j] *= scale[j];
        return new RidgeClassifier(mean, weights, intercept, bestLeftOut);
    }

    /** Below 0 the negative class, else the positive one; near -1 and 1 where the examples are clear. */
    public double decision(float[] features) {
        double sum = intercept;
        for (int j = 0; j < weights.length; j++) sum += weights[j] * (features[j] - mean[j]);
        return sum;
    }

    /** The decision on each example by a classifier that was fitted without it, with the same ridge. */
    public double[] leftOut() {
        return leftOut.clone();
    }

    private static double[] mean(float[][] x) {
        double[] mean = new double[x[0].length];
        for (float[] row : x) for (int j = 0; j < mean.length; j++) mean[j] += row[j] / (double) x.length;
        return mean;
    }

    private static double[] scale(float[][] x, double[] mean) {
        double[] scale = new double[mean.length];
        for (float[] row : x)
            for (int j = 0; j < mean.length; j++) scale[j] += (row[j] - mean[j]) * (row[j] - mean[j]) / x.length;
        return Arrays.stream(scale).map(v -> v > 0 ? 1 / Math.sqrt(v) : 0).toArray();
    }

    /** Mean products of features, {@code [n, n]}. */
    private static double[][] kernel(double[][] x) {
        int n = x.length;
        double[][] k = new double[n][n];
        for (int a = 0; a < n; a++)
            for (int b = 0; b <= a; b++) {
                double sum = 0;
                for (int j = 0; j < x[a].length; j++) sum += x[a][j] * x[b][j];
                k[a][b] = k[b][a] = sum / x[a].length;
            }
        return k;
    }

    /** (kernel + ridge)⁻¹ by Gauss and Jordan; positive definite, so no pivot is small. */
    private static double[][] inverse(double[][] kernel, double ridge) {
        int n = kernel.length;
        double[][] a = new double[n][2 * n];
        for (int i = 0; i < n; i++) {
            System.arraycopy(kernel[i], 0, a[i], 0, n);
            a[i][i] += ridge;
            a[i][n + i] = 1;
        }
        for (int p = 0; p < n; p++) {
            double pivot = a[p][p];
            for (int j = p; j < 2 * n; j++) a[p][j] /= pivot;
            for (int i = 0; i < n; i++) {
                double factor = a[i][p];
                if (i == p || factor == 0) continue;
                for (int j = p; j < 2 * n; j++) a[i][j] -= factor * a[p][j];
            }
        }
        double[][] inverse = new double[n][];
        for (int i = 0; i < n; i++) inverse[i] = Arrays.copyOfRange(a[i], n, 2 * n);
        return inverse;
    }
}
