package dev.assay.world;

import dev.assay.tensor.SparseRows;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Draws the firings of some samples from one random stream, {@value Kernels#TILE} at a time: first eps, then the features
 * without a parent, then, level by level, the children of what fires. See docs/world.md for why the law is exact. Not
 * thread-safe; has memory for one thread.
 */
final class BlockSampler {
    private static final int TILE = Kernels.TILE;
    private static final int STRETCH = Kernels.STRETCH;

    private final SamplerPlan plan;
    private final Kernels kernels;
    private final int places;
    private final float[] eps; // [rank, TILE]
    private final float[] x = new float[TILE * STRETCH]; // of a stretch, [TILE, STRETCH]
    private final float[] quadEps;
    private final int[] hits = new int[STRETCH];
    private final int[][] candidates = new int[TILE][64];
    private final int[] count = new int[TILE];
    private final int[] nextSkip = new int[TILE];

    // the sample at hand
    private int[] active = new int[256];
    private float[] value = new float[256];
    private int length;
    private int[] quads = new int[256];
    private float[] quadX = new float[256 * SamplerPlan.QUAD];
    private final int[] rivals;
    private final int[] holder;

    BlockSampler(SamplerPlan plan, Kernels kernels) {
        this.plan = plan;
        this.kernels = kernels;
        places = (plan.topCount + SamplerPlan.PANEL - 1) / SamplerPlan.PANEL * SamplerPlan.PANEL;
        eps = new float[plan.rank * TILE];
        quadEps = new float[plan.quadSteps * SamplerPlan.QUAD_STEP];
        rivals = new int[plan.topExclusion ? plan.features : 0];
        holder = new int[plan.topExclusion ? plan.features : 0];
    }

    /**
     * Appends {@code rows} samples. The stream's first samples are the same however many are asked for.
     *
     * @param random a stream that is used for this alone
     */
    void draw(RandomGenerator random, int rows, SparseRows out) {
        for (int done = 0; done < rows; done += TILE) {
            for (int i = 0; i < eps.length; i++) eps[i] = (float) Ziggurat.next(random);
            drawTile(random, Math.min(TILE, rows - done), out);
        }
    }

    /** As {@link #draw} with an eps that is given, {@code [rank]}; for tests of the law given eps. */
    void drawGiven(float[] fixed, RandomGenerator random, int rows, SparseRows out) {
        for (int i = 0; i < eps.length; i++) eps[i] = fixed[i / TILE];
        for (int done = 0; done < rows; done += TILE) drawTile(random, Math.min(TILE, rows - done), out);
    }

    private void drawTile(RandomGenerator random, int keep, SparseRows out) {
        Arrays.fill(count, 0);
        for (int s = 0; s < TILE; s++) nextSkip[s] = plan.skips.next(random);
        for (int from = 0; from < places; from += STRETCH) {
            int to = Math.min(places, from + STRETCH);
            kernels.top(plan, from, to, eps, x);
            for (int s = 0; s < TILE; s++) look(s, from, to, random);
        }
        for (int s = 0; s < keep; s++) {
            finish(s, random);
            out.reserve(length);
            System.arraycopy(active, 0, out.columns(), out.count(), length);
            System.arraycopy(value, 0, out.values(), out.count(), length);
            out.endRow(length);
        }
    }

    // ---- features without a parent

    /**
     * Those of a stretch that the copula fires. Above the cut each has a draw of its own; below it, cells are hit with the
     * cut's chance, and a hit counts with the feature's chance over the cut's.
     */
    private void look(int sample, int from, int to, RandomGenerator random) {
        int base = sample * STRETCH - from; // of x
        int n = kernels.above(x, base + from, base + to, (float) plan.cut, hits);
        for (int i = 0; i < n; i++)
            if (NormalCdf.isBelow(random.nextDouble(), x[hits[i]])) addCandidate(sample, hits[i] - base);
        int place = nextSkip[sample];
        while (place < to) {
            float at = x[base + place];
            if (at <= (float) plan.cut && NormalCdf.isBelow(random.nextDouble() * plan.cutChance, at))
                addCandidate(sample, place);
            place += 1 + plan.skips.next(random);
        }
        nextSkip[sample] = place;
    }

    private void addCandidate(int sample, int place) {
        int[] list = candidates[sample];
        if (count[sample] == list.length) candidates[sample] = list = Arrays.copyOf(list, 2 * list.length);
        list[count[sample]++] = place;
    }

    // ---- one sample

    private void finish(int sample, RandomGenerator random) {
        length = 0;
        for (int i = 0; i < count[sample]; i++) fire(plan.topFeature[candidates[sample][i]], 1, random);
        if (plan.topExclusion) excludeTop(random);
        spreadEps(sample);
        int from = 0;
        while (from < length) from = descend(from, random);
    }

    /** The magnitude is drawn at once, since a firing that it cuts to 0 must not exclude its siblings. */
    private void fire(int feature, float scale, RandomGenerator random) {
        double magnitude = plan.mean[feature] + plan.std[feature] * Ziggurat.next(random);
        if (!(magnitude > 0)) return;
        if (length == active.length) {
            active = Arrays.copyOf(active, 2 * length);
            value = Arrays.copyOf(value, 2 * length);
        }
        active[length] = feature;
        value[length++] = (float) magnitude * scale;
    }

    private void spreadEps(int sample) {
        for (int k = 0; k <= plan.rank; k++) {
            float e = k < plan.rank ? eps[k * TILE + sample] : 1;
            Arrays.fill(quadEps, k * SamplerPlan.QUAD, (k + 1) * SamplerPlan.QUAD, e);
        }
    }

    /** Draws the children of the active features from {@code from} on; returns where those children begin. */
    private int descend(int from, RandomGenerator random) {
        int to = length;
        int n = 0;
        for (int i = from; i < to; i++) {
            int first = plan.firstQuad[plan.firstGroup[active[i]]];
            int end = plan.firstQuad[plan.firstGroup[active[i] + 1]];
            if (n + end - first > quads.length) growQuads(n + end - first);
            for (int q = first; q < end; q++) quads[n++] = q;
        }
        if (n > 0) kernels.quads(plan, quads, n, quadEps, quadX);
        int at = 0;
        for (int i = from; i < to; i++)
            for (int g = plan.firstGroup[active[i]]; g < plan.firstGroup[active[i] + 1]; g++) {
                float scale = plan.scaled[g] ? value[i] / plan.mean[active[i]] : 1;
                at = group(g, at, scale, random);
            }
        return to;
    }

    private int group(int group, int at, float scale, RandomGenerator random) {
        int first = length;
        for (int q = plan.firstQuad[group]; q < plan.firstQuad[group + 1]; q++)
            for (int j = 0; j < SamplerPlan.QUAD; j++, at++) {
                int child = plan.quadFeature[q * SamplerPlan.QUAD + j];
                if (child >= 0 && NormalCdf.isBelow(random.nextDouble(), quadX[at])) fire(child, scale, random);
            }
        if (plan.exclusive[group] && length - first > 1) {
            int winner = first + (int) (random.nextDouble() * (length - first));
            active[first] = active[winner];
            value[first] = value[winner];
            length = first + 1;
        }
        return at;
    }

    private void growQuads(int least) {
        quads = Arrays.copyOf(quads, Math.max(least, 2 * quads.length));
        quadX = new float[quads.length * SamplerPlan.QUAD];
    }

    /** Siblings under a node without a feature exclude each other too: the k-th takes the place with chance 1 / k. */
    private void excludeTop(RandomGenerator random) {
        int n = 0;
        for (int i = 0; i < length; i++) {
            int group = plan.topGroup[active[i]];
            int to = n;
            if (group >= 0) {
                rivals[group]++;
                if (rivals[group] > 1) to = random.nextDouble() * rivals[group] < 1 ? holder[group] : -1;
                else holder[group] = n;
            }
            if (to < 0) continue;
            active[to] = active[i];
            value[to] = value[i];
            if (to == n) n++;
        }
        length = n;
        for (int i = 0; i < n; i++) if (plan.topGroup[active[i]] >= 0) rivals[plan.topGroup[active[i]]] = 0;
    }
}
