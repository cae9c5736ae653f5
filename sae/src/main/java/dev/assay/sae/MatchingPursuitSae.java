package dev.assay.sae;

import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Matching pursuit on the decoder's rows (Costa et al., 2025), as SAELens has it: with the residual r = x', again and
 * again, the row d of the largest r · d is taken with relu(r · d), which is added to its latent, and subtracted from r. A
 * row may be taken again. The decoder's bias is added only if it was subtracted.
 *
 * @param iterations most picks per sample
 * @param residual a sample stops once its residual's norm is below; 0 for never
 * @param stopOnSameSupport whether a sample stops after a pick that adds no new latent
 */
public record MatchingPursuitSae(
        SaeInput input, SaeDecoder decoder, int iterations, double residual, boolean stopOnSameSupport)
        implements InferenceSae {

    /** @throws IllegalArgumentException unless there is at least one pick */
    public MatchingPursuitSae {
        if (iterations < 1) throw new IllegalArgumentException("iterations must be at least 1, was " + iterations);
    }

    @Override
    public String architecture() {
        return "matching_pursuit";
    }

    @Override
    public SparseRows encode(Tensor x) {
        try (var scope = Scope.open()) {
            Tensor rest = input.centred(x, decoder).copy();
            int batch = (int) x.size(0);
            var samples = new Sample[batch];
            for (int b = 0; b < batch; b++) samples[b] = new Sample();
            int running = batch;
            for (int i = 0; i < iterations && running > 0; i++) running = pick(rest, samples);
            var out = new SparseRows(latents());
            for (Sample s : samples) s.appendTo(out);
            return out;
        }
    }

    /** One pick for every sample that is not done; returns how many go on. */
    private int pick(Tensor rest, Sample[] samples) {
        try (var scope = Scope.open()) {
            long[] best = rest.linear(decoder.weight()).top(1).indices().longs();
            MemorySegment residuals = rest.memory();
            MemorySegment rows = decoder.weight().memory();
            var r = new float[dModel()];
            var d = new float[dModel()];
            int running = 0;
            for (int b = 0; b < samples.length; b++) {
                if (samples[b].done) continue;
                MemorySegment.copy(
                        residuals, ValueLayout.JAVA_FLOAT, (long) b * r.length * Float.BYTES, r, 0, r.length);
                MemorySegment.copy(rows, ValueLayout.JAVA_FLOAT, best[b] * d.length * Float.BYTES, d, 0, d.length);
                take(samples[b], (int) best[b], r, d);
                MemorySegment.copy(
                        r, 0, residuals, ValueLayout.JAVA_FLOAT, (long) b * r.length * Float.BYTES, r.length);
                if (!samples[b].done) running++;
            }
            return running;
        }
    }

    private void take(Sample sample, int latent, float[] r, float[] d) {
        double dot = 0;
        for (int i = 0; i < r.length; i++) dot += (double) r[i] * d[i];
        float amount = (float) Math.max(dot, 0);
        double square = 0;
        for (int i = 0; i < r.length; i++) {
            r[i] -= amount * d[i];
            square += (double) r[i] * r[i];
        }
        boolean grew = sample.add(latent, amount);
        sample.done = (stopOnSameSupport && !grew) || (residual > 0 && Math.sqrt(square) < residual);
    }

    /** The latents that a sample has so far. */
    private static final class Sample {
        private int[] latents = new int[8];
        private float[] amounts = new float[8];
        private int count;
        private boolean done;

        /** Adds to a latent; returns whether it was 0 before and is not now. */
        boolean add(int latent, float amount) {
            if (!(amount > 0)) return false;
            for (int i = 0; i < count; i++) {
                if (latents[i] == latent) {
                    amounts[i] += amount;
                    return false;
                }
            }
            if (count == latents.length) {
                latents = Arrays.copyOf(latents, 2 * count);
                amounts = Arrays.copyOf(amounts, 2 * count);
            }
            latents[count] = latent;
            amounts[count++] = amount;
            return true;
        }

        void appendTo(SparseRows out) {
            var order = new long[count];
            for (int i = 0; i < count; i++) order[i] = (long) latents[i] << 32 | i;
            Arrays.sort(order);
            out.reserve(count);
            for (int i = 0; i < count; i++) {
                out.columns()[out.count() + i] = (int) (order[i] >> 32);
                out.values()[out.count() + i] = amounts[(int) order[i]];
            }
            out.endRow(count);
        }
    }

    @Override
    public Tensor decodeNormalised(SparseRows latents) {
        return input.subtractsDecoderBias() ? decoder.decode(latents) : decoder.combine(latents);
    }

    @Override
    public Map<String, Tensor> tensors() {
        Map<String, Tensor> out = new LinkedHashMap<>();
        out.put("W_dec", decoder.weight());
        out.put("b_dec", decoder.bias());
        return out;
    }
}
