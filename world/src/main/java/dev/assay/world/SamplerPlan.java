package dev.assay.world;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A world, packed for the sampler. Each feature's firing, given eps, has the chance Phi(x) with
 * x_i = (F_i·eps - t_i) / sqrt(d_i); here lie the numbers of those products, in fp32, for the features without a parent in
 * panels of {@value #PANEL} and for children in quads of up to {@value #QUAD} siblings.
 */
final class SamplerPlan {
    /** Features side by side in a panel. */
    static final int PANEL = 32;

    /** Siblings in a quad, and partial sums that each of their products is divided into. */
    static final int QUAD = 4;

    /** Numbers of a quad in one step of its product. */
    static final int QUAD_STEP = QUAD * QUAD;

    private static final int NONE = -1;

    final int features;
    final int rank;

    // features without a parent, ascending, filled up to whole panels
    final int topCount;
    final int[] topFeature;
    /** {@code [panels, rank + 1, PANEL]}: first -t / sqrt(d), then F / sqrt(d). */
    final float[] top;
    /** For each feature, the group of siblings without a parent that it excludes, or -1. */
    final int[] topGroup;

    final boolean topExclusion;
    final double cut;
    final double cutChance;
    final Skips skips;

    // children: those of a feature are groups, those of a group are quads
    final int[] firstGroup;
    final int[] firstQuad;
    final boolean[] exclusive;
    final boolean[] scaled;
    /** Feature of a place in a quad, or -1. */
    final int[] quadFeature;

    final int quadSteps;
    /** {@code [quads, quadSteps, QUAD, QUAD]}: step, partial sum, sibling; F / sqrt(d), and last -t / sqrt(d). */
    final float[] quads;

    final float[] mean;
    final float[] std;

    SamplerPlan(World world) {
        features = world.features();
        rank = world.correlation().rank();
        mean = new float[features];
        std = new float[features];
        for (int i = 0; i < features; i++) {
            mean[i] = (float) world.mean(i);
            std[i] = (float) world.std(i);
        }
        topFeature = topFeatures(world.hierarchy());
        topCount = topFeature.length;
        top = packTop(world);
        topGroup = topGroups(world.hierarchy());
        topExclusion = Arrays.stream(topGroup).anyMatch(g -> g != NONE);
        cut = Cut.best(world, topFeature);
        cutChance = NormalCdf.exact((float) cut);
        skips = new Skips(cutChance);

        List<Hierarchy.Group> groups = world.hierarchy().groups().stream()
                .filter(g -> g.parent().isPresent())
                .sorted(Comparator.comparingInt(g -> g.parent().getAsInt()))
                .toList();
        firstGroup = firstGroups(groups);
        firstQuad = new int[groups.size() + 1];
        exclusive = new boolean[groups.size()];
        scaled = new boolean[groups.size()];
        quadFeature = quadFeatures(groups);
        quadSteps = rank / QUAD + 1;
        quads = packQuads(world);
    }

    // ---- features without a parent

    private int[] topFeatures(Hierarchy trees) {
        int[] top = new int[features];
        int n = 0;
        for (int i = 0; i < features; i++) if (trees.parent(i).isEmpty()) top[n++] = i;
        return Arrays.copyOf(top, n);
    }

    private float[] packTop(World world) {
        int panels = (topCount + PANEL - 1) / PANEL;
        var out = new float[Math.multiplyExact(panels, (rank + 1) * PANEL)];
        for (int place = 0; place < panels * PANEL; place++)
            for (int k = -1; k < rank; k++) {
                int at = (place / PANEL * (rank + 1) + k + 1) * PANEL + place % PANEL;
                float filler = k < 0 ? Float.NEGATIVE_INFINITY : 0; // never fires
                out[at] = place < topCount ? coordinate(world, topFeature[place], k) : filler;
            }
        return out;
    }

    /** F_ik / sqrt(d_i), or -t_i / sqrt(d_i) for k = -1. */
    private static float coordinate(World world, int feature, int k) {
        double root = Math.sqrt(world.correlation().diag(feature));
        return (float) ((k < 0 ? -world.threshold(feature) : world.correlation().factor(feature, k)) / root);
    }

    private int[] topGroups(Hierarchy trees) {
        var group = new int[features];
        Arrays.fill(group, NONE);
        for (int g = 0; g < trees.groups().size(); g++) {
            Hierarchy.Group siblings = trees.groups().get(g);
            if (siblings.exclusive() && siblings.parent().isEmpty()) for (int f : siblings.features()) group[f] = g;
        }
        return group;
    }

    // ---- children

    private int[] firstGroups(List<Hierarchy.Group> groups) {
        var first = new int[features + 1];
        for (Hierarchy.Group g : groups) first[g.parent().orElseThrow() + 1]++;
        for (int i = 0; i < features; i++) first[i + 1] += first[i];
        return first;
    }

    private int[] quadFeatures(List<Hierarchy.Group> groups) {
        List<Integer> places = new ArrayList<>();
        for (int g = 0; g < groups.size(); g++) {
            exclusive[g] = groups.get(g).exclusive();
            scaled[g] = groups.get(g).scaled();
            places.addAll(groups.get(g).features());
            while (places.size() % QUAD != 0) places.add(NONE);
            firstQuad[g + 1] = places.size() / QUAD;
        }
        return places.stream().mapToInt(Integer::intValue).toArray();
    }

    private float[] packQuads(World world) {
        int count = quadFeature.length / QUAD;
        var out = new float[Math.multiplyExact(count, quadSteps * QUAD_STEP)];
        for (int place = 0; place < quadFeature.length; place++)
            for (int k = 0; k <= rank && quadFeature[place] != NONE; k++) {
                int step = place / QUAD * quadSteps + k / QUAD;
                int at = step * QUAD_STEP + (k % QUAD) * QUAD + place % QUAD;
                out[at] = coordinate(world, quadFeature[place], k < rank ? k : NONE);
            }
        return out;
    }
}
