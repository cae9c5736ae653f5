package dev.assay.report;

import java.util.Comparator;
import java.util.stream.IntStream;

/** Moves labels apart, as little as possible. */
final class Spread {
    private Spread() {}

    /**
     * The positions nearest to those wanted (least squares) that keep their order, stay in {@code [low, high]} and are
     * at least {@code gap} apart; where there isn't room for that, they are spread evenly. Isotonic regression by pooling
     * adjacent violators, on the positions less their share of the gaps.
     */
    static double[] apart(double[] wanted, double gap, double low, double high) {
        int n = wanted.length;
        if (n == 0) return new double[0];
        double room = n == 1 ? gap : Math.min(gap, (high - low) / (n - 1));
        int[] order = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> wanted[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] mean = new double[n];
        int[] size = new int[n];
        int pools = 0;
        for (int rank = 0; rank < n; rank++) {
            mean[pools] = wanted[order[rank]] - rank * room;
            size[pools++] = 1;
            while (pools > 1 && mean[pools - 2] > mean[pools - 1]) {
                pools--;
                int both = size[pools - 1] + size[pools];
                mean[pools - 1] = (mean[pools - 1] * size[pools - 1] + mean[pools] * size[pools]) / both;
                size[pools - 1] = both;
            }
        }
        double last = Math.max(low, high - (n - 1) * room);
        double[] placed = new double[n];
        for (int pool = 0, rank = 0; pool < pools; pool++)
            for (int i = 0; i < size[pool]; i++, rank++)
                placed[order[rank]] = Math.clamp(mean[pool], low, last) + rank * room;
        return placed;
    }
}
