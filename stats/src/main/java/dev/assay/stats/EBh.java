package dev.assay.stats;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * The e-BH procedure: which of many hypotheses to reject so that the expected share of false ones among the
 * rejected (the false discovery rate) is at most {@code alpha}.
 *
 * <p>With the e-values of a bank of {@code K} hypotheses in falling order, reject the first {@code k*}, where
 * {@code k* = max {k : k e_[k] / K >= 1 / alpha}} (Wang and Ramdas 2022, "False discovery rate control with
 * e-values", definition 1). It holds under any dependence between the e-values; the table's "p" is {@code 1 / e}.
 */
public final class EBh {

    private EBh() {}

    /**
     * The positions of the rejected e-values, most evidence first.
     *
     * @param eValues  e-values, each at least 0, infinity allowed
     * @param bankSize K, at least {@code eValues.length}: a hypothesis that was dropped on the way still counts
     * @param alpha    the level, strictly between 0 and 1
     */
    public static List<Integer> rejected(double[] eValues, int bankSize, double alpha) {
        check(eValues, bankSize, alpha);
        List<Integer> order = IntStream.range(0, eValues.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> eValues[i]).reversed())
                .toList();
        int rejected = 0;
        for (int k = 1; k <= order.size(); k++) {
            if (k * alpha * eValues[order.get(k - 1)] >= bankSize) {
                rejected = k;
            }
        }
        return order.subList(0, rejected);
    }

    /**
     * The names of the rejected hypotheses, most evidence first.
     *
     * @see #rejected(double[], int, double)
     */
    public static <H> List<H> rejected(Map<H, Double> eValues, int bankSize, double alpha) {
        List<H> names = List.copyOf(eValues.keySet());
        double[] values = names.stream()
                .mapToDouble(name -> Objects.requireNonNull(eValues.get(name)))
                .toArray();
        return rejected(values, bankSize, alpha).stream().map(names::get).toList();
    }

    private static void check(double[] eValues, int bankSize, double alpha) {
        if (bankSize < eValues.length) {
            throw new IllegalArgumentException(eValues.length + " e-values do not fit a bank of " + bankSize
                    + ": the bank's size is the number of all hypotheses that were ever in the race");
        }
        if (!(alpha > 0 && alpha < 1)) {
            throw new IllegalArgumentException("alpha lies strictly between 0 and 1, not " + alpha);
        }
        for (double e : eValues) {
            if (!(e >= 0)) {
                throw new IllegalArgumentException("an e-value is at least 0, not " + e);
            }
        }
    }
}
