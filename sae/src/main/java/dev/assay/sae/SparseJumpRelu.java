package dev.assay.sae;

import dev.assay.sae.Architecture.JumpRelu;
import dev.assay.sae.Architecture.JumpRelu.Mode;
import dev.assay.tensor.DType;
import dev.assay.tensor.Kernels;
import dev.assay.tensor.Parallel;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Selection;
import dev.assay.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Trains JumpReLU autoencoders on sparse latents, with the gradients of {@link JumpReluForward}: one dense product finds
 * the latents whose pre-activation z lies above θ - bandwidth / 2. Those above θ are active; those less than half a
 * bandwidth from θ move it; nothing else has a gradient.
 *
 * <p>The product may be made in bf16; what is near is then computed anew in fp32, so that which latents are active is exact.
 */
final class SparseJumpRelu implements Learner {
    /** Rounding of a pre-activation to bf16, and of the numbers that it is the product of. */
    private static final float BF16 = 0.02f;

    private final JumpRelu spec;
    private final int dModel;
    private final int latents;
    private final Kernels kernels;
    private final Parallel parallel;
    private final SparseWeights weights;
    private final LevelErrors errors;
    private final Selection selection;
    private final Choice near; // values z - θ
    private final Choice active; // values z
    private final float[] bounds; // b_enc - θ + half a bandwidth
    private final float[] ones;
    private float[] input = new float[0];
    private float[] centred = new float[0];

    /**
     * @param precision of the encoder's products: F32, or BF16 to choose fast
     * @param parameters the start; they stay the caller's
     */
    SparseJumpRelu(JumpRelu spec, Parameters parameters, DType precision, Kernels kernels, Parallel parallel) {
        if (!fits(spec)) throw new SaeException(spec + " has no sparse form");
        this.spec = spec;
        this.dModel = parameters.dModel();
        this.latents = parameters.latents();
        this.kernels = kernels;
        this.parallel = parallel;
        this.weights = new SparseWeights(parameters, precision, kernels, parallel);
        var plain =
                new Architecture.BatchTopK(KSchedule.constant(1), Refinement.NONE, Levels.NONE, 0, AuxLoss.NONE, false);
        this.errors = new LevelErrors(plain, latents);
        this.selection = new Selection(kernels, parallel);
        this.near = new Choice(latents);
        this.active = new Choice(latents);
        this.bounds = new float[latents];
        this.ones = new float[latents];
        Arrays.fill(ones, 1);
    }

    /** Whether only active latents and those near their threshold have gradients. */
    static boolean fits(JumpRelu spec) {
        return spec.mode() != Mode.TANH && !spec.gradientToInput() && spec.preActivation() == 0;
    }

    @Override
    public StepResult step(Tensor x, Conditions conditions, double learningRate) {
        Map<String, Double> losses = new LinkedHashMap<>();
        backward(x, conditions, losses);
        double norm = weights.step(learningRate);
        return new StepResult(losses, norm, active.pattern);
    }

    /** Fills all gradients. */
    void backward(Tensor x, Conditions conditions, Map<String, Double> losses) {
        float[] thresholds = weights.own.values;
        for (int i = 0; i < latents; i++) thresholds[i] = Math.max(0, thresholds[i]); // they stay at or above 0
        try (var scope = Scope.open()) {
            Rows rows = choose(x, (float) spec.bandwidth() / 2);
            errors.decode(active, weights.decoder.values, weights.decoderBias.values, input, rows);
            weights.decoderBias.clear(0, true);
            errors.gradients(rows, weights.decoderBias.gradient, losses);
            losses.put("l0_loss", conditions.coefficient() * penalty(rows));
            List<GradientTerm> terms =
                    List.of(new GradientTerm(active, errors.vectors, new int[latents], centred, rows.batch));
            rows.each(b -> gradients(active, b));
            weights.gradients(terms);
            weights.throughInput(terms);
            throughThresholds(rows, conditions.coefficient());
        }
    }

    /** Mean penalty per sample, before the coefficient. */
    private double penalty(Rows rows) {
        double sum = 0;
        for (int b = 0; b < rows.batch; b++) {
            double off = count(b) - spec.target();
            sum += spec.mode() == Mode.STEP ? count(b) : 2 / spec.target() * off * off;
        }
        return sum / rows.batch;
    }

    private int count(int b) {
        return active.pattern.starts()[b + 1] - active.pattern.starts()[b];
    }

    /** Fills {@link #near} with what exceeds its threshold less {@code margin}, {@link #active} with what exceeds it. */
    private Rows choose(Tensor x, float margin) {
        var rows = new Rows((int) x.size(0), dModel, kernels, parallel);
        if (input.length < rows.batch * dModel) {
            input = new float[rows.batch * dModel];
            centred = new float[rows.batch * dModel];
        }
        weights.centre(x, rows, input, centred);
        boolean exact = weights.products.exact();
        float[] thresholds = weights.own.values;
        for (int i = 0; i < latents; i++)
            bounds[i] = weights.encoderBias.values[i] - thresholds[i] + margin + (exact ? 0 : BF16 * thresholds[i]);
        weights.products.choose(
                centred,
                rows.batch,
                (products, product) -> selection.positive(products, product, bounds, ones, near.pattern));
        near.fit();
        rows.each(b -> {
            for (int e = near.pattern.starts()[b]; e < near.pattern.starts()[b + 1]; e++) {
                int latent = near.pattern.columns()[e];
                near.coefficients[e] = exact
                        ? near.pattern.values()[e] + thresholds[latent] - margin
                        : weights.pre(centred, b, latent);
                near.pattern.values()[e] = near.coefficients[e] - thresholds[latent];
            }
        });
        active.pattern.clear();
        for (int b = 0; b < rows.batch; b++) activate(b);
        active.fit();
        System.arraycopy(active.pattern.values(), 0, active.coefficients, 0, active.pattern.count());
        return rows;
    }

    private void activate(int b) {
        int from = near.pattern.starts()[b];
        int to = near.pattern.starts()[b + 1];
        active.pattern.reserve(to - from);
        int at = active.pattern.count();
        int n = 0;
        for (int e = from; e < to; e++)
            if (near.pattern.values()[e] > 0) {
                active.pattern.columns()[at + n] = near.pattern.columns()[e];
                active.pattern.values()[at + n++] = near.coefficients[e];
            }
        active.pattern.endRow(n);
    }

    /** By what a latent contributes: the sample's error times its decoder row. */
    private void gradients(Choice choice, int b) {
        int from = choice.pattern.starts()[b];
        int n = choice.pattern.starts()[b + 1] - from;
        var errorStarts = new int[n];
        var rowStarts = new int[n];
        for (int e = 0; e < n; e++) {
            errorStarts[e] = b * dModel;
            rowStarts[e] = choice.pattern.columns()[from + e] * dModel;
        }
        kernels.dots(errors.vectors, errorStarts, weights.decoder.values, rowStarts, n, dModel, choice.gradients, from);
    }

    /** dθ = -1 / bandwidth · (θ · gradient by the activation + gradient by [z > θ]) where |z - θ| < bandwidth / 2. */
    private void throughThresholds(Rows rows, double coefficient) {
        weights.own.clear(0, true);
        float[] thresholds = weights.own.values;
        float[] gradient = weights.own.gradient;
        float half = (float) spec.bandwidth() / 2;
        rows.each(b -> gradients(near, b));
        near.columns.of(near.pattern);
        weights.each(latent -> {
            double sum = 0;
            for (int i = near.columns.from(latent); i < near.columns.to(latent); i++) {
                int e = near.columns.entry(i);
                if (Math.abs(near.pattern.values()[e]) >= half) continue;
                double byOpen = spec.mode() == Mode.STEP
                        ? coefficient
                        : coefficient * 4 / spec.target() * (count(near.columns.row(i)) - spec.target());
                sum += thresholds[latent] * near.gradients[e] + byOpen / rows.batch;
            }
            gradient[latent] = (float) (-sum / spec.bandwidth());
        });
    }

    @Override
    public Encoded encode(Tensor x, Conditions conditions) {
        try (var scope = Scope.open()) {
            Rows rows = choose(x, 0);
            return new Encoded(active.pattern, scope.pass(Tensor.of(weights.decode(active, rows), rows.batch, dModel)));
        }
    }

    @Override
    public double[] thresholds() {
        return new double[0];
    }

    @Override
    public Parameters parameters() {
        return weights.parameters();
    }

    /** By SAELens' names and shapes; for tests. */
    Parameters gradients() {
        return weights.gradients();
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        weights.save(state);
        return state;
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        weights.restore(state);
    }

    @Override
    public void close() {
        weights.close();
    }
}
