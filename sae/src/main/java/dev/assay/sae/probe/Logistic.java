package dev.assay.sae.probe;

import java.util.Arrays;

/**
 * Logistic regression as scikit-learn poses it: Σ log(1 + exp(-y z)) · C plus the penalty, ‖w‖₁ or ½‖w‖², over the weights
 * without the intercept. It is solved by Newton steps whose quadratic models are minimised coordinate by coordinate
 * (Friedman et al., 2010), halved where the objective would grow, until the objective stands still; scikit-learn's own
 * solvers may stop earlier.
 *
 * @param weights one a feature
 */
public record Logistic(double[] weights, double intercept) {
    private static final int STEPS = 100;
    private static final int SWEEPS = 200;
    private static final double STILL = 1e-10;
    private static final double LEAST = 1e-6;
    private static final double FARTHEST = 500;

    /** What the weights are punished by. */
    public enum Penalty {
        L1,
        L2
    }

    /**
     * Fits.
     *
     * @param x features, one array of samples each
     * @param y whether a sample is positive
     * @param sampleWeights of each sample's loss
     * @param c inverse strength of the penalty
     */
    public static Logistic fit(double[][] x, boolean[] y, double[] sampleWeights, double c, Penalty penalty) {
        return new Fit(x, y, sampleWeights, c, penalty).run();
    }

    /** The same with equal samples. */
    public static Logistic fit(double[][] x, boolean[] y, double c, Penalty penalty) {
        var ones = new double[y.length];
        Arrays.fill(ones, 1);
        return fit(x, y, ones, c, penalty);
    }

    /** Each class weighs as much as the other: scikit-learn's {@code class_weight="balanced"}. */
    public static double[] balanced(boolean[] y) {
        int positive = 0;
        for (boolean b : y) if (b) positive++;
        var weights = new double[y.length];
        for (int i = 0; i < y.length; i++) weights[i] = y.length / (2.0 * (y[i] ? positive : y.length - positive));
        return weights;
    }

    /** The logit of each sample. */
    public double[] decide(double[][] x, int samples) {
        var z = new double[samples];
        Arrays.fill(z, intercept);
        for (int f = 0; f < weights.length; f++) {
            if (weights[f] == 0) continue;
            for (int i = 0; i < samples; i++) z[i] += weights[f] * x[f][i];
        }
        return z;
    }

    /** One fit on its way. */
    private static final class Fit {
        private final double[][] x;
        private final boolean[] y;
        private final double[] sample;
        private final double strength; // of the penalty, beside the plain sum of losses
        private final boolean lasso;
        private final double[] w;
        private double b;
        private double[] z;

        Fit(double[][] x, boolean[] y, double[] sample, double c, Penalty penalty) {
            this.x = x;
            this.y = y;
            this.sample = sample;
            this.strength = 1 / c;
            this.lasso = penalty == Penalty.L1;
            this.w = new double[x.length];
            this.z = new double[y.length];
        }

        Logistic run() {
            double objective = objective(w, z);
            for (int step = 0; step < STEPS; step++) {
                double[] from = w.clone();
                double before = b;
                sweep();
                double reached = backtrack(from, before, objective);
                if (objective - reached <= STILL * (1 + Math.abs(objective))) break;
                objective = reached;
            }
            return new Logistic(w.clone(), b);
        }

        /** Minimises the quadratic model at the present point: moves w and b. */
        private void sweep() {
            int n = y.length;
            var curve = new double[n];
            var rest = new double[n]; // what the model leaves of the working response
            double all = 0;
            for (int i = 0; i < n; i++) {
                double p = 1 / (1 + Math.exp(-z[i]));
                curve[i] = sample[i] * Math.max(p * (1 - p), LEAST);
                rest[i] = sample[i] * ((y[i] ? 1 : 0) - p) / curve[i];
                all += curve[i];
            }
            var squares = new double[w.length];
            for (int f = 0; f < w.length; f++) for (int i = 0; i < n; i++) squares[f] += curve[i] * x[f][i] * x[f][i];
            for (int s = 0; s < SWEEPS; s++) {
                double most = 0;
                double shift = 0;
                for (int i = 0; i < n; i++) shift += curve[i] * rest[i];
                shift /= all;
                b += shift;
                for (int i = 0; i < n; i++) rest[i] -= shift;
                most = Math.max(most, shift * shift * all);
                for (int f = 0; f < w.length; f++) most = Math.max(most, coordinate(f, squares[f], curve, rest));
                if (most < STILL) break;
            }
        }

        /** Minimises along one weight; returns how much that mattered. */
        private double coordinate(int f, double squares, double[] curve, double[] rest) {
            if (squares == 0) return 0;
            double pull = squares * w[f];
            for (int i = 0; i < rest.length; i++) pull += curve[i] * x[f][i] * rest[i];
            double next = lasso
                    ? Math.signum(pull) * Math.max(0, Math.abs(pull) - strength) / squares
                    : pull / (squares + strength);
            double move = next - w[f];
            if (move == 0) return 0;
            w[f] = next;
            for (int i = 0; i < rest.length; i++) rest[i] -= move * x[f][i];
            return move * move * squares;
        }

        /** Halves the step until the objective does not grow; returns the objective. */
        private double backtrack(double[] from, double before, double objective) {
            double[] to = w.clone();
            double after = b;
            for (double share = 1; share > 1e-6; share /= 2) {
                for (int f = 0; f < w.length; f++) w[f] = from[f] + share * (to[f] - from[f]);
                b = before + share * (after - before);
                double[] reached = new Logistic(w, b).decide(x, y.length);
                double value = objective(w, reached);
                if (value <= objective) {
                    z = reached;
                    return value;
                }
            }
            System.arraycopy(from, 0, w, 0, w.length);
            b = before;
            return objective;
        }

        private double objective(double[] at, double[] logits) {
            double sum = 0;
            for (int i = 0; i < y.length; i++) {
                double margin = Math.clamp(y[i] ? logits[i] : -logits[i], -FARTHEST, FARTHEST);
                sum += sample[i] * Math.log1p(Math.exp(-margin));
            }
            for (double v : at) sum += strength * (lasso ? Math.abs(v) : v * v / 2);
            return sum;
        }
    }
}
