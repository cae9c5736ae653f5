package dev.assay.sae.model;

import dev.assay.sae.InferenceSae;
import dev.assay.tensor.SparseRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Where each latent of an autoencoder is active: how often, how strongly, and in which texts most. */
public final class FeatureAtlas {
    private static final int BATCH = 16;

    private final int before;
    private final int after;
    private final int most;
    private final long[] fired;
    private final float[] largest;
    private final List<PriorityQueue<Context>> best;
    private long positions;

    /**
     * A stretch of text in which a latent is active.
     *
     * @param ids the tokens
     * @param activations the latent at each
     * @param peak where in the stretch it is largest
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Context(int[] ids, float[] activations, int peak) {
        public float value() {
            return activations[peak];
        }
    }

    /**
     * What is known of a latent.
     *
     * @param density share of positions at which it is active
     * @param largest activation
     * @param contexts one a text at most, strongest first
     */
    public record Feature(double density, float largest, List<Context> contexts) {}

    /**
     * @param most contexts that are kept of each latent
     * @param before tokens of a context before its peak
     * @param after tokens behind it
     */
    public FeatureAtlas(int latents, int most, int before, int after) {
        this.before = before;
        this.after = after;
        this.most = most;
        this.fired = new long[latents];
        this.largest = new float[latents];
        this.best = new ArrayList<>();
        for (int i = 0; i < latents; i++) best.add(new PriorityQueue<>(Comparator.comparingDouble(Context::value)));
    }

    /** Reads texts and notes where latents are active; positions that harvesting leaves out are passed over. */
    public void read(Source source, Norms norms, InferenceSae sae, List<int[]> texts, Core.Progress progress) {
        for (int from = 0; from < texts.size(); from += BATCH) {
            List<int[]> batch = texts.subList(from, Math.min(texts.size(), from + BATCH));
            add(Reading.batch(source, norms, sae, batch));
            progress.at("looking where latents are active, texts", from + batch.size(), texts.size());
        }
    }

    /** Notes where latents are active in texts that were read. */
    public void add(Reading reading) {
        positions += reading.count();
        int[] textOf = reading.textOf();
        for (int r = 0; r < textOf.length; ) {
            int to = r;
            while (to < textOf.length && textOf[to] == textOf[r]) to++;
            add(reading.texts().get(textOf[r]), reading.position(), reading.latents(), r, to);
            r = to;
        }
    }

    /** The rows {@code from .. to} are those of one text. */
    private void add(int[] ids, int[] position, SparseRows latents, int from, int to) {
        int first = latents.starts()[from];
        int count = latents.starts()[to] - first;
        var entries =
                new long[count]; // latent, row and place in it, 16 bits each: sorted, those of a latent stand together
        int at = 0;
        for (int r = from; r < to; r++)
            for (int e = latents.starts()[r]; e < latents.starts()[r + 1]; e++)
                entries[at++] = (long) latents.columns()[e] << 32 | (long) (r - from) << 16 | (e - latents.starts()[r]);
        Arrays.sort(entries);
        for (int i = 0; i < count; ) {
            int latent = (int) (entries[i] >> 32);
            int end = i;
            while (end < count && (int) (entries[end] >> 32) == latent) end++;
            note(ids, latent, position, latents, from, Arrays.copyOfRange(entries, i, end));
            i = end;
        }
    }

    private void note(int[] ids, int latent, int[] position, SparseRows latents, int from, long[] entries) {
        var activations = new float[ids.length];
        int peak = -1;
        for (long entry : entries) {
            int row = from + (int) (entry >> 16 & 0xffff);
            float value = latents.values()[latents.starts()[row] + (int) (entry & 0xffff)];
            activations[position[row]] = value;
            if (peak < 0 || value > activations[peak]) peak = position[row];
        }
        fired[latent] += entries.length;
        largest[latent] = Math.max(largest[latent], activations[peak]);
        PriorityQueue<Context> kept = best.get(latent);
        if (kept.size() == most && kept.element().value() >= activations[peak]) return;
        int begin = Math.max(0, peak - before);
        int end = Math.min(ids.length, peak + after + 1);
        kept.add(new Context(
                Arrays.copyOfRange(ids, begin, end), Arrays.copyOfRange(activations, begin, end), peak - begin));
        if (kept.size() > most) kept.remove();
    }

    /** Positions that were looked at. */
    public long positions() {
        return positions;
    }

    public Feature feature(int latent) {
        List<Context> contexts = best.get(latent).stream()
                .sorted(Comparator.comparingDouble(Context::value).reversed())
                .toList();
        return new Feature(positions == 0 ? 0 : fired[latent] / (double) positions, largest[latent], contexts);
    }
}
