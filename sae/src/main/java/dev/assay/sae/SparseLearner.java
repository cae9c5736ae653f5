package dev.assay.sae;

import dev.assay.tensor.DType;
import dev.assay.tensor.Kernels;
import dev.assay.tensor.Parallel;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Selection;
import dev.assay.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/**
 * Trains TopK autoencoders and BatchTopK ones (with refinement by the one encoder, levels, tilt) on sparse latents: one
 * dense product per choice finds the active latents, everything after touches only those. Gradients are those of
 * {@link TopKForward} and {@link BatchTopKForward}; two facts keep them short. Norms n cancel: latents are chosen by p · n
 * and decoded with p, so no gradient goes through n. And a LISTA step needs no product of its own: with the residual
 * r = x' - c W_dec, the next pre-activations are those of y + η r, y the input that the last ones were encoded from.
 *
 * <p>The choice may be made on bf16 products; the chosen pre-activations are then computed anew in fp32.
 */
final class SparseLearner implements Learner {

    private final Architecture.BatchTopK spec;
    private final int ofEach; // latents chosen of each sample; 0: of the batch
    private final int dModel;
    private final int latents;
    private final Kernels kernels;
    private final Parallel parallel;
    private final Averages averages;
    private final LevelErrors errors;
    private final SparseAux aux;
    private final List<Choice> choices = new ArrayList<>();
    private final List<Selection> selections = new ArrayList<>();
    private final SparseWeights weights;
    private final float[] etas;
    private final float[] factors; // of pre-activations in the choice
    private float[] input = new float[0];
    private final List<float[]> inputs = new ArrayList<>();
    private final List<float[]> residuals = new ArrayList<>(); // x' - c W_dec of the choices before the last
    private final List<float[]> backs = new ArrayList<>();

    /**
     * @param precision of the encoder's products: F32, or BF16 to choose fast
     * @param parameters the start; they stay the caller's
     */
    SparseLearner(
            Architecture.BatchTopK spec, Parameters parameters, DType precision, Kernels kernels, Parallel parallel) {
        this(spec, 0, true, new Averages(spec, parameters.latents()), parameters, precision, kernels, parallel);
    }

    /** For {@link Architecture.TopK}, which is BatchTopK but for the choice. */
    SparseLearner(Architecture.TopK spec, Parameters parameters, DType precision, Kernels kernels, Parallel parallel) {
        this(
                new Architecture.BatchTopK(
                        KSchedule.constant(spec.k()), Refinement.NONE, Levels.NONE, 0, spec.aux(), false),
                spec.k(),
                spec.rescale(),
                new Averages(spec, parameters.latents()),
                parameters,
                precision,
                kernels,
                parallel);
    }

    private SparseLearner(
            Architecture.BatchTopK spec,
            int ofEach,
            boolean rescale,
            Averages averages,
            Parameters parameters,
            DType precision,
            Kernels kernels,
            Parallel parallel) {
        if (spec.refinement().separate())
            throw new SaeException("refinement with an encoder for each step has no sparse form");
        this.spec = spec;
        this.ofEach = ofEach;
        this.dModel = parameters.dModel();
        this.latents = parameters.latents();
        this.kernels = kernels;
        this.averages = averages;
        this.errors = new LevelErrors(spec, latents);
        this.aux = new SparseAux(spec.aux(), spec.auxCoefficient(), latents);
        this.weights = new SparseWeights(parameters, precision, kernels, parallel);
        this.etas = spec.refinement().learned()
                ? weights.own.values
                : filled((float) spec.refinement().eta(), spec.refinement().iterations());
        this.factors = rescale ? weights.norms : filled(1, latents);
        this.parallel = parallel;
        for (int t = 0; t <= spec.refinement().iterations(); t++) {
            choices.add(new Choice(latents));
            selections.add(new Selection(kernels, parallel));
        }
    }

    private static float[] filled(float value, int length) {
        var out = new float[length];
        Arrays.fill(out, value);
        return out;
    }

    Averages averages() {
        return averages;
    }

    @Override
    public StepResult step(Tensor x, Conditions conditions, double learningRate) {
        Map<String, Double> losses = new LinkedHashMap<>();
        backward(x, conditions, losses);
        double norm = weights.step(learningRate);
        return new StepResult(losses, norm, choices.getLast().pattern);
    }

    /** Fills all gradients. */
    void backward(Tensor x, Conditions conditions, Map<String, Double> losses) {
        try (var scope = Scope.open()) {
            var rows = new Rows((int) x.size(0), dModel, kernels, parallel);
            float[] centred = centre(x, rows);
            Tensor pre = choose(rows, conditions);
            for (int t = 0; ofEach == 0 && t < choices.size(); t++) {
                float smallest = choices.get(t).smallest();
                if (smallest > 0) averages.kept(t, smallest);
            }
            averages.fired(choices.getLast().pattern);
            errors.order(averages.ordered());
            errors.decode(
                    choices.getLast(),
                    weights.decoder.values,
                    weights.decoderBias.values,
                    spec.centredTarget() ? centred : input,
                    rows);
            boolean revive = !aux.idle(conditions);
            if (revive)
                aux.run(conditions, pre, weights.encoderBias.values, factors, weights.decoder.values, errors, rows);
            weights.decoderBias.clear(0, true);
            errors.gradients(rows, weights.decoderBias.gradient, losses);
            if (revive) losses.put("auxiliary_reconstruction_loss", aux.loss());
            back(rows, revive);
            List<GradientTerm> terms = terms(rows.batch, revive);
            weights.gradients(terms);
            throughInput(rows, terms);
        }
    }

    /** x', the first choice's input; also keeps x. */
    private float[] centre(Tensor x, Rows rows) {
        float[] centred = buffer(inputs, 0, rows);
        if (input.length < rows.batch * dModel) input = new float[rows.batch * dModel];
        weights.centre(x, rows, input, centred);
        return centred;
    }

    @Override
    public Encoded encode(Tensor x, Conditions conditions) {
        try (var scope = Scope.open()) {
            var rows = new Rows((int) x.size(0), dModel, kernels, parallel);
            centre(x, rows);
            choose(rows, conditions);
            Choice choice = choices.getLast();
            return new Encoded(choice.pattern, scope.pass(Tensor.of(weights.decode(choice, rows), rows.batch, dModel)));
        }
    }

    @Override
    public double[] thresholds() {
        return averages.thresholds();
    }

    private float[] buffer(List<float[]> buffers, int number, Rows rows) {
        while (buffers.size() <= number) buffers.add(new float[0]);
        if (buffers.get(number).length < rows.batch * dModel) buffers.set(number, new float[rows.batch * dModel]);
        return buffers.get(number);
    }

    /** All choices; returns the last products. */
    private Tensor choose(Rows rows, Conditions conditions) {
        Tensor pre = encode(rows, 0, conditions);
        for (int t = 0; t < spec.refinement().iterations(); t++) {
            Choice choice = choices.get(t);
            float eta = etas[t];
            float[] before = inputs.get(t);
            float[] left = buffer(residuals, t, rows);
            float[] next = buffer(inputs, t + 1, rows);
            rows.each(b -> {
                int at = b * dModel;
                System.arraycopy(inputs.getFirst(), at, left, at, dModel);
                rows.addProduct(choice.pattern, choice.coefficients, -1, weights.decoder.values, left, b);
                System.arraycopy(before, at, next, at, dModel);
                kernels.addScaled(eta, left, at, next, at, dModel);
            });
            pre = encode(rows, t + 1, conditions);
        }
        return pre;
    }

    private Tensor encode(Rows rows, int number, Conditions conditions) {
        float[] input = inputs.get(number);
        Choice choice = choices.get(number);
        Selection selection = selections.get(number);
        float[] bias = weights.encoderBias.values;
        Tensor pre = weights.products.choose(input, rows.batch, (products, product) -> {
            if (ofEach > 0) selection.rows(products, product, bias, factors, ofEach, choice.pattern);
            else {
                long keep = (long) (conditions.k() * rows.batch);
                selection.batch(products, product, bias, factors, keep, choice.pattern);
            }
        });
        choice.fit();
        rows.each(b -> coefficients(choice, input, b));
        return pre;
    }

    private void coefficients(Choice choice, float[] input, int b) {
        for (int e = choice.pattern.starts()[b]; e < choice.pattern.starts()[b + 1]; e++) {
            int latent = choice.pattern.columns()[e];
            if (weights.products.exact()) {
                choice.coefficients[e] = choice.pattern.values()[e] / factors[latent];
                continue;
            }
            float p = weights.pre(input, b, latent);
            choice.coefficients[e] = p;
            choice.pattern.values()[e] = p * factors[latent];
        }
    }

    /** Gradients of pre-activations and, for refinement, of the inputs of the choices and of η. */
    private void back(Rows rows, boolean revive) {
        Refinement refinement = spec.refinement();
        int refinements = refinement.iterations();
        for (int t = 0; t < refinements; t++) buffer(backs, t, rows);
        float[] sum = buffer(backs, refinements, rows);
        var byEta = new float[refinement.learned() ? refinements * rows.batch : 0];
        rows.each(b -> {
            lastGradients(choices.getLast(), rows, b);
            if (refinements == 0) return;
            int at = b * dModel;
            Arrays.fill(sum, at, at + dModel, 0);
            rows.addProduct(choices.getLast().pattern, choices.getLast().gradients, 1, weights.encoder.values, sum, b);
            if (revive) rows.addProduct(aux.choice.pattern, aux.choice.gradients, 1, weights.encoder.values, sum, b);
            for (int t = refinements - 1; t >= 0; t--) {
                if (refinement.learned())
                    byEta[b * refinements + t] = kernels.dot(sum, at, residuals.get(t), at, dModel);
                back(t, sum, rows, b);
            }
        });
        if (!refinement.learned()) return;
        weights.own.clear(0, true);
        for (int b = 0; b < rows.batch; b++)
            kernels.addScaled(1, byEta, b * refinements, weights.own.gradient, 0, refinements);
    }

    private void lastGradients(Choice choice, Rows rows, int b) {
        int[] levelOf = errors.levelOf();
        gradients(choice, errors.vectors, latent -> (levelOf[latent] * rows.batch + b) * dModel, b);
    }

    /** Gradients of a choice's entries of row b: a vector, which may depend on the latent, times its decoder row. */
    private void gradients(Choice choice, float[] vectors, IntUnaryOperator start, int b) {
        int from = choice.pattern.starts()[b];
        int n = choice.pattern.starts()[b + 1] - from;
        var vectorStarts = new int[n];
        var rowStarts = new int[n];
        for (int e = 0; e < n; e++) {
            int latent = choice.pattern.columns()[from + e];
            vectorStarts[e] = start.applyAsInt(latent);
            rowStarts[e] = latent * dModel;
        }
        kernels.dots(vectors, vectorStarts, weights.decoder.values, rowStarts, n, dModel, choice.gradients, from);
    }

    /** Through refinement t: its back gets -η · gradient by the successor's input. */
    private void back(int t, float[] sum, Rows rows, int b) {
        Choice choice = choices.get(t);
        float[] back = backs.get(t);
        int at = b * dModel;
        Arrays.fill(back, at, at + dModel, 0);
        kernels.addScaled(-etas[t], sum, at, back, at, dModel);
        gradients(choice, back, latent -> at, b);
        if (spec.refinement().blocked()) choice.block(choices.getLast(), b);
        if (t > 0) rows.addProduct(choice.pattern, choice.gradients, 1, weights.encoder.values, sum, b);
    }

    private List<GradientTerm> terms(int batch, boolean revive) {
        List<GradientTerm> terms = new ArrayList<>();
        int last = choices.size() - 1;
        for (int t = 0; t <= last; t++) {
            float[] vectors = t == last ? errors.vectors : backs.get(t);
            int[] group = t == last ? errors.levelOf() : new int[latents];
            terms.add(new GradientTerm(choices.get(t), vectors, group, inputs.get(t), batch));
        }
        if (revive) terms.add(new GradientTerm(aux.choice, aux.vectors, aux.groupOf(), inputs.get(last), batch));
        return terms;
    }

    /** b_dec through x' = x - b_dec, and through the residuals of refinement. */
    private void throughInput(Rows rows, List<GradientTerm> terms) {
        float[] bias = weights.decoderBias.gradient;
        int refinements = spec.refinement().iterations();
        for (int t = 0; t < refinements; t++) rows.addColumnSums(backs.get(t), 0, 1, bias);
        if (refinements > 0) rows.addColumnSums(backs.get(refinements), 0, -1, bias);
        // of the first choice only the sums over the batch matter
        weights.throughInput(refinements == 0 ? terms : terms.subList(0, 1));
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
        averages.state().forEach((name, t) -> state.put("averages." + name, t));
        return state;
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        weights.restore(state);
        averages.restore(Learners.part(state, "averages."));
    }

    @Override
    public void close() {
        weights.close();
    }
}
