package dev.assay.sae.probe;

import dev.assay.sae.SaeDecoder;
import dev.assay.tensor.SparseRows;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * What probes say once latents are set to zero and the autoencoder's error is added back: then a sample's activation loses
 * just what these latents decode to, so its logit loses Σ latent · (probe · decoder row).
 */
final class Ablation {
    private final double[][] products; // [class, latent]: probe · decoder row

    Ablation(SaeDecoder decoder, LinearProbe probe) {
        int width = decoder.dModel();
        float[] rows = decoder.weight().floats();
        products = new double[probe.weights().length][decoder.latents()];
        for (int c = 0; c < products.length; c++)
            for (int i = 0; i < products[c].length; i++) {
                double sum = 0;
                for (int d = 0; d < width; d++) sum += probe.weights()[c][d] * (double) rows[i * width + d];
                products[c][i] = sum;
            }
    }

    /** Mean of each latent over positives less that over negatives. */
    static double[] meanDifference(SparseRows latents, boolean[] y) {
        var sums = new double[2][latents.width()];
        var counts = new int[2];
        for (int r = 0; r < latents.rows(); r++) {
            int c = y[r] ? 1 : 0;
            counts[c]++;
            for (int e = latents.starts()[r]; e < latents.starts()[r + 1]; e++)
                sums[c][latents.columns()[e]] += latents.values()[e];
        }
        var out = new double[latents.width()];
        for (int i = 0; i < out.length; i++) out[i] = sums[1][i] / counts[1] - sums[0][i] / counts[0];
        return out;
    }

    /** Latents by what they do for a probe, strongest first; those that do nothing left out. */
    int[] byEffect(int c, double[] difference, boolean eitherSign) {
        double[] effect = new double[difference.length];
        for (int i = 0; i < effect.length; i++)
            effect[i] =
                    eitherSign ? Math.abs(difference[i] * products[c][i]) : Math.max(difference[i], 0) * products[c][i];
        return IntStream.range(0, effect.length)
                .boxed()
                .filter(i -> effect[i] != 0)
                .sorted(Comparator.comparingDouble((Integer i) -> -effect[i]))
                .mapToInt(i -> i)
                .toArray();
    }

    /** Logits of a class without the first {@code n} of some latents. */
    double[] without(int c, double[] logits, SparseRows latents, int[] ablated, int n) {
        var gone = new boolean[latents.width()];
        for (int i : Arrays.copyOf(ablated, Math.min(n, ablated.length))) gone[i] = true;
        double[] out = logits.clone();
        for (int r = 0; r < out.length; r++)
            for (int e = latents.starts()[r]; e < latents.starts()[r + 1]; e++) {
                int latent = latents.columns()[e];
                if (gone[latent]) out[r] -= latents.values()[e] * products[c][latent];
            }
        return out;
    }
}
