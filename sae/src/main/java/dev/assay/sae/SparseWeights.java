package dev.assay.sae;

import dev.assay.tensor.AdamStep;
import dev.assay.tensor.AdamW;
import dev.assay.tensor.DType;
import dev.assay.tensor.Kernels;
import dev.assay.tensor.Parallel;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * What {@link SparseLearner} trains: a row of the encoder, a row of the decoder and a bias for each latent, the decoder's
 * bias, and the steps of refinement. Each has the gradient of this step beside it and Adam's moments.
 */
final class SparseWeights implements AutoCloseable {
    private static final double CLIP = 1;
    private static final int LATENTS_PER_TASK = 64;

    final TrainedRows encoder; // [latents, dModel]
    final TrainedRows decoder; // [latents, dModel]
    final TrainedRows encoderBias; // [latents]
    final TrainedRows decoderBias; // one row, [dModel]
    final TrainedRows etas; // one row, [iterations]; trained only if the recipe says so
    /** Norms of the decoder's rows. */
    final float[] norms;

    final EncoderProducts products;

    private final boolean learnedEtas;
    private final int latents;
    private final int dModel;
    private final Kernels kernels;
    private final Parallel parallel;
    private long steps;

    /** @param start stays the caller's */
    SparseWeights(Refinement refinement, Parameters start, DType precision, Kernels kernels, Parallel parallel) {
        this.learnedEtas = refinement.learned();
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
        }
        var sizes = new float[Math.max(1, refinement.iterations())];
        Arrays.fill(sizes, (float) refinement.eta());
        etas = new TrainedRows(learnedEtas ? start.get("eta").floats() : sizes, sizes.length);
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
        if (learnedEtas) etas.adam(0, scale, step, kernels);
        return norm;
    }

    private double norm() {
        var parts = new double[pieces()];
        pieces((piece, from, to) -> {
            for (int i = from; i < to; i++)
                parts[piece] +=
                        encoder.squares(i, kernels) + decoder.squares(i, kernels) + encoderBias.squares(i, kernels);
        });
        double sum = decoderBias.squares(0, kernels) + etas.squares(0, kernels);
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
        return named(encoder.values, decoder.values, encoderBias.values, decoderBias.values, etas.values);
    }

    /** The gradients, by the same names; for tests. */
    Parameters gradients() {
        return named(encoder.gradient, decoder.gradient, encoderBias.gradient, decoderBias.gradient, etas.gradient);
    }

    private Parameters named(float[] enc, float[] dec, float[] encBias, float[] decBias, float[] eta) {
        Map<String, Tensor> out = new LinkedHashMap<>();
        try (var scope = Scope.open()) {
            Tensor columns = Tensor.of(enc, latents, dModel).transpose(0, 1).contiguous();
            out.put("W_enc", scope.keep(columns));
            out.put("W_dec", scope.keep(Tensor.of(dec, latents, dModel)));
            out.put("b_dec", scope.keep(Tensor.of(decBias, dModel)));
            out.put("b_enc", scope.keep(Tensor.of(encBias, latents)));
            if (learnedEtas) out.put("eta", scope.keep(Tensor.of(eta, eta.length)));
        }
        return new Parameters(out);
    }

    void save(Map<String, Tensor> state) {
        encoder.save("encoder", state);
        decoder.save("decoder", state);
        encoderBias.save("b_enc", state);
        decoderBias.save("b_dec", state);
        etas.save("eta", state);
        state.put("steps", Tensor.of(new long[] {steps}, 1));
    }

    void restore(Map<String, Tensor> state) {
        encoder.restore("encoder", state);
        decoder.restore("decoder", state);
        encoderBias.restore("b_enc", state);
        decoderBias.restore("b_dec", state);
        etas.restore("eta", state);
        steps = Learners.entry(state, "steps").longs()[0];
        publish(0, latents);
    }

    @Override
    public void close() {
        products.close();
    }
}
