package dev.assay.lm;

import java.util.Arrays;
import java.util.List;

/**
 * Vectors that a text takes up at some of its positions, as an activation oracle takes those of another text (Karvonen et
 * al., 2025, <a href="https://arxiv.org/abs/2512.15674">arXiv 2512.15674</a>): behind a block the state h of such a
 * position becomes {@code h + strength · |h| · v/|v|}. What is added counts as a constant: no gradient flows through |h|.
 *
 * @param layer the block, from 0 on
 * @param positions places in the text, rising
 * @param vectors one for each place, {@code [place, dModel]}; one of zeros changes nothing
 * @param strength how long what is added is, in lengths of h
 */
public record Injection(int layer, int[] positions, float[] vectors, double strength) {
    public Injection {
        if (layer < 0) throw new IllegalArgumentException("an injection behind block " + layer + "; blocks start at 0");
        if (positions.length == 0 || vectors.length == 0 || vectors.length % positions.length != 0)
            throw new IllegalArgumentException(
                    "%d numbers are no vectors for %d positions".formatted(vectors.length, positions.length));
        for (int i = 0; i < positions.length; i++)
            if (positions[i] < (i == 0 ? 0 : positions[i - 1] + 1))
                throw new IllegalArgumentException(
                        "the positions of an injection must rise from 0 on; they are " + Arrays.toString(positions));
    }

    /** Numbers of a vector. */
    public int width() {
        return vectors.length / positions.length;
    }

    /** {@link IllegalArgumentException} unless a text of that length can take it; {@code where} names the text. */
    void check(ModelConfig config, int length, String where) {
        if (layer >= config.layers())
            throw new IllegalArgumentException("%s has an injection behind block %d; the model's last is %d"
                    .formatted(where, layer, config.layers() - 1));
        if (width() != config.dModel())
            throw new IllegalArgumentException("%s has vectors of %d numbers; the residual stream has %d"
                    .formatted(where, width(), config.dModel()));
        if (positions[positions.length - 1] >= length)
            throw new IllegalArgumentException("%s has %d tokens and an injection at position %d"
                    .formatted(where, length, positions[positions.length - 1]));
    }

    /** {@code strength · v/|v|} of vector {@code i}, written at {@code into[at ..]}. */
    void direction(int i, float[] into, int at) {
        int width = width();
        double norm = norm(vectors, i * width, width);
        double factor = norm == 0 ? 0 : strength / norm;
        for (int d = 0; d < width; d++) into[at + d] = (float) (factor * vectors[i * width + d]);
    }

    /** The same for a text that is read and written: see {@link Request#hooked}. */
    public SequenceHook hook() {
        var directions = new float[vectors.length];
        for (int i = 0; i < positions.length; i++) direction(i, directions, i * width());
        return new SequenceHook() {
            private final List<Site> sites = List.of(Site.of(Site.Kind.RESID_POST, layer));

            @Override
            public List<Site> sites() {
                return sites;
            }

            @Override
            public void at(Site site, int position, float[] values, int from, int width) {
                int place = Arrays.binarySearch(positions, position);
                if (place < 0) return;
                float norm = (float) norm(values, from, width);
                for (int d = 0; d < width; d++) values[from + d] += norm * directions[place * width + d];
            }
        };
    }

    private static double norm(float[] values, int from, int width) {
        double sum = 0;
        for (int d = from; d < from + width; d++) sum += (double) values[d] * values[d];
        return Math.sqrt(sum);
    }
}
