package dev.assay.sae.probe;

import dev.assay.stats.SplitRandom;
import java.util.Random;

/**
 * One logistic regression per class on dense activations, trained by Adam as SAEBench 0.6.0 trains its probes.
 *
 * @param weights {@code [class, dModel]}
 * @param biases one a class
 */
@SuppressWarnings("ArrayRecordComponent")
public record LinearProbe(float[][] weights, double[] biases) {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPS = 1e-8;

    /**
     * How it is trained.
     *
     * @param decayed whether the learning rate falls exponentially to 1e-5 over the epochs
     * @param weightDecay of Adam: added to the gradient, or taken off the weights where {@code decoupled}
     * @param l1 times the sum of the weights' sizes
     * @param weighted whether positives weigh as much as negatives
     * @param keepsBest whether the epoch is kept that was best on the test part
     */
    public record Settings(
            int batch,
            int epochs,
            double learningRate,
            boolean decayed,
            double weightDecay,
            boolean decoupled,
            double l1,
            boolean weighted,
            boolean keepsBest) {
        /** The ground truth of the absorption metric. */
        public static final Settings FIRST_LETTER = new Settings(4096, 50, 1e-2, true, 1e-4, false, 0, true, false);

        /** Of SCR and TPP, where the batch of 16 is part of the metric. */
        public static final Settings PERTURBATION = new Settings(16, 20, 1e-3, false, 1e-2, true, 1e-3, false, true);
    }

    /** Activations {@code [sample, dModel]}, one array each, and of which classes each sample is. */
    public record Data(float[][] x, boolean[][] y) {
        int samples() {
            return x.length;
        }
    }

    /** Trains from weights of zero, in an order of the random stream. */
    public static LinearProbe train(Data train, Data test, Settings s, SplitRandom random) {
        return new Run(train, test, s, random).run();
    }

    /** The logit of a class. */
    public double logit(int c, float[] x) {
        double z = biases[c];
        float[] w = weights[c];
        for (int d = 0; d < x.length; d++) z += w[d] * x[d];
        return z;
    }

    public double[] logits(int c, float[][] x) {
        var z = new double[x.length];
        for (int i = 0; i < z.length; i++) z[i] = logit(c, x[i]);
        return z;
    }

    /** A training on its way. */
    private static final class Run {
        private final Data train;
        private final Data test;
        private final Settings s;
        private final SplitRandom random;
        private final int classes;
        private final int width;
        private final double[] positiveWeight;
        private final float[][] w;
        private final double[] b;
        private final double[][] first;
        private final double[][] second;
        private long steps;

        Run(Data train, Data test, Settings s, SplitRandom random) {
            this.train = train;
            this.test = test;
            this.s = s;
            this.random = random;
            this.classes = train.y[0].length;
            this.width = train.x[0].length;
            this.w = new float[classes][width];
            this.b = new double[classes];
            this.first = new double[classes][width + 1];
            this.second = new double[classes][width + 1];
            this.positiveWeight = new double[classes];
            for (int c = 0; c < classes; c++) {
                int positive = 0;
                for (boolean[] row : train.y) if (row[c]) positive++;
                positiveWeight[c] = s.weighted && positive > 0 ? (train.samples() - positive) / (double) positive : 1;
            }
        }

        LinearProbe run() {
            int[] order = new int[train.samples()];
            for (int i = 0; i < order.length; i++) order[i] = i;
            double best = -1;
            LinearProbe kept = now();
            for (int epoch = 0; epoch < s.epochs; epoch++) {
                double rate = s.decayed
                        ? s.learningRate * Math.pow(1e-5 / s.learningRate, epoch / (double) s.epochs)
                        : s.learningRate;
                shuffle(order, new Random(random.split(epoch).seed()));
                for (int from = 0; from < order.length; from += s.batch)
                    step(order, from, Math.min(order.length, from + s.batch), rate);
                if (!s.keepsBest) continue;
                double accuracy = accuracy();
                if (accuracy > best) {
                    best = accuracy;
                    kept = now();
                }
            }
            return s.keepsBest ? kept : now();
        }

        private static void shuffle(int[] order, Random random) {
            for (int i = order.length - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                int swapped = order[i];
                order[i] = order[j];
                order[j] = swapped;
            }
        }

        private LinearProbe now() {
            var copy = new float[classes][];
            for (int c = 0; c < classes; c++) copy[c] = w[c].clone();
            return new LinearProbe(copy, b.clone());
        }

        private double accuracy() {
            LinearProbe probe = new LinearProbe(w, b);
            int right = 0;
            for (int i = 0; i < test.samples(); i++)
                for (int c = 0; c < classes; c++) if (probe.logit(c, test.x[i]) > 0 == test.y[i][c]) right++;
            return right / (double) (test.samples() * classes);
        }

        private void step(int[] order, int from, int to, double rate) {
            steps++;
            double terms = (to - from) * (double) classes; // the loss is a mean over samples and classes
            for (int c = 0; c < classes; c++) {
                var gradient = new double[width + 1];
                for (int i = from; i < to; i++) {
                    float[] x = train.x[order[i]];
                    double z = b[c];
                    for (int d = 0; d < width; d++) z += w[c][d] * x[d];
                    double p = 1 / (1 + Math.exp(-z));
                    double g = (train.y[order[i]][c] ? positiveWeight[c] * (p - 1) : p) / terms;
                    for (int d = 0; d < width; d++) gradient[d] += g * x[d];
                    gradient[width] += g;
                }
                adam(c, gradient, rate);
            }
        }

        private void adam(int c, double[] gradient, double rate) {
            double correct1 = 1 - Math.pow(BETA1, steps);
            double correct2 = 1 - Math.pow(BETA2, steps);
            for (int d = 0; d <= width; d++) {
                double value = d < width ? w[c][d] : b[c];
                double g = gradient[d] + (d < width ? s.l1 * Math.signum(value) : 0);
                if (s.decoupled) value -= rate * s.weightDecay * value;
                else g += s.weightDecay * value;
                first[c][d] = BETA1 * first[c][d] + (1 - BETA1) * g;
                second[c][d] = BETA2 * second[c][d] + (1 - BETA2) * g * g;
                value -= rate * (first[c][d] / correct1) / (Math.sqrt(second[c][d] / correct2) + EPS);
                if (d < width) w[c][d] = (float) value;
                else b[c] = value;
            }
        }
    }
}
