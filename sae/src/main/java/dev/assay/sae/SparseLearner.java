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

/**
 * Trains BatchTopK autoencoders (with plain refinement, levels, tilt) on sparse latents: one dense product per choice
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
    private final float[] norms;
    private final Tensor encodeWeights;
    private final List<float[]> inputs = new ArrayList<>();
    private final List<float[]> backs = new ArrayList<>();
    private long steps;

    /**
     * @param precision of the encoder's products: F32, or BF16 to choose fast
     * @param parameters the start; they stay the caller's
     */
    SparseLearner(
            Architecture.BatchTopK spec, Parameters parameters, DType precision, Kernels kernels, Parallel parallel) {
        if (!spec.refinement().plain())
            throw new SaeException("refinement with learned, separate or blocked steps has no sparse form");
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
            this.encodeWeights = scope.keep(Tensor.zeros(precision, latents, dModel));
        }
        publish(0, latents);
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
            float[] input = x.floats();
            float[] centred = centre(input, rows);
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

    /** x', the first choice's input. */
    private float[] centre(float[] input, Rows rows) {
        float[] centred = buffer(inputs, 0, rows);
        rows.each(b -> {
            System.arraycopy(input, b * dModel, centred, b * dModel, dModel);
            kernels.addScaled(-1, decoderBias.values, 0, centred, b * dModel, dModel);
        });
        return centred;
    }

    @Override
    public Encoded encode(Tensor x, Conditions conditions) {
        try (var scope = Scope.open()) {
            var rows = new Rows((int) x.size(0), dModel, kernels, parallel);
            centre(x.floats(), rows);
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
            float eta = (float) spec.refinement().eta();
            float[] centred = inputs.getFirst();
            float[] before = inputs.get(t);
            float[] next = buffer(inputs, t + 1, rows);
            rows.each(b -> {
                int at = b * dModel;
                System.arraycopy(before, at, next, at, dModel);
                kernels.addScaled(eta, centred, at, next, at, dModel);
                rows.addProduct(choice.pattern, choice.coefficients, -eta, decoder.values, next, b);
            });
            pre = encode(rows, t + 1, conditions);
        }
        return pre;
    }

    private Tensor encode(Rows rows, int number, Conditions conditions) {
        float[] input = inputs.get(number);
        Tensor operand = Tensor.zeros(encodeWeights.type(), rows.batch, dModel);
        write(input, 0, rows.batch * dModel, operand, 0);
        Tensor pre = operand.linear(encodeWeights);
        Choice choice = choices.get(number);
        selections
                .get(number)
                .batch(pre, encoderBias.values, norms, (long) (conditions.k() * rows.batch), choice.pattern);
        choice.fit();
        rows.each(b -> coefficients(choice, input, b));
        return pre;
    }

    private void coefficients(Choice choice, float[] input, int b) {
        for (int e = choice.pattern.starts()[b]; e < choice.pattern.starts()[b + 1]; e++) {
            int latent = choice.pattern.columns()[e];
            if (encodeWeights.type() == DType.F32) {
                choice.coefficients[e] = choice.pattern.values()[e] / norms[latent];
                continue;
            }
            float p = kernels.dot(input, b * dModel, encoder.values, latent * dModel, dModel)
                    + encoderBias.values[latent];
            choice.coefficients[e] = p;
            choice.pattern.values()[e] = p * norms[latent];
        }
    }

    private void write(float[] from, int offset, int length, Tensor to, long at) {
        MemorySegment memory = to.memory();
        if (to.type() == DType.BF16) kernels.toBf16(from, offset, length, memory, at);
        else MemorySegment.copy(from, offset, memory, ValueLayout.JAVA_FLOAT, 4 * at, length);
    }

    /** Gradients of pre-activations and, for refinement, of the inputs of the choices. */
    private void back(Rows rows, boolean revive) {
        int refinements = spec.refinement().iterations();
        for (int t = 0; t < refinements; t++) buffer(backs, t, rows);
        float[] sum = buffer(backs, refinements, rows);
        rows.each(b -> {
            lastGradients(choices.getLast(), rows, b);
            if (refinements == 0) return;
            java.util.Arrays.fill(sum, b * dModel, (b + 1) * dModel, 0);
            rows.addProduct(choices.getLast().pattern, choices.getLast().gradients, 1, encoder.values, sum, b);
            if (revive) rows.addProduct(aux.choice.pattern, aux.choice.gradients, 1, encoder.values, sum, b);
            for (int t = refinements - 1; t >= 0; t--) back(choices.get(t), backs.get(t), sum, rows, b, t > 0);
        });
    }

    private void lastGradients(Choice choice, Rows rows, int b) {
        int[] levelOf = errors.levelOf();
        for (int e = choice.pattern.starts()[b]; e < choice.pattern.starts()[b + 1]; e++) {
            int latent = choice.pattern.columns()[e];
            int at = (levelOf[latent] * rows.batch + b) * dModel;
            choice.gradients[e] = kernels.dot(errors.vectors, at, decoder.values, latent * dModel, dModel);
        }
    }

    /** Through one refinement: back gets -η · gradient by the choice's successor's input. */
    private void back(Choice choice, float[] back, float[] sum, Rows rows, int b, boolean further) {
        int at = b * dModel;
        java.util.Arrays.fill(back, at, at + dModel, 0);
        kernels.addScaled(-(float) spec.refinement().eta(), sum, at, back, at, dModel);
        for (int e = choice.pattern.starts()[b]; e < choice.pattern.starts()[b + 1]; e++)
            choice.gradients[e] =
                    kernels.dot(back, at, decoder.values, choice.pattern.columns()[e] * dModel, dModel);
        if (further) rows.addProduct(choice.pattern, choice.gradients, 1, encoder.values, sum, b);
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
        double sum = decoderBias.squares(0, kernels);
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
    }

    /** Brings norms and the encoder's copy for products up to date. */
    private void publish(int from, int to) {
        for (int i = from; i < to; i++)
            norms[i] = (float) Math.sqrt(kernels.squares(decoder.values, i * dModel, dModel));
        write(encoder.values, from * dModel, (to - from) * dModel, encodeWeights, (long) from * dModel);
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
        return new Parameters(out);
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        encoder.save("encoder", state);
        decoder.save("decoder", state);
        encoderBias.save("b_enc", state);
        decoderBias.save("b_dec", state);
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
        averages.restore(Learners.part(state, "averages."));
        steps = Learners.entry(state, "steps").longs()[0];
        publish(0, latents);
    }

    @Override
    public void close() {
        encodeWeights.close();
    }
}
