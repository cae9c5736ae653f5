package dev.assay.sae;

import dev.assay.tensor.AdamStep;
import dev.assay.tensor.AdamW;
import dev.assay.tensor.DType;
import dev.assay.tensor.Kernels;
import dev.assay.tensor.Parallel;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * What the sparse learners train: a row of the encoder, a row of the decoder and a bias for each latent, the decoder's
 * bias, and what else the architecture has (steps of refinement, thresholds). Each has the gradient of this step beside
 * it and Adam's moments.
 */
final class SparseWeights implements AutoCloseable {
    private static final double CLIP = 1;
    private static final int LATENTS_PER_TASK = 64;
    private static final Set<String> COMMON = Set.of("W_enc", "W_dec", "b_enc", "b_dec");

    final TrainedRows encoder; // [latents, dModel]
    final TrainedRows decoder; // [latents, dModel]
    final TrainedRows encoderBias; // [latents]
    final TrainedRows decoderBias; // one row, [dModel]
    final TrainedRows own; // one row: what the architecture adds; empty if that is nothing
    /** Norms of the decoder's rows. */
    final float[] norms;

    final EncoderProducts products;

    private final String ownName;
    private final int latents;
    private final int dModel;
    private final Kernels kernels;
    private final Parallel parallel;
    private long steps;

    /** @param start stays the caller's */
    SparseWeights(Parameters start, DType precision, Kernels kernels, Parallel parallel) {
        this.ownName = start.all().keySet().stream()
                .filter(name -> !COMMON.contains(name))
                .findAny()
                .orElse("");
        this.latents = start.latents();
        this.dModel = start.dModel();
        this.kernels = kernels;
        this.parallel = parallel;
        this.norms = new float[latents];
        try (var scope = Scope.open()) {
            encoder = new TrainedRows(start.get("W_enc").transpose(0, 1).floats(), dModel);
            decoder = new TrainedRows(start.get("W_dec").floats(), dModel);
            encoderBias = new TrainedRows(start.get("b_enc").floats(), 1);
            decoderBias = new TrainedRows(start.get("b_dec").floats(), dModel);
            float[] values =
                    ownName.isEmpty() ? new float[0] : start.get(ownName).floats();
            own = new TrainedRows(values, Math.max(1, values.length));
        }
        products = new EncoderProducts(precision, latents, dModel, kernels);
        publish(0, latents);
    }

    /** Runs {@code task} for each latent on all threads, in pieces that do not depend on their number. */
    void each(IntConsumer task) {
        pieces((piece, from, to) -> {
            for (int i = from; i < to; i++) task.accept(i);
        });
    }

    @FunctionalInterface
    interface Piece {
        void run(int piece, int from, int to);
    }

    void pieces(Piece task) {
        parallel.each(pieces(), p -> task.run(p, p * LATENTS_PER_TASK, Math.min(latents, (p + 1) * LATENTS_PER_TASK)));
    }

    int pieces() {
        return (latents + LATENTS_PER_TASK - 1) / LATENTS_PER_TASK;
    }

    /** x' = x - b_dec into {@code centred}, and x into {@code input}. */
    void centre(Tensor x, Rows rows, float[] input, float[] centred) {
        MemorySegment from = x.to(DType.F32).contiguous().memory();
        rows.each(b -> {
            MemorySegment.copy(from, ValueLayout.JAVA_FLOAT, 4L * b * dModel, input, b * dModel, dModel);
            System.arraycopy(input, b * dModel, centred, b * dModel, dModel);
            kernels.addScaled(-1, decoderBias.values, 0, centred, b * dModel, dModel);
        });
    }

    /** The pre-activation of one latent in fp32. */
    float pre(float[] input, int row, int latent) {
        return kernels.dot(input, row * dModel, encoder.values, latent * dModel, dModel) + encoderBias.values[latent];
    }

    /** What a choice decodes to, {@code [batch, dModel]}. */
    float[] decode(Choice choice, Rows rows) {
        var out = new float[rows.batch * dModel];
        rows.each(b -> {
            System.arraycopy(decoderBias.values, 0, out, b * dModel, dModel);
            rows.addProduct(choice.pattern, choice.coefficients, 1, decoder.values, out, b);
        });
        return out;
    }

    /** Fills the gradients of all latents' rows and biases. */
    void gradients(List<GradientTerm> terms) {
        parallel.each(
                terms.size(), i -> terms.get(i).choice().columns.of(terms.get(i).choice().pattern));
        each(latent -> GradientTerm.sum(terms, latent, dModel, decoder, encoder, encoderBias, kernels));
    }

    /** b_dec through x' = x - b_dec: minus the gradient by x' of what {@code terms} encoded from it, summed over the batch. */
    void throughInput(List<GradientTerm> terms) {
        var parts = new float[pieces()][];
        pieces((piece, from, to) -> {
            parts[piece] = new float[dModel];
            for (int i = from; i < to; i++) {
                float sum = 0;
                for (GradientTerm term : terms) sum += term.sumOfGradients(i);
                if (sum != 0) kernels.addScaled(-sum, encoder.values, i * dModel, parts[piece], 0, dModel);
            }
        });
        for (float[] part : parts) kernels.addScaled(1, part, 0, decoderBias.gradient, 0, dModel);
    }

    /** One step of Adam along the clipped gradient; returns the gradient's norm before clipping. */
    double step(double learningRate) {
        double norm = norm();
        float scale = (float) AdamW.clipFactor(norm, CLIP);
        AdamStep step = AdamStep.of(++steps, learningRate);
        pieces((piece, from, to) -> {
            for (int i = from; i < to; i++) {
                encoder.adam(i, scale, step, kernels);
                decoder.adam(i, scale, step, kernels);
                encoderBias.adam(i, scale, step, kernels);
            }
            publish(from, to);
        });
        decoderBias.adam(0, scale, step, kernels);
        if (own.rows() > 0) own.adam(0, scale, step, kernels);
        return norm;
    }

    private double norm() {
        var parts = new double[pieces()];
        pieces((piece, from, to) -> {
            for (int i = from; i < to; i++)
                parts[piece] +=
                        encoder.squares(i, kernels) + decoder.squares(i, kernels) + encoderBias.squares(i, kernels);
        });
        double sum = decoderBias.squares(0, kernels) + (own.rows() > 0 ? own.squares(0, kernels) : 0);
        for (double part : parts) sum += part;
        return Math.sqrt(sum);
    }

    /** Brings norms and the encoder's copy for products up to date. */
    private void publish(int from, int to) {
        for (int i = from; i < to; i++)
            norms[i] = (float) Math.sqrt(kernels.squares(decoder.values, i * dModel, dModel));
        products.publish(encoder.values, from, to);
    }

    /** A copy, by SAELens' names and shapes. */
    Parameters parameters() {
        return named(encoder.values, decoder.values, encoderBias.values, decoderBias.values, own.values);
    }

    /** The gradients, by the same names; for tests. */
    Parameters gradients() {
        return named(encoder.gradient, decoder.gradient, encoderBias.gradient, decoderBias.gradient, own.gradient);
    }

    private Parameters named(float[] enc, float[] dec, float[] encBias, float[] decBias, float[] added) {
        Map<String, Tensor> out = new LinkedHashMap<>();
        try (var scope = Scope.open()) {
            Tensor columns = Tensor.of(enc, latents, dModel).transpose(0, 1).contiguous();
            out.put("W_enc", scope.keep(columns));
            out.put("W_dec", scope.keep(Tensor.of(dec, latents, dModel)));
            out.put("b_dec", scope.keep(Tensor.of(decBias, dModel)));
            out.put("b_enc", scope.keep(Tensor.of(encBias, latents)));
            if (!ownName.isEmpty()) out.put(ownName, scope.keep(Tensor.of(added, added.length)));
        }
        return new Parameters(out);
    }

    void save(Map<String, Tensor> state) {
        encoder.save("encoder", state);
        decoder.save("decoder", state);
        encoderBias.save("b_enc", state);
        decoderBias.save("b_dec", state);
        if (!ownName.isEmpty()) own.save(ownName, state);
        state.put("steps", Tensor.of(new long[] {steps}, 1));
    }

    void restore(Map<String, Tensor> state) {
        encoder.restore("encoder", state);
        decoder.restore("decoder", state);
        encoderBias.restore("b_enc", state);
        decoderBias.restore("b_dec", state);
        if (!ownName.isEmpty()) own.restore(ownName, state);
        steps = Learners.entry(state, "steps").longs()[0];
        publish(0, latents);
    }

    @Override
    public void close() {
        products.close();
    }
}
