package dev.assay.sae;

import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What a BatchTopK autoencoder remembers from step to step besides its parameters: the smallest activation that was
 * kept, for a threshold at inference (one per choice: refinement has several), and how much each latent is used, for the
 * order of Matryoshka levels.
 */
final class Averages {
    private static final double THRESHOLD_RATE = 0.01;
    private static final double USE_RATE = 0.01;

    private final Levels.Order order;
    private final double[] thresholds;
    private final double[] use;
    private final int[] sorted;
    private boolean seen;

    Averages(Architecture architecture, int latents) {
        boolean batch = architecture instanceof Architecture.BatchTopK;
        this.order =
                architecture instanceof Architecture.BatchTopK b ? b.levels().order() : Levels.Order.INDEX;
        this.thresholds = new double
                [batch ? ((Architecture.BatchTopK) architecture).refinement().iterations() + 1 : 0];
        this.use = new double[latents];
        this.sorted = IntStream.range(0, latents).toArray();
    }

    /** Sees the smallest positive activation that choice number {@code choice} kept in a batch. */
    void kept(int choice, double smallest) {
        thresholds[choice] += THRESHOLD_RATE * (smallest - thresholds[choice]);
    }

    /** Sees the latents that fired in a batch, activations in units of the choice (times n). */
    void fired(SparseRows active) {
        var now = new double[use.length];
        for (int i = 0; i < active.count(); i++) {
            double a = active.values()[i];
            now[active.columns()[i]] += order == Levels.Order.SQUARED_MAGNITUDE ? a * a : 1;
        }
        for (int i = 0; i < use.length; i++) {
            double mean = now[i] / active.rows();
            use[i] = seen ? (1 - USE_RATE) * use[i] + USE_RATE * mean : mean;
        }
        seen = true;
    }

    /**
     * Latents in the order in which levels take them; among equals the lower number first. Sorted by insertion from the
     * last order, from which it differs little. The array is this object's own.
     */
    int[] ordered() {
        if (order == Levels.Order.INDEX) return sorted;
        for (int i = 1; i < sorted.length; i++) {
            int latent = sorted[i];
            int j = i;
            for (; j > 0 && before(latent, sorted[j - 1]); j--) sorted[j] = sorted[j - 1];
            sorted[j] = latent;
        }
        return sorted;
    }

    private boolean before(int a, int b) {
        return use[a] > use[b] || use[a] == use[b] && a < b;
    }

    double[] thresholds() {
        return thresholds.clone();
    }

    double[] use() {
        return use.clone();
    }

    void use(double[] use) {
        System.arraycopy(use, 0, this.use, 0, use.length);
        seen = true;
    }

    Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        state.put("thresholds", Tensor.of(thresholds, thresholds.length));
        state.put("use", Tensor.of(use, use.length));
        state.put("seen", Tensor.of(new long[] {seen ? 1 : 0}, 1));
        return state;
    }

    void restore(Map<String, Tensor> state) {
        double[] saved = Learners.entry(state, "thresholds").doubles();
        if (saved.length != thresholds.length)
            throw new SaeException("the checkpoint has " + saved.length + " choices and not " + thresholds.length
                    + "; it is of another architecture");
        System.arraycopy(saved, 0, thresholds, 0, thresholds.length);
        use(Learners.entry(state, "use").doubles());
        seen = Learners.entry(state, "seen").longs()[0] == 1;
    }
}
