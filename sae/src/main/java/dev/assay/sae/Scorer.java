package dev.assay.sae;

import dev.assay.tensor.DType;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Adds up {@link Scores} batch by batch. Work per batch goes with the number of latents and features that fire, not with
 * their widths; counts are exact, sums are in double. Not thread-safe.
 */
public final class Scorer {
    private static final double LEAST_NORM = 1e-6;
    private static final double LEAST_VARIANCE = 1e-10;

    private final Matching matching;
    private final int[] match;
    private final int dModel;

    private long samples;
    private final long[] fired; // per latent
    private final long[] hits; // per latent: its feature fired too
    private final long[] truly; // per feature
    private final long[] stamp; // per feature: the last sample that it fired in, counted from 1

    private final double[] in; // hidden vector and reconstruction of the sample that is added
    private final double[] out;
    private final double[] sum;
    private double squares;
    private double errors;
    private double ratios;
    private long ratioSamples;

    /** Scores an autoencoder of {@code decoder [latents, dModel]} against {@code features [features, dModel]}. */
    public Scorer(Tensor decoder, Tensor features) {
        this(Matching.of(decoder, features), (int) decoder.size(1));
    }

    /** The same, with a matching that is known already. */
    public Scorer(Matching matching, int dModel) {
        this.matching = matching;
        this.dModel = dModel;
        match = matching.best();
        fired = new long[matching.latents()];
        hits = new long[matching.latents()];
        truly = new long[matching.features()];
        stamp = new long[matching.features()];
        in = new double[dModel];
        out = new double[dModel];
        sum = new double[dModel];
    }

    /** {@link #add(SparseRows, SparseRows, float[], float[])} with tensors, those of fp64 at their own precision. */
    public void add(SparseRows latents, SparseRows firings, Tensor hidden, Tensor reconstruction) {
        if (hidden.type() != DType.F64 && reconstruction.type() != DType.F64) {
            add(latents, firings, hidden.floats(), reconstruction.floats());
            return;
        }
        double[] h = hidden.doubles();
        double[] r = reconstruction.doubles();
        check(latents, firings, h.length, r.length);
        add(latents, firings, row -> {
            System.arraycopy(h, row * dModel, in, 0, dModel);
            System.arraycopy(r, row * dModel, out, 0, dModel);
        });
    }

    /**
     * Adds a batch.
     *
     * @param latents {@code [batch, latents]}; what is not 0 fires
     * @param firings the true activations, {@code [batch, features]}; what is above 0 fires
     * @param hidden what was encoded, {@code [batch, dModel]}, row-major
     * @param reconstruction what came back, likewise
     */
    public void add(SparseRows latents, SparseRows firings, float[] hidden, float[] reconstruction) {
        check(latents, firings, hidden.length, reconstruction.length);
        add(latents, firings, row -> {
            for (int d = 0; d < dModel; d++) {
                in[d] = hidden[row * dModel + d];
                out[d] = reconstruction[row * dModel + d];
            }
        });
    }

    /**
     * @param take puts the vectors of a row into {@link #in} and {@link #out}
     */
    private void add(SparseRows latents, SparseRows firings, IntConsumer take) {
        for (int r = 0; r < latents.rows(); r++) {
            samples++;
            stampFeatures(firings, r);
            countLatents(latents, r);
            take.accept(r);
            addVectors();
        }
    }

    private void check(SparseRows latents, SparseRows firings, int hidden, int reconstruction) {
        if (latents.width() != fired.length || firings.width() != truly.length)
            throw new IllegalArgumentException("this scorer knows " + fired.length + " latents and " + truly.length
                    + " features, the batch has " + latents.width() + " and " + firings.width());
        int batch = latents.rows();
        if (firings.rows() != batch || hidden != batch * dModel || reconstruction != batch * dModel)
            throw new IllegalArgumentException("the parts of a batch differ in length: " + batch + " rows of latents, "
                    + firings.rows() + " of firings, " + hidden + " and " + reconstruction + " numbers for vectors of "
                    + dModel);
    }

    private void stampFeatures(SparseRows firings, int row) {
        for (int i = firings.starts()[row]; i < firings.starts()[row + 1]; i++) {
            int feature = firings.columns()[i];
            if (firings.values()[i] > 0 && stamp[feature] != samples) {
                stamp[feature] = samples;
                truly[feature]++;
            }
        }
    }

    private void countLatents(SparseRows latents, int row) {
        for (int i = latents.starts()[row]; i < latents.starts()[row + 1]; i++) {
            if (latents.values()[i] == 0) continue;
            int latent = latents.columns()[i];
            fired[latent]++;
            if (stamp[match[latent]] == samples) hits[latent]++;
        }
    }

    private void addVectors() {
        double square = 0;
        double error = 0;
        double length = 0;
        for (int d = 0; d < dModel; d++) {
            double h = in[d];
            double r = out[d];
            sum[d] += h;
            square += h * h;
            error += (h - r) * (h - r);
            length += r * r;
        }
        squares += square;
        errors += error;
        double norm = Math.sqrt(square);
        if (norm > LEAST_NORM) {
            ratios += Math.sqrt(length) / norm;
            ratioSamples++;
        }
    }

    /** The scores of all samples so far. */
    public Scores scores() {
        int n = fired.length;
        var latents = new Scores.Latents(
                match.clone(),
                matching.bestCosine(),
                hits.clone(),
                new long[n],
                new long[n],
                new long[n],
                new double[n]);
        double[] means = new double[4]; // f1, precision, recall, accuracy
        for (int l = 0; l < n; l++) classify(l, latents, means);
        return new Scores(
                samples,
                means[0] / n,
                means[1] / n,
                means[2] / n,
                means[3] / n,
                matching.mcc(),
                matching.uniqueness(),
                explainedVariance(),
                ratio(ratios, ratioSamples),
                ratio(Arrays.stream(fired).sum(), samples),
                ratio(Arrays.stream(truly).sum(), samples),
                (int) Arrays.stream(fired).filter(f -> f == 0).count(),
                latents);
    }

    private void classify(int l, Scores.Latents latents, double[] means) {
        latents.fp()[l] = fired[l] - hits[l];
        latents.fn()[l] = truly[match[l]] - hits[l];
        latents.tn()[l] = samples - fired[l] - latents.fn()[l];
        double precision = ratio(hits[l], fired[l]);
        double recall = ratio(hits[l], truly[match[l]]);
        latents.f1()[l] = ratio(2 * precision * recall, precision + recall);
        means[0] += latents.f1()[l];
        means[1] += precision;
        means[2] += recall;
        means[3] += ratio(hits[l] + latents.tn()[l], samples);
    }

    private double explainedVariance() {
        if (samples == 0) return 0;
        double mean = 0;
        for (double s : sum) mean += s / samples * (s / samples);
        double variance = squares / samples - mean;
        double error = errors / samples;
        if (variance < LEAST_VARIANCE) return error < LEAST_VARIANCE ? 1 : 0;
        return 1 - error / variance;
    }

    private static double ratio(double part, double whole) {
        return whole > 0 ? part / whole : 0;
    }
}
