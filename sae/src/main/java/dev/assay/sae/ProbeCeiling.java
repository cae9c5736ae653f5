package dev.assay.sae;

import dev.assay.tensor.AdamW;
import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/**
 * A supervised yardstick for autoencoders: how well can the first features of a world be read off the hidden vectors by
 * one linear layer that is told the truth? One logistic regression per feature, trained together by Adam on a stream of
 * samples; the loss is binary cross-entropy, summed over features and averaged over the batch.
 *
 * <p>The paper's own protocol is not published in full, so this is a protocol of its own: print {@link Score#protocol}
 * beside the number. It is no ceiling in the strict sense either, only what a linear readout reaches.
 */
public final class ProbeCeiling implements AutoCloseable {
    private final Setup setup;
    private final int dModel;
    private final Tensor weight; // [features, dModel]
    private final Tensor bias; // [features]
    private final AdamW adam;
    private long trained;

    /**
     * What is probed, and how.
     *
     * @param features the first so many features; by convention as many as an autoencoder has latents
     * @param learningRate of Adam, constant
     * @param products element type of the matrix products; parameters, gradients and the optimiser are fp32
     */
    public record Setup(int features, double learningRate, DType products) {
        /** Learning rate 1e-3 and fp32 products. */
        public static Setup of(int features) {
            return new Setup(features, 1e-3, DType.F32);
        }
    }

    /**
     * Samples to learn from or to be scored on. Batches are asked for inside a {@link Scope} that ends with their use.
     *
     * @param firings true activations {@code [batch, features]}; above 0 is a firing
     * @param hidden {@code [batch, dModel]}
     */
    public record Batch(SparseRows firings, Tensor hidden) {}

    /**
     * F1 of each probe; 0 where undefined.
     *
     * @param f1 mean over features, deciding at logit > 0
     * @param tunedF1 mean over features, each deciding at the logit that was best on held-out samples
     * @param perFeature what {@code f1} is the mean of
     * @param tunedPerFeature what {@code tunedF1} is the mean of
     * @param protocol how the numbers came about, for the reader of a table
     */
    public record Score(double f1, double tunedF1, double[] perFeature, double[] tunedPerFeature, String protocol) {}

    /** Probes that know nothing yet: all weights 0 (the problem is convex). */
    public ProbeCeiling(int dModel, Setup setup) {
        if (setup.features() < 1 || dModel < 1 || !(setup.learningRate() > 0))
            throw new IllegalArgumentException("a probe needs features, inputs and a positive learning rate, got "
                    + setup + " on " + dModel + " inputs");
        this.setup = setup;
        this.dModel = dModel;
        try (var scope = Scope.open()) {
            weight = scope.keep(Tensor.zeros(DType.F32, setup.features(), dModel))
                    .requireGradient();
            bias = scope.keep(Tensor.zeros(DType.F32, setup.features())).requireGradient();
        }
        adam = new AdamW(List.of(weight, bias));
    }

    /** Takes a step on each of the next {@code steps} batches. */
    public void train(Iterator<Batch> batches, long steps) {
        for (long s = 0; s < steps; s++) {
            try (var scope = Scope.open()) {
                Batch batch = batches.next();
                Gradient gradient = gradient(batch);
                // a loss with just this gradient, which is known in closed form
                weight.mul(gradient.weight()).sum().backward();
                bias.mul(gradient.bias()).sum().backward();
                adam.step(setup.learningRate());
                trained += batch.firings().rows();
            }
        }
    }

    /** {@code [features, dModel]} and {@code [features]}. */
    record Gradient(Tensor weight, Tensor bias) {}

    /** (sigmoid(z) - y)ᵀ h / batch and its sum over samples. */
    Gradient gradient(Batch batch) {
        Tensor hidden = input(batch);
        Tensor error = logits(hidden).mul(0.5).tanh(); // sigmoid(z) = (1 + tanh(z / 2)) / 2
        error.mulInPlace(0.5);
        error.addInPlace(Tensor.of(new float[] {1}, 1), 0.5);
        MemorySegment values = error.memory();
        LogitHistograms.forEachFiring(batch.firings(), setup.features(), (row, feature) -> {
            long at = (long) row * setup.features() + feature;
            values.setAtIndex(ValueLayout.JAVA_FLOAT, at, values.getAtIndex(ValueLayout.JAVA_FLOAT, at) - 1);
        });
        error.mulInPlace(1.0 / batch.firings().rows());
        Tensor sums = error.sum(0).reshape(setup.features());
        Tensor product = error.to(setup.products()).transpose(0, 1).matmul(hidden.to(setup.products()));
        return new Gradient(product.to(DType.F32), sums);
    }

    private Tensor input(Batch batch) {
        Tensor hidden = LatentRows.input(batch.hidden(), dModel);
        if (hidden.size(0) != batch.firings().rows() || batch.firings().width() < setup.features())
            throw new IllegalArgumentException("a batch of " + batch.firings().rows() + " rows of "
                    + batch.firings().width() + " features and hidden vectors " + hidden + " does not fit probes of "
                    + setup.features() + " features");
        return hidden;
    }

    /** {@code [batch, features]}, fp32, without gradients. */
    private Tensor logits(Tensor hidden) {
        Tensor product = hidden.to(setup.products()).linear(weight.detach().to(setup.products()));
        return product.to(DType.F32).add(bias.detach()).contiguous();
    }

    /**
     * Scores the probes on samples that they have not seen.
     *
     * @param tuning where each probe's threshold is chosen
     * @param tuningBatches how many batches of it
     * @param evaluation where F1 is measured
     * @param evaluationBatches how many batches of it
     */
    public Score score(Iterator<Batch> tuning, long tuningBatches, Iterator<Batch> evaluation, long evaluationBatches) {
        var held = new LogitHistograms(setup.features());
        for (long b = 0; b < tuningBatches; b++) count(tuning, held);
        int[] cuts = new int[setup.features()];
        for (int f = 0; f < cuts.length; f++) cuts[f] = held.bestCut(f);
        var found = new LogitHistograms(setup.features());
        for (long b = 0; b < evaluationBatches; b++) count(evaluation, found);
        double[] plain = new double[cuts.length];
        double[] tuned = new double[cuts.length];
        double sum = 0;
        double tunedSum = 0;
        for (int f = 0; f < cuts.length; f++) {
            plain[f] = found.f1(f, LogitHistograms.ZERO);
            tuned[f] = found.f1(f, cuts[f]);
            sum += plain[f];
            tunedSum += tuned[f];
        }
        return new Score(
                sum / cuts.length, tunedSum / cuts.length, plain, tuned, protocol(held.samples(), found.samples()));
    }

    private void count(Iterator<Batch> batches, LogitHistograms into) {
        try (var scope = Scope.open()) {
            Batch batch = batches.next();
            into.add(logits(input(batch)).memory(), batch.firings());
        }
    }

    private String protocol(long tuning, long evaluation) {
        return String.format(
                Locale.ROOT,
                "joint logistic probes: %d inputs + bias to the first %d features (label: a > 0), binary cross-entropy, Adam"
                        + " lr %s constant, %s products, %d streamed samples in %d steps; F1 per feature on %d further"
                        + " samples at logit > 0 (tuned: at the logit in steps of 1/%d that was best on %d held-out"
                        + " samples), 0 where undefined, plain mean; our protocol, not the paper's",
                dModel,
                setup.features(),
                setup.learningRate(),
                setup.products(),
                trained,
                adam.steps(),
                evaluation,
                LogitHistograms.STEPS_PER_LOGIT,
                tuning);
    }

    /** {@code [features, dModel]}. */
    Tensor weights() {
        return weight.detach();
    }

    /** {@code [features]}. */
    Tensor biases() {
        return bias.detach();
    }

    /** {@code [batch, features]}, row-major. */
    float[] logitsOf(Batch batch) {
        try (var scope = Scope.open()) {
            return logits(input(batch)).floats();
        }
    }

    @Override
    public void close() {
        weight.close();
        bias.close();
    }
}
