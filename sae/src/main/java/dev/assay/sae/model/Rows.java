package dev.assay.sae.model;

import dev.assay.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Activations of the positions of some texts that are kept, row by row, and where each is from.
 *
 * @param values {@code [row, width]}
 * @param textOf number of the text
 * @param position in the text
 */
@SuppressWarnings("ArrayRecordComponent")
record Rows(float[] values, int width, int[] textOf, int[] position) {

    /** @param read {@code [position, width]} of all texts, one behind the other */
    static Rows kept(List<int[]> texts, float[] read, int width, Norms norms) {
        int positions = read.length / width;
        var values = new float[read.length];
        var textOf = new int[positions];
        var position = new int[positions];
        int row = 0;
        int at = 0;
        for (int t = 0; t < texts.size(); t++)
            for (int p = 0; p < texts.get(t).length; p++, at++) {
                if (!norms.keeps(p, read, at * width, width)) continue;
                System.arraycopy(read, at * width, values, row * width, width);
                textOf[row] = t;
                position[row++] = p;
            }
        return new Rows(
                Arrays.copyOf(values, row * width), width, Arrays.copyOf(textOf, row), Arrays.copyOf(position, row));
    }

    int count() {
        return textOf.length;
    }

    /** {@code [row, width]}, a copy. */
    Tensor tensor() {
        return Tensor.of(values, count(), width);
    }
}
