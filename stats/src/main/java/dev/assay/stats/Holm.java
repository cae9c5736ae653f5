package dev.assay.stats;

import java.util.Comparator;
import java.util.stream.IntStream;

/** Holm's step-down correction (1979): whatever the dependence, the chance of any false rejection stays below the level. */
public final class Holm {
    private Holm() {}

    /** Adjusted p values in the order given; those at or below a level are rejected at it. */
    public static double[] adjust(double... p) {
        int[] order = IntStream.range(0, p.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> p[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] adjusted = new double[p.length];
        double least = 0;
        for (int rank = 0; rank < order.length; rank++) {
            double value = p[order[rank]];
            if (!(value >= 0 && value <= 1)) throw new IllegalArgumentException("not a p value: " + value);
            least = Math.max(least, Math.min(1, value * (p.length - rank)));
            adjusted[order[rank]] = least;
        }
        return adjusted;
    }
}
