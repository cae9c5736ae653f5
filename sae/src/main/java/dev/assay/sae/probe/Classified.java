package dev.assay.sae.probe;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** How well scores tell positives from negatives; scikit-learn's definitions. */
public final class Classified {
    private Classified() {}

    /** Area under the ROC curve: the chance that a positive scores higher than a negative, ties counting half. */
    public static double auc(double[] scores, boolean[] y) {
        Integer[] order = IntStream.range(0, y.length).boxed().toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparingDouble(i -> scores[i]));
        double ranks = 0;
        long positive = 0;
        for (int from = 0; from < order.length; ) {
            int to = from;
            while (to < order.length && scores[order[to]] == scores[order[from]]) to++;
            double rank = (from + 1 + to) / 2.0;
            for (int i = from; i < to; i++)
                if (y[order[i]]) {
                    ranks += rank;
                    positive++;
                }
            from = to;
        }
        long negative = y.length - positive;
        if (positive == 0 || negative == 0) return Double.NaN;
        return (ranks - positive * (positive + 1) / 2.0) / ((double) positive * negative);
    }

    /** Share of right decisions, at a score above 0. */
    public static double accuracy(double[] scores, boolean[] y) {
        int right = 0;
        for (int i = 0; i < y.length; i++) if (scores[i] > 0 == y[i]) right++;
        return right / (double) y.length;
    }

    /** F1 of the positive class, at a score above 0; 0 where undefined. */
    public static double f1(double[] scores, boolean[] y) {
        return f1(scores, y, true);
    }

    /** F1 of both classes, weighted by their sizes. */
    public static double weightedF1(double[] scores, boolean[] y) {
        int positive = 0;
        for (boolean b : y) if (b) positive++;
        return (positive * f1(scores, y, true) + (y.length - positive) * f1(scores, y, false)) / y.length;
    }

    private static double f1(double[] scores, boolean[] y, boolean of) {
        int tp = 0;
        int wrong = 0;
        for (int i = 0; i < y.length; i++) {
            boolean said = scores[i] > 0 == of;
            boolean is = y[i] == of;
            if (said && is) tp++;
            else if (said != is) wrong++;
        }
        return tp == 0 ? 0 : 2.0 * tp / (2 * tp + wrong);
    }
}
