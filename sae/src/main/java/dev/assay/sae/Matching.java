package dev.assay.sae;

import dev.assay.stats.Assignment;
import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Which true feature each latent's decoder row points at, by |cosine|; as {@code sae_lens.synthetic.evals} 6.54 has it.
 * It depends on the decoder alone, not on data. Norms are taken as at least 1e-8, so a zero row has cosine 0 with all.
 */
public final class Matching {
    private static final double LEAST_NORM = 1e-8;
    private static final long CHUNK = 256;

    private final int features;
    private final int[] best;
    private final int[] assigned;
    private final float[] bestCosine;
    private final double mcc;

    private Matching(float[] cosines, Tensor decoder, Tensor dictionary) {
        int latents = (int) decoder.size(0);
        int features = (int) dictionary.size(0);
        this.features = features;
        best = new int[latents];
        bestCosine = new float[latents];
        for (int l = 0; l < latents; l++) {
            best[l] = largest(cosines, l * features, features);
            bestCosine[l] = cosines[l * features + best[l]];
        }
        assigned = Assignment.maximise(cosines, latents, features);
        mcc = meanCosine(decoder, dictionary);
    }

    /** Over the assigned pairs, in fp64 whatever the rows' type. */
    private double meanCosine(Tensor decoder, Tensor dictionary) {
        long[] rows = IntStream.range(0, latents())
                .filter(l -> assigned[l] != Assignment.NONE)
                .asLongStream()
                .toArray();
        long[] columns = Arrays.stream(rows).map(l -> assigned[(int) l]).toArray();
        try (var scope = Scope.open()) {
            Tensor ours = decoder.indexSelect(0, Tensor.of(rows, rows.length)).to(DType.F64);
            Tensor theirs = dictionary
                    .indexSelect(0, Tensor.of(columns, columns.length))
                    .to(DType.F64);
            double sum = 0;
            for (double cosine : unit(ours).mul(unit(theirs)).sum(1).doubles()) sum += Math.abs(cosine);
            return sum / rows.length;
        }
    }

    /**
     * Matches {@code decoder [latents, dModel]} with {@code features [features, dModel]}. Needs 4 bytes per pair: 256 MiB
     * for 4,096 latents and 16,384 features.
     */
    public static Matching of(Tensor decoder, Tensor features) {
        return new Matching(cosines(decoder, features), decoder, features);
    }

    /** |cosine| of all pairs, {@code [latents, features]}, row-major; computed in chunks of rows. */
    static float[] cosines(Tensor decoder, Tensor features) {
        check(decoder, features);
        int width = (int) features.size(0);
        var out = new float[Math.toIntExact(decoder.size(0) * width)];
        try (var scope = Scope.open()) {
            Tensor directions = unit(features);
            for (long from = 0; from < decoder.size(0); from += CHUNK) {
                long rows = Math.min(CHUNK, decoder.size(0) - from);
                try (var chunk = Scope.open()) {
                    Tensor product = unit(decoder.narrow(0, from, rows))
                            .linear(directions)
                            .to(DType.F32);
                    MemorySegment.copy(
                            product.contiguous().memory(),
                            ValueLayout.JAVA_FLOAT,
                            0,
                            out,
                            (int) from * width,
                            (int) rows * width);
                }
            }
        }
        for (int i = 0; i < out.length; i++) out[i] = Math.abs(out[i]);
        return out;
    }

    private static void check(Tensor decoder, Tensor features) {
        if (decoder.shape().length != 2 || features.shape().length != 2 || decoder.size(1) != features.size(1))
            throw new IllegalArgumentException(
                    "a decoder [latents, dModel] and features [features, dModel] are compared, not " + decoder + " and "
                            + features);
        if (decoder.size(0) == 0 || features.size(0) == 0)
            throw new IllegalArgumentException("nothing to compare: " + decoder + " and " + features);
        if (decoder.size(0) * features.size(0) > Integer.MAX_VALUE - 8)
            throw new IllegalArgumentException("too many pairs of latents and features: " + decoder.size(0) + " by "
                    + features.size(0) + ", at most 2^31 fit");
    }

    /** Rows of length 1, in the same element type. */
    private static Tensor unit(Tensor rows) {
        double[] norms = rows.square().sum(1).sqrt().doubles();
        for (int i = 0; i < norms.length; i++) norms[i] = Math.max(norms[i], LEAST_NORM);
        return rows.div(Tensor.of(norms, norms.length, 1).to(rows.type()));
    }

    private static int largest(float[] values, int from, int length) {
        int at = 0;
        for (int i = 1; i < length; i++) if (values[from + i] > values[from + at]) at = i;
        return at;
    }

    public int latents() {
        return best.length;
    }

    public int features() {
        return features;
    }

    /** The feature of the largest |cosine| to each latent, the first of equals; several latents may share one. */
    public int[] best() {
        return best.clone();
    }

    /** |cosine| of each latent to its {@link #best} feature. */
    public float[] bestCosine() {
        return bestCosine.clone();
    }

    /**
     * The one-to-one matching of the largest summed |cosine|: each latent's feature, {@link Assignment#NONE} for latents
     * left over where there are more of them than features.
     */
    public int[] assigned() {
        return assigned.clone();
    }

    /** "Mean correlation coefficient": mean |cosine| of the {@link #assigned} pairs (Song et al., 2025). */
    public double mcc() {
        return mcc;
    }

    /** Distinct {@link #best} features per latent, dead latents included. */
    public double uniqueness() {
        return (double) Arrays.stream(best).distinct().count() / best.length;
    }
}
