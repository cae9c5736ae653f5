package dev.assay.sae.model;

import dev.assay.sae.Encoded;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.util.Arrays;

/**
 * How faithful reconstructions are to activations, and how sparse latents: the part of SAEBench's core evaluation (0.6.0)
 * that needs no model. Batches are added one by one; sums are fp64.
 */
public final class Fidelity {
    private static final double TINY = 1e-4;

    private final int width;
    private final long[] fired;
    private final long[] prompts; // in which a latent fired
    private final int[] lastPrompt;
    private final double[] sum; // of x, by dimension
    private final double[] squares; // of x², by dimension
    private long tokens;
    private long batches;
    private double residual;
    private double legacy;
    private double perBatch;
    private double cosine;
    private double normIn;
    private double normOut;
    private double ratio;
    private double outSquares;
    private double inner;
    private double l1;
    private long active;

    public Fidelity(int width, int latents) {
        this.width = width;
        this.fired = new long[latents];
        this.prompts = new long[latents];
        this.lastPrompt = new int[latents];
        Arrays.fill(lastPrompt, -1);
        this.sum = new double[width];
        this.squares = new double[width];
    }

    /** Adds activations {@code [position, width]} of one text or mixture of texts. */
    public void add(Tensor x, Encoded encoded) {
        add(x, encoded, new int[(int) x.size(0)]);
    }

    /**
     * The same.
     *
     * @param prompt number of the text that each position is of, rising
     */
    public void add(Tensor x, Encoded encoded, int[] prompt) {
        float[] in = x.floats();
        float[] out = encoded.reconstruction().floats();
        int rows = (int) x.size(0);
        if (rows == 0) return;
        double[] mean = new double[width];
        for (int r = 0; r < rows; r++) for (int d = 0; d < width; d++) mean[d] += in[r * width + d];
        for (int d = 0; d < width; d++) mean[d] /= rows;
        double before = residual;
        for (int r = 0; r < rows; r++) row(in, out, r * width, mean);
        perBatch += (residual - before) / rows / rows;
        latents(encoded.latents(), prompt);
        tokens += rows;
        batches++;
    }

    private void row(float[] in, float[] out, int at, double[] mean) {
        double x2 = 0;
        double y2 = 0;
        double xy = 0;
        double rest = 0;
        double spread = 0;
        for (int d = 0; d < width; d++) {
            double x = in[at + d];
            double y = out[at + d];
            x2 += x * x;
            y2 += y * y;
            xy += x * y;
            rest += (x - y) * (x - y);
            spread += (x - mean[d]) * (x - mean[d]);
            sum[d] += x;
            squares[d] += x * x;
        }
        residual += rest;
        legacy += 1 - rest / spread;
        cosine += xy / Math.sqrt(x2 * y2);
        normIn += Math.sqrt(x2);
        normOut += Math.sqrt(y2);
        ratio += Math.sqrt(y2) / (Math.sqrt(x2) < TINY ? 1 : Math.sqrt(x2));
        outSquares += y2;
        inner += xy;
    }

    private void latents(SparseRows rows, int[] prompt) {
        for (int r = 0; r < rows.rows(); r++)
            for (int e = rows.starts()[r]; e < rows.starts()[r + 1]; e++) {
                int latent = rows.columns()[e];
                active++;
                l1 += rows.values()[e];
                fired[latent]++;
                if (lastPrompt[latent] != prompt[r]) prompts[latent]++;
                lastPrompt[latent] = prompt[r];
            }
    }

    /**
     * What was added up.
     *
     * @param tokens positions that were scored
     * @param explainedVariance 1 - mean ‖x - x̂‖² / (mean ‖x‖² - ‖mean x‖²), over all positions
     * @param legacy mean over positions of 1 - ‖x - x̂‖² / ‖x - mean of the batch‖²: what published tables show
     * @param saeBench what SAEBench 0.6.0 prints as explained variance: in its denominator the mean over dimensions of
     *     mean x² is squared, where ‖mean x‖² is meant
     * @param squaredError mean ‖x - x̂‖²
     * @param mse SAEBench's: ‖x - x̂‖² divided by the positions of the batch, averaged
     * @param cosine mean cosine of x and x̂
     * @param normIn mean ‖x‖
     * @param normOut mean ‖x̂‖
     * @param ratio mean ‖x̂‖ / ‖x‖
     * @param bias relative reconstruction bias, mean ‖x̂‖² / mean ⟨x, x̂⟩ (Rajamanoharan et al., 2024, equation 10)
     * @param l0 mean number of active latents
     * @param l1 mean sum of latents
     * @param density share of positions at which each latent is active
     * @param consistency positions per text, of the texts in which a latent is active; NaN for one that never is
     */
    public record Scores(
            long tokens,
            double explainedVariance,
            double legacy,
            double saeBench,
            double squaredError,
            double mse,
            double cosine,
            double normIn,
            double normOut,
            double ratio,
            double bias,
            double l0,
            double l1,
            double[] density,
            double[] consistency) {
        /** Latents that were never active. */
        public int dead() {
            return (int) Arrays.stream(density).filter(d -> d == 0).count();
        }

        /** Share of latents that are active at more than {@code share} of the positions. */
        public double denserThan(double share) {
            return Arrays.stream(density).filter(d -> d > share).count() / (double) density.length;
        }

        /** Share of all activity that falls to latents denser than {@code share}. */
        public double activityDenserThan(double share) {
            double all = Arrays.stream(density).sum();
            return all == 0 ? 0 : Arrays.stream(density).filter(d -> d > share).sum() / all;
        }
    }

    public Scores scores() {
        double n = tokens;
        double total = Arrays.stream(squares).sum() / n;
        double mean = Arrays.stream(sum).map(s -> s / n * (s / n)).sum();
        double perDimension = total / width;
        double error = residual / n;
        double[] density = Arrays.stream(fired).mapToDouble(f -> f / n).toArray();
        double[] consistency = new double[fired.length];
        for (int i = 0; i < fired.length; i++) consistency[i] = fired[i] / (double) prompts[i];
        return new Scores(
                tokens,
                1 - error / (total - mean),
                legacy / n,
                1 - error / (total - perDimension * perDimension),
                error,
                perBatch / batches,
                cosine / n,
                normIn / n,
                normOut / n,
                ratio / n,
                outSquares / inner,
                active / n,
                l1 / n,
                density,
                consistency);
    }
}
