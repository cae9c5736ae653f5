package dev.assay.sae;

import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A dictionary: one direction per latent.
 *
 * @param weight {@code [latents, dModel]}, fp32
 * @param bias {@code [dModel]}, fp32
 */
public record SaeDecoder(Tensor weight, Tensor bias) {

    /** @throws IllegalArgumentException if the shapes do not fit each other */
    public SaeDecoder {
        LatentRows.check("W_dec", weight, -1, -1);
        LatentRows.check("b_dec", bias, weight.size(1));
    }

    public int latents() {
        return (int) weight.size(0);
    }

    public int dModel() {
        return (int) weight.size(1);
    }

    /** Σ latent · its row + bias: {@code [batch, dModel]}. Work goes with the latents that are not 0. */
    public Tensor decode(SparseRows latents) {
        return sum(latents, bias.floats());
    }

    /** {@link #decode} without the bias. */
    Tensor combine(SparseRows latents) {
        return sum(latents, new float[dModel()]);
    }

    private Tensor sum(SparseRows latents, float[] start) {
        if (latents.width() != latents())
            throw new IllegalArgumentException(
                    "this decoder has " + latents() + " latents, the rows to decode have " + latents.width());
        int width = dModel();
        MemorySegment rows = weight.memory();
        var row = new float[width];
        var out = new float[latents.rows() * width];
        for (int r = 0; r < latents.rows(); r++) {
            System.arraycopy(start, 0, out, r * width, width);
            for (int i = latents.starts()[r]; i < latents.starts()[r + 1]; i++) {
                long from = (long) latents.columns()[i] * width * Float.BYTES;
                MemorySegment.copy(rows, ValueLayout.JAVA_FLOAT, from, row, 0, width);
                add(latents.values()[i], row, out, r * width);
            }
        }
        return Tensor.of(out, latents.rows(), width);
    }

    private static void add(float factor, float[] row, float[] out, int at) {
        for (int d = 0; d < row.length; d++) out[at + d] += factor * row[d];
    }
}
