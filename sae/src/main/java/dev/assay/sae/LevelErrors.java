package dev.assay.sae;

import dev.assay.tensor.SparseRows;
import java.util.Arrays;
import java.util.Map;

/**
 * Reconstructions of a batch by all levels, what they miss, and the gradients of the losses. Levels are numbered from the
 * innermost; the last is the whole dictionary. With e the error of a level on a sample and w the sample's weight, a level
 * adds 2 w e to the gradient of what contributes to it.
 */
final class LevelErrors {
    private final Architecture.BatchTopK spec;
    private final int levels;
    private final int[] levelOf;

    /** {@code [levels, batch, dModel]}: first errors, then gradients by a latent's contribution, by its level. */
    float[] vectors = new float[0];

    private double[] losses = new double[0];

    LevelErrors(Architecture.BatchTopK spec, int latents) {
        this.spec = spec;
        this.levels = spec.levels().widths().size() + 1;
        this.levelOf = new int[latents];
    }

    int levels() {
        return levels;
    }

    /** Which level a latent first takes part in. */
    int[] levelOf() {
        return levelOf;
    }

    /** Which level a latent would be in if levels were cut by number. */
    int numbered(int latent) {
        int level = 0;
        while (level < levels - 1 && latent >= spec.levels().widths().get(level)) level++;
        return level;
    }

    /** Sets the levels from the order of latents. */
    void order(int[] ordered) {
        int from = 0;
        for (int l = 0; l < levels; l++) {
            int to = l < levels - 1 ? spec.levels().widths().get(l) : ordered.length;
            for (int i = from; i < to; i++) levelOf[ordered[i]] = l;
            from = to;
        }
    }

    /** Decodes the last choice and keeps what each level misses of {@code target}. */
    void decode(Choice choice, float[] decoder, float[] bias, float[] target, Rows rows) {
        int size = rows.batch * rows.width;
        if (vectors.length < levels * size) vectors = new float[levels * size];
        if (losses.length < levels * rows.batch) losses = new double[levels * rows.batch];
        rows.each(b -> decode(choice, decoder, bias, target, rows, b));
    }

    private void decode(Choice choice, float[] decoder, float[] bias, float[] target, Rows rows, int b) {
        SparseRows pattern = choice.pattern;
        int first = pattern.starts()[b];
        int n = pattern.starts()[b + 1] - first;
        var factors = new float[n];
        var starts = new int[n];
        var running = bias.clone();
        for (int l = 0; l < levels; l++) {
            int m = 0;
            for (int e = first; e < first + n; e++)
                if (levelOf[pattern.columns()[e]] == l) {
                    factors[m] = choice.coefficients[e];
                    starts[m++] = pattern.columns()[e] * rows.width;
                }
            rows.kernels.addRows(factors, starts, 0, m, decoder, running, 0, rows.width);
            int at = (l * rows.batch + b) * rows.width;
            System.arraycopy(running, 0, vectors, at, rows.width);
            rows.kernels.addScaled(-1, target, b * rows.width, vectors, at, rows.width);
            losses[l * rows.batch + b] = rows.kernels.squares(vectors, at, rows.width);
        }
    }

    /**
     * Turns errors into gradients and adds those that reach the decoder's bias straight away to {@code bias}.
     *
     * @param into gets the losses
     */
    void gradients(Rows rows, float[] bias, Map<String, Double> into) {
        double[] weights = new double[levels * rows.batch];
        double inner = 0;
        for (int l = 0; l < levels; l++) {
            double loss = weigh(l, rows.batch, weights);
            if (l == levels - 1) into.put("mse_loss", loss);
            else inner += spec.levels().weight() * loss;
        }
        if (levels > 1) into.put("inner_recons_loss", inner);
        var direct = new float[rows.batch * rows.width];
        rows.each(b -> gradients(rows, b, weights, direct));
        rows.addColumnSums(direct, 0, 1, bias);
    }

    /** Sets the samples' weights of a level and returns its loss. */
    private double weigh(int level, int batch, double[] weights) {
        int from = level * batch;
        double mean = Arrays.stream(losses, from, from + batch).sum() / batch;
        if (spec.tilt() <= 0 || mean == 0) {
            Arrays.fill(weights, from, from + batch, 1.0 / batch);
            return mean;
        }
        double largest = 0;
        for (int b = 0; b < batch; b++) largest = Math.max(largest, losses[from + b]);
        double total = 0;
        for (int b = 0; b < batch; b++) {
            weights[from + b] = Math.exp(spec.tilt() * (losses[from + b] - largest) / mean);
            total += weights[from + b];
        }
        double loss = 0;
        for (int b = 0; b < batch; b++) {
            weights[from + b] /= total;
            loss += weights[from + b] * losses[from + b];
        }
        return loss;
    }

    private void gradients(Rows rows, int b, double[] weights, float[] direct) {
        int width = rows.width;
        int outer = ((levels - 1) * rows.batch + b) * width;
        scale(vectors, outer, width, 2 * weights[(levels - 1) * rows.batch + b]);
        var later = new float[width]; // Σ of inner gradients from this level on
        for (int l = levels - 2; l >= 0; l--) {
            int at = (l * rows.batch + b) * width;
            scale(vectors, at, width, 2 * spec.levels().weight() * weights[l * rows.batch + b]);
            rows.kernels.addScaled(1, vectors, at, later, 0, width);
            boolean reachesBias = l == 0 || !spec.levels().detached();
            if (reachesBias) rows.kernels.addScaled(1, vectors, at, direct, b * width, width);
            if (!spec.levels().detached()) System.arraycopy(later, 0, vectors, at, width);
            rows.kernels.addScaled(1, vectors, outer, vectors, at, width);
        }
        rows.kernels.addScaled(1, vectors, outer, direct, b * width, width);
        if (spec.centredTarget()) { // the target is x - b_dec
            rows.kernels.addScaled(1, vectors, outer, direct, b * width, width);
            rows.kernels.addScaled(1, later, 0, direct, b * width, width);
        }
    }

    private static void scale(float[] x, int from, int length, double factor) {
        for (int i = from; i < from + length; i++) x[i] *= (float) factor;
    }
}
