package dev.assay.sae;

import dev.assay.tensor.AdamStep;
import dev.assay.tensor.AdamW;
import dev.assay.tensor.DType;
import dev.assay.tensor.Kernels;
import dev.assay.tensor.Parallel;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Selection;
import dev.assay.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/**
 * Trains BatchTopK autoencoders (with refinement by the one encoder, levels, tilt) on sparse latents: one dense product per choice
 * finds the active latents, everything after touches only those. Gradients are those of {@link BatchTopKForward}; two
 * facts keep them short. Norms n cancel: latents are chosen by p · n and decoded with p, so no gradient goes through n.
 * And a LISTA step needs no product of its own: with the residual r = x' - c W_dec, the next pre-activations are those of
 * y + η r, y the input that the last ones were encoded from.
 *
 * <p>The choice may be made on bf16 products; the chosen pre-activations are then computed anew in fp32.
 */
final class SparseLearner implements Learner {
    private static final double CLIP = 1;
    private static final int LATENTS_PER_TASK = 64;

    private final Architecture.BatchTopK spec;
    private final int dModel;
    private final int latents;
    private final Kernels kernels;
    private final Parallel parallel;
    private final Averages averages;
    private final LevelErrors errors;
    private final SparseAux aux;
    private final List<Choice> choices = new ArrayList<>();
    private final List<Selection> selections = new ArrayList<>();
    private final TrainedRows encoder;
    private final TrainedRows decoder;
    private final TrainedRows encoderBias;
    private final TrainedRows decoderBias;
    private final TrainedRows etas; // one row, which is trained only if the recipe says so
    private final float[] norms;
    private float[] input = new float[0];
    private final EncoderProducts products;
    private final List<float[]> inputs = new ArrayList<>();
    private final List<float[]> residuals = new ArrayList<>(); // x' - c W_dec of the choices before the last
    private final List<float[]> backs = new ArrayList<>();
    private long steps;

    /**
     * @param precision of the encoder's products: F32, or BF16 to choose fast
     * @param parameters the start; they stay the caller's
     */
    SparseLearner(
            Architecture.BatchTopK spec, Parameters parameters, DType precision, Kernels kernels, Parallel parallel) {
        if (spec.refinement().separate())
            throw new SaeException("refinement with an encoder for each step has no sparse form");
        this.spec = spec;
        this.dModel = parameters.dModel();
        this.latents = parameters.latents();
        this.kernels = kernels;
        this.parallel = parallel;
        this.averages = new Averages(spec, latents);
        this.errors = new LevelErrors(spec, latents);
        this.aux = new SparseAux(spec.aux(), latents);
        this.norms = new float[latents];
        for (int t = 0; t <= spec.refinement().iterations(); t++) {
            choices.add(new Choice(latents));
            selections.add(new Selection(kernels, parallel));
        }
        try (var scope = Scope.open()) {
            this.encoder =
                    new TrainedRows(parameters.get("W_enc").transpose(0, 1).floats(), dModel);
            this.decoder = new TrainedRows(parameters.get("W_dec").floats(), dModel);
            this.encoderBias = new TrainedRows(parameters.get("b_enc").floats(), 1);
            this.decoderBias = new TrainedRows(parameters.get("b_dec").floats(), dModel);
            this.etas = new TrainedRows(
                    etas(spec.refinement(), parameters),
                    Math.max(1, spec.refinement().iterations()));
        }
        this.products = new EncoderProducts(precision, latents, dModel, kernels);
        publish(0, latents);
    }

    private static float[] etas(Refinement refinement, Parameters parameters) {
        if (refinement.learned()) return parameters.get("eta").floats();
        var etas = new float[Math.max(1, refinement.iterations())];
        java.util.Arrays.fill(etas, (float) refinement.eta());
        return etas;
    }

    Averages averages() {
        return averages;
    }

    @Override
    public StepResult step(Tensor x, Conditions conditions, double learningRate) {
        Map<String, Double> losses = new LinkedHashMap<>();
        backward(x, conditions, losses);
        double norm = norm();
        update(AdamW.clipFactor(norm, CLIP), AdamStep.of(++steps, learningRate));
        return new StepResult(losses, norm, choices.getLast().pattern);
    }

    /** Fills all gradients. */
    void backward(Tensor x, Conditions conditions, Map<String, Double> losses) {
        try (var scope = Scope.open()) {
            var rows = new Rows((int) x.size(0), dModel, kernels, parallel);
            float[] centred = centre(x, rows);
            Tensor pre = choose(rows, conditions);
            for (int t = 0; t < choices.size(); t++) {
                float smallest = choices.get(t).smallest();
                if (smallest > 0) averages.kept(t, smallest);
            }
            averages.fired(choices.getLast().pattern);
            errors.order(averages.ordered());
            errors.decode(
                    choices.getLast(),
                    decoder.values,
                    decoderBias.values,
                    spec.centredTarget() ? centred : input,
                    rows);
            boolean revive = !aux.idle(conditions);
            if (revive) aux.run(conditions, pre, encoderBias.values, norms, decoder.values, errors, rows);
            decoderBias.clear(0, true);
            errors.gradients(rows, decoderBias.gradient, losses);
            if (revive) losses.put("auxiliary_reconstruction_loss", aux.loss());
            back(rows, revive);

            List<GradientTerm> terms = terms(rows.batch, revive);
            parallel.each(tasks(), task -> {
                for (int i = task * LATENTS_PER_TASK; i < Math.min(latents, (task + 1) * LATENTS_PER_TASK); i++)
                    GradientTerm.sum(terms, i, dModel, decoder, encoder, encoderBias, kernels);
            });

            throughInput(rows, terms);
        }
    }

    /** x', the first choice's input; also keeps x. */
    private float[] centre(Tensor x, Rows rows) {
        float[] centred = buffer(inputs, 0, rows);
        if (input.length < rows.batch * dModel) input = new float[rows.batch * dModel];
        MemorySegment from = x.to(DType.F32).contiguous().memory();
        rows.each(b -> {
            MemorySegment.copy(from, ValueLayout.JAVA_FLOAT, 4L * b * dModel, input, b * dModel, dModel);
            System.arraycopy(input, b * dModel, centred, b * dModel, dModel);
            kernels.addScaled(-1, decoderBias.values, 0, centred, b * dModel, dModel);
        });
        return centred;
    }

    @Override
    public Encoded encode(Tensor x, Conditions conditions) {
        try (var scope = Scope.open()) {
            var rows = new Rows((int) x.size(0), dModel, kernels, parallel);
            centre(x, rows);
            choose(rows, conditions);
            Choice choice = choices.getLast();
            var out = new float[rows.batch * dModel];
            rows.each(b -> {
                System.arraycopy(decoderBias.values, 0, out, b * dModel, dModel);
                rows.addProduct(choice.pattern, choice.coefficients, 1, decoder.values, out, b);
            });
            return new Encoded(choice.pattern, scope.pass(Tensor.of(out, rows.batch, dModel)));
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
            float eta = etas.values[t];
            float[] before = inputs.get(t);
            float[] left = buffer(residuals, t, rows);
            float[] next = buffer(inputs, t + 1, rows);
            rows.each(b -> {
                int at = b * dModel;
                System.arraycopy(inputs.getFirst(), at, left, at, dModel);
                rows.addProduct(choice.pattern, choice.coefficients, -1, decoder.values, left, b);
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
        long keep = (long) (conditions.k() * rows.batch);

        Tensor pre = products.choose(
                input, rows.batch, encoderBias.values, norms, keep, selections.get(number), choice.pattern);
        choice.fit();
        rows.each(b -> coefficients(choice, input, b));
        return pre;
    }

    private void coefficients(Choice choice, float[] input, int b) {
        for (int e = choice.pattern.starts()[b]; e < choice.pattern.starts()[b + 1]; e++) {
            int latent = choice.pattern.columns()[e];
            if (products.exact()) {
                choice.coefficients[e] = choice.pattern.values()[e] / norms[latent];
                continue;
            }
            float p = kernels.dot(input, b * dModel, encoder.values, latent * dModel, dModel)
                    + encoderBias.values[latent];
            choice.coefficients[e] = p;
            choice.pattern.values()[e] = p * norms[latent];
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
            java.util.Arrays.fill(sum, at, at + dModel, 0);
            rows.addProduct(choices.getLast().pattern, choices.getLast().gradients, 1, encoder.values, sum, b);
            if (revive) rows.addProduct(aux.choice.pattern, aux.choice.gradients, 1, encoder.values, sum, b);
            for (int t = refinements - 1; t >= 0; t--) {
                if (refinement.learned())
                    byEta[b * refinements + t] = kernels.dot(sum, at, residuals.get(t), at, dModel);
                back(t, sum, rows, b);
            }
        });
        if (!refinement.learned()) return;
        etas.clear(0, true);
        for (int b = 0; b < rows.batch; b++)
            kernels.addScaled(1, byEta, b * refinements, etas.gradient, 0, refinements);
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
        kernels.dots(vectors, vectorStarts, decoder.values, rowStarts, n, dModel, choice.gradients, from);
    }

    /** Through refinement t: its back gets -η · gradient by the successor's input. */
    private void back(int t, float[] sum, Rows rows, int b) {
        Choice choice = choices.get(t);
        float[] back = backs.get(t);
        int at = b * dModel;
        java.util.Arrays.fill(back, at, at + dModel, 0);
        kernels.addScaled(-etas.values[t], sum, at, back, at, dModel);
        gradients(choice, back, latent -> at, b);
        if (spec.refinement().blocked()) choice.block(choices.getLast(), b);
        if (t > 0) rows.addProduct(choice.pattern, choice.gradients, 1, encoder.values, sum, b);
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
        parallel.each(
                terms.size(), i -> terms.get(i).choice().columns.of(terms.get(i).choice().pattern));
        return terms;
    }

    /** b_dec through x' = x - b_dec: minus the gradient by x', summed over the batch. */
    private void throughInput(Rows rows, List<GradientTerm> terms) {
        float[] bias = decoderBias.gradient;
        int refinements = spec.refinement().iterations();
        for (int t = 0; t < refinements; t++) rows.addColumnSums(backs.get(t), 0, 1, bias);
        if (refinements > 0) rows.addColumnSums(backs.get(refinements), 0, -1, bias);
        // of the first choice only the sums over the batch matter
        List<GradientTerm> first = refinements == 0 ? terms : terms.subList(0, 1);
        var parts = new float[tasks()][];
        parallel.each(tasks(), task -> {
            parts[task] = new float[dModel];
            for (int i = task * LATENTS_PER_TASK; i < Math.min(latents, (task + 1) * LATENTS_PER_TASK); i++) {
                float sum = 0;
                for (GradientTerm term : first) sum += term.sumOfGradients(i);
                if (sum != 0) kernels.addScaled(-sum, encoder.values, i * dModel, parts[task], 0, dModel);
            }
        });
        for (float[] part : parts) kernels.addScaled(1, part, 0, bias, 0, dModel);
    }

    private int tasks() {
        return (latents + LATENTS_PER_TASK - 1) / LATENTS_PER_TASK;
    }

    private double norm() {
        var parts = new double[tasks()];
        parallel.each(tasks(), task -> {
            for (int i = task * LATENTS_PER_TASK; i < Math.min(latents, (task + 1) * LATENTS_PER_TASK); i++)
                parts[task] +=
                        encoder.squares(i, kernels) + decoder.squares(i, kernels) + encoderBias.squares(i, kernels);
        });
        double sum = decoderBias.squares(0, kernels) + etas.squares(0, kernels);
        for (double part : parts) sum += part;
        return Math.sqrt(sum);
    }

    private void update(double scale, AdamStep step) {
        float s = (float) scale;
        parallel.each(tasks(), task -> {
            int from = task * LATENTS_PER_TASK;
            int to = Math.min(latents, from + LATENTS_PER_TASK);
            for (int i = from; i < to; i++) {
                encoder.adam(i, s, step, kernels);
                decoder.adam(i, s, step, kernels);
                encoderBias.adam(i, s, step, kernels);
            }
            publish(from, to);
        });
        decoderBias.adam(0, s, step, kernels);
        if (spec.refinement().learned()) etas.adam(0, s, step, kernels);
    }

    /** Brings norms and the encoder's copy for products up to date. */
    private void publish(int from, int to) {
        for (int i = from; i < to; i++)
            norms[i] = (float) Math.sqrt(kernels.squares(decoder.values, i * dModel, dModel));
        products.publish(encoder.values, from, to);
    }

    /** A copy. */
    @Override
    public Parameters parameters() {
        Map<String, Tensor> out = new LinkedHashMap<>();
        try (var scope = Scope.open()) {
            out.put(
                    "W_enc",
                    scope.keep(Tensor.of(encoder.values, latents, dModel)
                            .transpose(0, 1)
                            .contiguous()));
            out.put("W_dec", scope.keep(Tensor.of(decoder.values, latents, dModel)));
            out.put("b_dec", scope.keep(Tensor.of(decoderBias.values, dModel)));
            out.put("b_enc", scope.keep(Tensor.of(encoderBias.values, latents)));
            if (spec.refinement().learned()) out.put("eta", scope.keep(Tensor.of(etas.values, etas.values.length)));
        }
        return new Parameters(out);
    }

    /** The gradients by SAELens' names and shapes, for tests. */
    Parameters gradients() {
        Map<String, Tensor> out = new LinkedHashMap<>();
        out.put(
                "W_enc",
                Tensor.of(encoder.gradient, latents, dModel).transpose(0, 1).contiguous());
        out.put("W_dec", Tensor.of(decoder.gradient, latents, dModel));
        out.put("b_dec", Tensor.of(decoderBias.gradient, dModel));
        out.put("b_enc", Tensor.of(encoderBias.gradient, latents));
        if (spec.refinement().learned()) out.put("eta", Tensor.of(etas.gradient, etas.values.length));
        return new Parameters(out);
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        encoder.save("encoder", state);
        decoder.save("decoder", state);
        encoderBias.save("b_enc", state);
        decoderBias.save("b_dec", state);
        etas.save("eta", state);
        averages.state().forEach((name, t) -> state.put("averages." + name, t));
        state.put("steps", Tensor.of(new long[] {steps}, 1));
        return state;
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        encoder.restore("encoder", state);
        decoder.restore("decoder", state);
        encoderBias.restore("b_enc", state);
        decoderBias.restore("b_dec", state);
        etas.restore("eta", state);
        averages.restore(Learners.part(state, "averages."));
        steps = Learners.entry(state, "steps").longs()[0];
        publish(0, latents);
    }

    @Override
    public void close() {
        products.close();
    }
}
