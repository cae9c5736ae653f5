package dev.assay.sae.model;

import dev.assay.sae.SaeException;
import java.util.ArrayList;
import java.util.List;

/**
 * Pieces of text in blocks that give the same number of activations each: what is shuffled together. A block's pieces
 * depend on nothing but the pieces' order, so a block can be read again, alone, at any time.
 *
 * @param rows activations that each block gives
 * @param starts of each block among the pieces, and the end of the last
 */
record Blocks(List<int[]> pieces, int rows, List<Integer> starts) {
    /** Planned beyond {@code rows}, for the positions that turn out to be outliers. */
    private static final double SPARE = 1.01;

    static Blocks of(List<int[]> pieces, int rows) {
        long each = (long) Math.ceil(rows * SPARE);
        var starts = new ArrayList<Integer>(List.of(0));
        long planned = 0;
        for (int i = 0; i < pieces.size(); i++) {
            planned += pieces.get(i).length - 1;
            if (planned < each) continue;
            starts.add(i + 1);
            planned = 0;
        }
        if (starts.size() == 1) { // less than a block: all of it, some of it twice
            if (planned == 0) throw new SaeException("the texts hold no position to train on");
            starts.add(pieces.size());
        }
        return new Blocks(pieces, rows, starts);
    }

    /** Blocks of one pass over the text; what is left at its end is not used. */
    int count() {
        return starts.size() - 1;
    }

    List<int[]> block(int number) {
        return pieces.subList(starts.get(number), starts.get(number + 1));
    }

    /** The activations of a block's positions that are kept, {@code [rows, width]}; where they are too few, from the start again. */
    static float[] kept(List<int[]> block, float[] values, int width, Norms norms, int rows) {
        var out = new float[rows * width];
        int row = 0;
        int at = 0;
        for (int[] piece : block)
            for (int p = 0; p < piece.length && row < rows; p++, at++)
                if (norms.keeps(p, values, at * width, width))
                    System.arraycopy(values, at * width, out, width * row++, width);
        if (row == 0) throw new SaeException("no position of a block of texts is kept: all are longer than the limit");
        for (int i = row; i < rows; i++) System.arraycopy(out, (i - row) * width, out, i * width, width);
        return out;
    }
}
