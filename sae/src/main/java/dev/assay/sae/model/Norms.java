package dev.assay.sae.model;

import dev.assay.sae.SaeException;
import java.util.Arrays;
import java.util.List;

/**
 * How long activations are, from a sample of texts, and which positions are left out for their length. The first position
 * of a text is always left out: with a beginning-of-text token or without, models use it as a sink of attention whose
 * activations are tens of times as long as others.
 *
 * @param limit positions whose activations are longer are left out: ten times the median
 * @param mean norm of those that are not
 */
public record Norms(double limit, double mean) {
    /** Activations this many times as long as the median are outliers. */
    static final double OUTLIER = 10;

    /** Measures a sample. */
    public static Norms of(Source source, List<int[]> sample) {
        float[] values = source.read(sample, done -> {});
        int width = source.width();
        double[] norms = new double[values.length / width];
        int count = 0;
        int at = 0;
        for (int[] text : sample) {
            for (int p = 1; p < text.length; p++) norms[count++] = norm(values, (at + p) * width, width);
            at += text.length;
        }
        if (count == 0) throw new SaeException("no text has a second token: give texts of at least some words");
        double[] sorted = Arrays.copyOf(norms, count);
        Arrays.sort(sorted);
        double limit = OUTLIER * sorted[count / 2];
        double mean = Arrays.stream(sorted)
                .filter(n -> n <= limit)
                .average()
                .orElseThrow(() -> new SaeException("the activations of the sample are not numbers"));
        return new Norms(limit, mean);
    }

    /** Whether a position is trained on and scored. */
    public boolean keeps(int position, float[] values, int at, int width) {
        return position > 0 && norm(values, at, width) <= limit;
    }

    private static double norm(float[] values, int at, int width) {
        double sum = 0;
        for (int i = at; i < at + width; i++) sum += (double) values[i] * values[i];
        return Math.sqrt(sum);
    }
}
