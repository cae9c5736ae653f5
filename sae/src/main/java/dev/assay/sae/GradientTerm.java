package dev.assay.sae;

import dev.assay.tensor.Kernels;
import java.util.List;

/**
 * Part of the gradient: a choice whose latents contributed c · W_dec row to something with gradient {@code vectors}, and
 * whose pre-activations were encoded from {@code inputs}.
 *
 * @param vectors {@code [groups, batch, dModel]}
 * @param groupOf which group of vectors belongs to a latent
 * @param inputs {@code [batch, dModel]}
 */
record GradientTerm(Choice choice, float[] vectors, int[] groupOf, float[] inputs, int batch) {

    /** The whole gradient of one latent's rows and bias. */
    static void sum(
            List<GradientTerm> terms,
            int latent,
            int dModel,
            TrainedRows decoder,
            TrainedRows encoder,
            TrainedRows encoderBias,
            Kernels kernels) {
        boolean touch = false;
        for (GradientTerm t : terms) touch |= t.choice.columns.to(latent) > t.choice.columns.from(latent);
        decoder.clear(latent, touch);
        encoder.clear(latent, touch);
        encoderBias.clear(latent, touch);
        if (touch) for (GradientTerm t : terms) t.add(latent, dModel, decoder, encoder, encoderBias, kernels);
    }

    private void add(
            int latent,
            int dModel,
            TrainedRows decoder,
            TrainedRows encoder,
            TrainedRows encoderBias,
            Kernels kernels) {
        int from = choice.columns.from(latent);
        int n = choice.columns.to(latent) - from;
        if (n == 0) return;
        var factors = new float[n];
        var starts = new int[n];
        for (int i = 0; i < n; i++) {
            factors[i] = choice.coefficients[choice.columns.entry(from + i)];
            starts[i] = (groupOf[latent] * batch + choice.columns.row(from + i)) * dModel;
        }
        kernels.addRows(factors, starts, 0, n, vectors, decoder.gradient, latent * dModel, dModel);
        float bias = 0;
        for (int i = 0; i < n; i++) {
            factors[i] = choice.gradients[choice.columns.entry(from + i)];
            starts[i] = choice.columns.row(from + i) * dModel;
            bias += factors[i];
        }
        kernels.addRows(factors, starts, 0, n, inputs, encoder.gradient, latent * dModel, dModel);
        encoderBias.gradient[latent] += bias;
    }

    /** Σ over the batch of the gradients by this latent's pre-activation. */
    float sumOfGradients(int latent) {
        float sum = 0;
        for (int i = choice.columns.from(latent); i < choice.columns.to(latent); i++)
            sum += choice.gradients[choice.columns.entry(i)];
        return sum;
    }
}
