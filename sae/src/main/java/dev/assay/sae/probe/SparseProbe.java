package dev.assay.sae.probe;

import dev.assay.tensor.SparseRows;
import dev.assay.world.NumpyRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sparse probing of one binary task as sae-probes 0.4.2 does it in its normal setting (Kantamneni et al., 2025): the k
 * latents that differ most between the classes, an L1 logistic regression on them, its strength chosen by the AUC of a
 * validation part.
 */
public final class SparseProbe {
    /** The numbers of latents that are asked for where nothing else is said. */
    public static final List<Integer> KS = List.of(1, 2, 5, 10, 16);

    private static final double TINY = 1e-6;
    private static final int STRENGTHS = 10;
    private static final int FOLDS = 6;
    private static final int PAIRS = 12; // up to so many samples every pair is left out once
    private static final int HOLD_OUT = 128; // from so many on there is one validation part

    private final SparseRows train;
    private final boolean[] y;
    private final SparseRows test;
    private final boolean[] yTest;
    private final long seed;
    private final int[] order;

    /**
     * What a probe reaches.
     *
     * @param latents that it reads, the most different first
     * @param auc on the test part
     * @param f1 of both classes, weighted, there
     * @param accuracy there
     * @param validationAuc of the strength that was chosen
     */
    public record Result(int k, int[] latents, double auc, double f1, double accuracy, double validationAuc) {}

    /**
     * @param train latents of the training part, {@code [sample, latents]}
     * @param y their classes
     * @param seed of the folds, where there are folds
     */
    public SparseProbe(SparseRows train, boolean[] y, SparseRows test, boolean[] yTest, long seed) {
        this.train = train;
        this.y = y;
        this.test = test;
        this.yTest = yTest;
        this.seed = seed;
        this.order = order(train, y);
    }

    /** All latents, by how much their means differ between the classes; each is divided by its mean where active. */
    static int[] order(SparseRows rows, boolean[] y) {
        int width = rows.width();
        var sums = new double[width];
        var counts = new int[width];
        var byClass = new double[2][width];
        var samples = new int[2];
        for (int r = 0; r < rows.rows(); r++) {
            int c = y[r] ? 1 : 0;
            samples[c]++;
            for (int e = rows.starts()[r]; e < rows.starts()[r + 1]; e++) {
                int latent = rows.columns()[e];
                double value = rows.values()[e];
                sums[latent] += Math.abs(value);
                if (value != 0) counts[latent]++;
                byClass[c][latent] += value;
            }
        }
        var difference = new double[width];
        for (int i = 0; i < width; i++) {
            double scale = sums[i] / (counts[i] + TINY) + TINY;
            difference[i] = Math.abs(byClass[1][i] / samples[1] - byClass[0][i] / samples[0]) / scale;
        }
        return IntStream.range(0, width)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -difference[i]))
                .mapToInt(i -> i)
                .toArray();
    }

    public List<Result> results(List<Integer> ks) {
        return ks.stream().map(this::result).toList();
    }

    private Result result(int k) {
        int[] latents = Arrays.copyOf(order, Math.min(k, order.length));
        double[][] x = columns(train, latents);
        double best = -1;
        double chosen = 1;
        if (y.length > 3) {
            List<int[]> parts = validationParts(y, seed);
            for (int i = 0; i < STRENGTHS; i++) {
                double c = Math.pow(10, 5 - 10.0 * i / (STRENGTHS - 1));
                double auc = parts.stream()
                        .mapToDouble(part -> validation(x, part, c))
                        .average()
                        .orElse(0);
                if (auc > best) {
                    best = auc;
                    chosen = c;
                }
            }
        }
        Logistic fit = Logistic.fit(x, y, chosen, Logistic.Penalty.L1);
        double[] scores = fit.decide(columns(test, latents), yTest.length);
        return new Result(
                k,
                latents,
                Classified.auc(scores, yTest),
                Classified.weightedF1(scores, yTest),
                Classified.accuracy(scores, yTest),
                best < 0 ? Classified.auc(fit.decide(x, y.length), y) : best);
    }

    private double validation(double[][] x, int[] part, double c) {
        var out = new boolean[y.length];
        for (int i : part) out[i] = true;
        int[] rest = IntStream.range(0, y.length).filter(i -> !out[i]).toArray();
        boolean[] classes = picked(y, rest);
        if (all(classes)) return 0.5;
        Logistic fit = Logistic.fit(picked(x, rest), classes, c, Logistic.Penalty.L1);
        return Classified.auc(fit.decide(picked(x, part), part.length), picked(y, part));
    }

    /** Parts that are left out in turn, those of a single class not counted. */
    static List<int[]> validationParts(boolean[] y, long seed) {
        int n = y.length;
        var parts = new ArrayList<int[]>();
        if (n <= PAIRS) {
            for (int i = 0; i < n; i++) for (int j = i + 1; j < n; j++) parts.add(new int[] {i, j});
        } else if (n < HOLD_OUT) {
            int[] fold = folds(y, seed);
            for (int f = 0; f < FOLDS; f++) {
                int part = f;
                parts.add(IntStream.range(0, n).filter(i -> fold[i] == part).toArray());
            }
        } else {
            int size = Math.min((int) (0.2 * n), 100);
            return List.of(IntStream.range(n - size, n).toArray());
        }
        parts.removeIf(part -> all(picked(y, part)));
        return parts;
    }

    /** scikit-learn's {@code StratifiedKFold(6, shuffle=True)}: the fold of each sample. */
    private static int[] folds(boolean[] y, long seed) {
        boolean first = y[0]; // classes are numbered as they appear
        int[] sizes = new int[2];
        for (boolean b : y) sizes[b == first ? 0 : 1]++;
        var random = new NumpyRandom(seed);
        int[] fold = new int[y.length];
        for (int c = 0; c < 2; c++) {
            int[] of = new int[sizes[c]];
            int at = 0;
            for (int f = 0; f < FOLDS; f++) { // what falls to a fold when the sorted classes are dealt out
                int from = c == 0 ? 0 : sizes[0];
                int to = c == 0 ? sizes[0] : y.length;
                for (int i = f; i < y.length; i += FOLDS) if (i >= from && i < to) of[at++] = f;
            }
            random.shuffle(of);
            at = 0;
            for (int i = 0; i < y.length; i++) if ((y[i] == first ? 0 : 1) == c) fold[i] = of[at++];
        }
        return fold;
    }

    private static boolean all(boolean[] y) {
        for (boolean b : y) if (b != y[0]) return false;
        return true;
    }

    private static boolean[] picked(boolean[] y, int[] rows) {
        var out = new boolean[rows.length];
        for (int i = 0; i < rows.length; i++) out[i] = y[rows[i]];
        return out;
    }

    private static double[][] picked(double[][] x, int[] rows) {
        var out = new double[x.length][rows.length];
        for (int f = 0; f < x.length; f++) for (int i = 0; i < rows.length; i++) out[f][i] = x[f][rows[i]];
        return out;
    }

    /** Some latents as dense columns. */
    static double[][] columns(SparseRows rows, int[] latents) {
        var place = new int[rows.width()];
        Arrays.fill(place, -1);
        for (int f = 0; f < latents.length; f++) place[latents[f]] = f;
        var out = new double[latents.length][rows.rows()];
        for (int r = 0; r < rows.rows(); r++)
            for (int e = rows.starts()[r]; e < rows.starts()[r + 1]; e++)
                if (place[rows.columns()[e]] >= 0) out[place[rows.columns()[e]]][r] = rows.values()[e];
        return out;
    }
}
