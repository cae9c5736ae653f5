package dev.assay.sae.model;

import dev.assay.sae.InferenceSae;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which latents of an autoencoder are active in a target model and not in its twin, on the same texts, each beside the model
 * that both were trained from. A latent's score is the mean over texts of how much more it is active in the target, over
 * its standard error; texts are the units, for positions of a text are not independent.
 */
public final class FeatureDifference {
    private static final int BATCH = 16;

    private final Norms norms;
    private final InferenceSae sae;
    private final int latents;
    private final double[] base;
    private final double[] target;
    private final double[] twin;
    private final double[] squares; // of target - twin, text by text
    private int texts;

    public FeatureDifference(InferenceSae sae, Norms norms) {
        this.sae = sae;
        this.norms = norms;
        this.latents = sae.latents();
        this.base = new double[latents];
        this.target = new double[latents];
        this.twin = new double[latents];
        this.squares = new double[latents];
    }

    /**
     * A latent.
     *
     * @param base mean activation in the model that both were trained from
     * @param target mean activation less that of {@code base}
     * @param twin likewise
     * @param z (target - twin) over its standard error over texts
     */
    public record Row(int latent, double base, double target, double twin, double z) {}

    /** Reads texts in all three models. */
    public void read(Source ofBase, Source ofTarget, Source ofTwin, List<int[]> all, Core.Progress progress) {
        for (int from = 0; from < all.size(); from += BATCH) {
            List<int[]> batch = all.subList(from, Math.min(all.size(), from + BATCH));
            double[][] a = means(ofBase, batch);
            double[][] b = means(ofTarget, batch);
            double[][] c = means(ofTwin, batch);
            for (int t = 0; t < batch.size(); t++) add(a[t], b[t], c[t]);
            progress.at("comparing activations, texts", from + batch.size(), all.size());
        }
    }

    private void add(double[] a, double[] b, double[] c) {
        texts++;
        for (int i = 0; i < latents; i++) {
            base[i] += a[i];
            target[i] += b[i] - a[i];
            twin[i] += c[i] - a[i];
            squares[i] += (b[i] - c[i]) * (b[i] - c[i]);
        }
    }

    /** Mean of each latent over a text's positions, {@code [text, latent]}. */
    private double[][] means(Source source, List<int[]> batch) {
        return Reading.batch(source, norms, sae, batch).means();
    }

    /** All latents, those first that speak most for the target. */
    public List<Row> ranking() {
        return IntStream.range(0, latents)
                .mapToObj(this::row)
                .sorted(Comparator.comparingDouble(Row::z).reversed())
                .toList();
    }

    private Row row(int i) {
        double difference = (target[i] - twin[i]) / texts;
        double variance = texts < 2 ? 0 : (squares[i] / texts - difference * difference) * texts / (texts - 1);
        double error = Math.sqrt(Math.max(0, variance) / texts);
        return new Row(i, base[i] / texts, target[i] / texts, twin[i] / texts, error == 0 ? 0 : difference / error);
    }
}
