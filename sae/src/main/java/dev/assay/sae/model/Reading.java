package dev.assay.sae.model;

import dev.assay.sae.InferenceSae;
import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import java.util.ArrayList;
import java.util.List;

/**
 * The latents at every position of some texts; positions that harvesting leaves out have no row.
 *
 * @param texts tokens
 * @param textOf number of the text of each row; rows of a text stand together
 * @param position of each row in its text, rising
 * @param latents {@code [row, latent]}
 */
@SuppressWarnings("ArrayRecordComponent")
public record Reading(List<int[]> texts, int[] textOf, int[] position, SparseRows latents) {
    private static final int BATCH = 16;

    /** Reads texts, some at a time. */
    public static Reading of(
            Source source, Norms norms, InferenceSae sae, List<int[]> texts, String what, Core.Progress progress) {
        var textOf = new ArrayList<Integer>();
        var position = new ArrayList<Integer>();
        var latents = new SparseRows(sae.latents());
        for (int from = 0; from < texts.size(); from += BATCH) {
            Reading some = batch(source, norms, sae, texts.subList(from, Math.min(texts.size(), from + BATCH)));
            for (int text : some.textOf) textOf.add(from + text);
            for (int p : some.position) position.add(p);
            latents.append(some.latents);
            progress.at(what, Math.min(texts.size(), from + BATCH), texts.size());
        }
        return new Reading(List.copyOf(texts), array(textOf), array(position), latents);
    }

    /** Reads texts at once. */
    static Reading batch(Source source, Norms norms, InferenceSae sae, List<int[]> texts) {
        Rows rows = Rows.kept(texts, source.read(texts, done -> {}), source.width(), norms);
        try (var scope = Scope.open()) {
            return new Reading(texts, rows.textOf(), rows.position(), sae.encode(rows.tensor()));
        }
    }

    private static int[] array(List<Integer> values) {
        return values.stream().mapToInt(i -> i).toArray();
    }

    /** Rows. */
    public int count() {
        return textOf.length;
    }

    /** Mean of each latent over a text's positions, {@code [text, latent]}. */
    public double[][] means() {
        return means(0);
    }

    /** The same over positions from {@code first} on. */
    public double[][] means(int first) {
        var out = new double[texts.size()][latents.width()];
        var counts = new int[texts.size()];
        for (int r = 0; r < count(); r++) {
            if (position[r] < first) continue;
            counts[textOf[r]]++;
            for (int e = latents.starts()[r]; e < latents.starts()[r + 1]; e++)
                out[textOf[r]][latents.columns()[e]] += latents.values()[e];
        }
        for (int t = 0; t < out.length; t++)
            for (int i = 0; i < latents.width(); i++) out[t][i] /= Math.max(1, counts[t]);
        return out;
    }
}
