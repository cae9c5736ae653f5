package dev.assay.sae.probe;

import dev.assay.sae.SaeException;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import dev.assay.world.Sampler;
import dev.assay.world.Samples;
import dev.assay.world.World;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Samples of a world, half to learn from and half to be scored on, and what is asked about them. */
final class PanelTasks {
    static final int BATCH = 1000;

    private static final double RAREST = 0.005;
    private static final double MOST_FREQUENT = 0.2;
    private static final int EACH = 512; // samples with a feature, and without, that a probe learns from

    private final World world;
    private final ValidityPanel.Plan plan;
    private final SplitRandom random;
    final float[][] x;
    final SparseRows firings;
    final int[] train;
    final int[] test;
    final List<int[]> groups;
    final List<int[]> pairs;
    final int[] features;

    PanelTasks(World world, ValidityPanel.Plan plan, SplitRandom random) {
        this.world = world;
        this.plan = plan;
        this.random = random;
        this.x = new float[plan.samples()][];
        this.firings = new SparseRows(world.features());
        draw();
        this.train = IntStream.range(0, plan.samples() / 2).toArray();
        this.test = IntStream.range(plan.samples() / 2, plan.samples()).toArray();
        long[] counts = counts();
        this.features = probed(counts);
        this.groups = groups(counts);
        this.pairs = pairs(counts);
    }

    private void draw() {
        try (var sampler = new Sampler(world, random.split("samples"), 1);
                var samples = new Samples(world, BATCH)) {
            for (int b = 0; b * BATCH < plan.samples(); b++) {
                sampler.sample(b, samples);
                float[] hidden = samples.hidden().floats();
                for (int r = 0; r < BATCH && b * BATCH + r < plan.samples(); r++) {
                    int width = world.hiddenDim();
                    x[b * BATCH + r] = Arrays.copyOfRange(hidden, r * width, (r + 1) * width);
                    copyRow(samples.firings(), r, firings);
                }
            }
        }
    }

    /** Appends a row, columns rising. */
    private static void copyRow(SparseRows from, int r, SparseRows to) {
        int start = from.starts()[r];
        int length = from.starts()[r + 1] - start;
        int[] order = IntStream.range(start, start + length)
                .boxed()
                .sorted((a, b) -> Integer.compare(from.columns()[a], from.columns()[b]))
                .mapToInt(i -> i)
                .toArray();
        to.reserve(length);
        for (int i = 0; i < length; i++) {
            to.columns()[to.count() + i] = from.columns()[order[i]];
            to.values()[to.count() + i] = from.values()[order[i]];
        }
        to.endRow(length);
    }

    private long[] counts() {
        var counts = new long[world.features()];
        for (int e = 0; e < firings.count(); e++) counts[firings.columns()[e]]++;
        return counts;
    }

    private boolean fits(long count) {
        double rate = count / (double) plan.samples();
        return rate >= RAREST && rate <= MOST_FREQUENT;
    }

    private int[] probed(long[] counts) {
        List<Integer> fitting = new ArrayList<>(IntStream.range(0, counts.length)
                .filter(i -> fits(counts[i]))
                .boxed()
                .toList());
        Collections.shuffle(fitting, new Random(random.split("features").seed()));
        if (fitting.size() < plan.probes())
            throw new SaeException("the world has " + fitting.size() + " features that fire in " + RAREST + " to "
                    + MOST_FREQUENT + " of the samples, the panel probes for " + plan.probes());
        return fitting.stream().limit(plan.probes()).mapToInt(i -> i).toArray();
    }

    /** Siblings that exclude each other and fire often enough to be learnt. */
    private List<int[]> groups(long[] counts) {
        List<int[]> all = new ArrayList<>(world.hierarchy().groups().stream()
                .filter(g -> g.exclusive() && g.features().stream().allMatch(f -> counts[f] >= RAREST * plan.samples()))
                .map(g -> g.features().stream().mapToInt(f -> f).toArray())
                .toList());
        Collections.shuffle(all, new Random(random.split("groups").seed()));
        return all.subList(0, Math.min(plan.groups(), all.size()));
    }

    /** Frequent features that are both present, both absent and one without the other often enough. */
    private List<int[]> pairs(long[] counts) {
        int[] frequent = IntStream.range(0, counts.length)
                .filter(i -> counts[i] >= 0.05 * plan.samples() && counts[i] <= 0.6 * plan.samples())
                .toArray();
        RandomGenerator draw = random.split("pairs").generator();
        var pairs = new ArrayList<int[]>();
        for (int tries = 0; tries < 1000 && pairs.size() < plan.pairs() && frequent.length > 1; tries++) {
            int a = frequent[draw.nextInt(frequent.length)];
            int b = frequent[draw.nextInt(frequent.length)];
            if (a == b) continue;
            boolean[] both = has(a, train);
            boolean[] other = has(b, train);
            int[] cells = new int[4];
            for (int i = 0; i < both.length; i++) cells[(both[i] ? 2 : 0) + (other[i] ? 1 : 0)]++;
            if (Arrays.stream(cells).allMatch(c -> c >= 100)) pairs.add(new int[] {a, b});
        }
        return pairs;
    }

    boolean[] has(int feature, int[] rows) {
        var all = new boolean[plan.samples()];
        for (int r = 0; r < plan.samples(); r++)
            for (int e = firings.starts()[r]; e < firings.starts()[r + 1]; e++)
                if (firings.columns()[e] == feature) all[r] = true;
        var out = new boolean[rows.length];
        for (int i = 0; i < rows.length; i++) out[i] = all[rows[i]];
        return out;
    }

    /** As many with a feature as without, at most 512 of either, in an order of chance. */
    int[] balanced(boolean[] y, int feature) {
        var shuffler = new Random(random.split("balance").split(feature).seed());
        List<Integer> with = new ArrayList<>();
        List<Integer> without = new ArrayList<>();
        for (int i = 0; i < y.length; i++) (y[i] ? with : without).add(i);
        Collections.shuffle(with, shuffler);
        Collections.shuffle(without, shuffler);
        int each = Math.min(EACH, Math.min(with.size(), without.size()));
        List<Integer> all = new ArrayList<>(with.subList(0, each));
        all.addAll(without.subList(0, each));
        Collections.shuffle(all, shuffler);
        return all.stream().mapToInt(i -> i).toArray();
    }

    static boolean[] picked(boolean[] y, int[] rows) {
        var out = new boolean[rows.length];
        for (int i = 0; i < rows.length; i++) out[i] = y[rows[i]];
        return out;
    }

    /** Which of a group fires; -1 for none. */
    int[] classes(int[] group, int[] rows) {
        var out = new int[rows.length];
        Arrays.fill(out, -1);
        for (int c = 0; c < group.length; c++) {
            boolean[] fires = has(group[c], rows);
            for (int i = 0; i < out.length; i++) if (fires[i]) out[i] = c;
        }
        return out;
    }

    /** Samples {@code from .. to} as they come. */
    Tensor batch(int from, int to) {
        int width = world.hiddenDim();
        var values = new float[(to - from) * width];
        for (int r = from; r < to; r++) System.arraycopy(x[r], 0, values, (r - from) * width, width);
        return Tensor.of(values, to - from, width);
    }
}
