package dev.assay.sae.probe;

import dev.assay.sae.InferenceSae;
import dev.assay.sae.SaeDecoder;
import dev.assay.sae.Scorer;
import dev.assay.sae.Scores;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import dev.assay.world.World;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Whether metrics that are used on language models, where the truth is not known, follow the truth where it is: sparse
 * probing, TPP and SCR on a synthetic world, over trained autoencoders and over controls whose worth is clear. After the
 * reliability audit of SAEBench (arXiv 2605.18229), with tasks drawn anew.
 */
public final class ValidityPanel {
    /** Behind the name of an autoencoder whose decoder was permuted. */
    public static final String PERMUTED = ", decoder permuted";

    private final World world;
    private final PanelTasks tasks;
    private final SplitRandom random;

    /**
     * How much is measured.
     *
     * @param samples of the world
     * @param probes single features that are probed for
     * @param groups of features that exclude each other, for TPP
     * @param pairs of features of different trees, for SCR
     */
    public record Plan(int samples, int probes, int groups, int pairs) {
        /** A minute on the world {@code small}. */
        public static final Plan STANDARD = new Plan(20_000, 24, 8, 8);
    }

    /**
     * What a subject reaches.
     *
     * @param scores by name: f1, mcc, ev, l0, {@code probing k=…} (AUC), {@code tpp n=…}, {@code scr n=…}
     */
    public record Row(String name, Map<String, Double> scores) {}

    /** Draws samples and tasks. */
    public ValidityPanel(World world, Plan plan, long seed) {
        this.world = world;
        this.random = SplitRandom.of(seed).split("validity");
        this.tasks = new PanelTasks(world, plan, random);
    }

    /** A trained autoencoder. */
    public Row row(String name, InferenceSae sae) {
        return row(name, encoded(sae), sae.decoder());
    }

    private SparseRows encoded(InferenceSae sae) {
        var latents = new SparseRows(sae.latents());
        for (int from = 0; from < tasks.x.length; from += PanelTasks.BATCH)
            try (var scope = Scope.open()) {
                latents.append(sae.encode(tasks.batch(from, Math.min(tasks.x.length, from + PanelTasks.BATCH))));
            }
        return latents;
    }

    /** The truth itself: each latent a feature, active as the feature is. */
    public Row oracle() {
        return row("oracle", tasks.firings, new SaeDecoder(world.dictionary(), world.bias()));
    }

    /** The truth, but of each sample the {@code k} strongest features alone. */
    public Row bestK(int k) {
        var kept = new SparseRows(tasks.firings.width());
        for (int r = 0; r < tasks.firings.rows(); r++) {
            int start = tasks.firings.starts()[r];
            int[] strongest = IntStream.range(start, tasks.firings.starts()[r + 1])
                    .boxed()
                    .sorted((a, b) -> Float.compare(
                            tasks.firings.values()[b], tasks.firings.values()[a]))
                    .limit(k)
                    .sorted()
                    .mapToInt(i -> i)
                    .toArray();
            kept.reserve(strongest.length);
            for (int i = 0; i < strongest.length; i++) {
                kept.columns()[kept.count() + i] = tasks.firings.columns()[strongest[i]];
                kept.values()[kept.count() + i] = tasks.firings.values()[strongest[i]];
            }
            kept.endRow(strongest.length);
        }
        return row("best " + k, kept, new SaeDecoder(world.dictionary(), world.bias()));
    }

    /** Random directions that fire where they point, each above a threshold of its own. */
    public Row random(int latents) {
        return randomRow("random", latents, 0);
    }

    /** The same with a threshold that lets as many fire per sample as an autoencoder does. */
    public Row randomMatched(int latents, double l0) {
        return randomRow("random, L0 matched", latents, l0);
    }

    private Row randomRow(String name, int latents, double l0) {
        RandomGenerator draw = random.split("random directions").generator();
        int width = world.hiddenDim();
        var rows = new float[latents * width];
        for (int i = 0; i < latents; i++) {
            double squares = 0;
            for (int d = 0; d < width; d++) {
                rows[i * width + d] = (float) draw.nextGaussian();
                squares += rows[i * width + d] * rows[i * width + d];
            }
            for (int d = 0; d < width; d++) rows[i * width + d] /= (float) Math.sqrt(squares);
        }
        float cut = l0 == 0 ? 0 : cut(rows, latents, l0);
        var active = new SparseRows(latents);
        for (float[] sample : tasks.x) {
            active.reserve(latents);
            int count = 0;
            for (int i = 0; i < latents; i++) {
                float z = dot(rows, i * width, sample);
                if (z <= cut) continue;
                active.columns()[active.count() + count] = i;
                active.values()[active.count() + count++] = z;
            }
            active.endRow(count);
        }
        try (var scope = Scope.open()) {
            return row(
                    name, active, new SaeDecoder(Tensor.of(rows, latents, width), Tensor.of(new float[width], width)));
        }
    }

    private static float dot(float[] rows, int at, float[] sample) {
        float sum = 0;
        for (int d = 0; d < sample.length; d++) sum += rows[at + d] * sample[d];
        return sum;
    }

    /** What so many of the products of a sample with all directions exceed. */
    private float cut(float[] rows, int latents, double l0) {
        int looked = Math.min(tasks.x.length, 500);
        var all = new float[looked * latents];
        for (int s = 0; s < looked; s++)
            for (int i = 0; i < latents; i++) all[s * latents + i] = dot(rows, i * world.hiddenDim(), tasks.x[s]);
        Arrays.sort(all);
        return Math.max(0, all[(int) Math.clamp(all.length - l0 * looked, 0, all.length - 1)]);
    }

    /** An autoencoder whose decoder rows are dealt out anew: latents keep firing as they did, and mean something else. */
    public Row permuted(String name, InferenceSae sae) {
        int width = sae.dModel();
        float[] rows = sae.decoder().weight().floats();
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, sae.latents()).boxed().toList());
        Collections.shuffle(order, new Random(random.split("permutation").seed()));
        var dealt = new float[rows.length];
        for (int i = 0; i < sae.latents(); i++) System.arraycopy(rows, order.get(i) * width, dealt, i * width, width);
        try (var scope = Scope.open()) {
            var decoder = new SaeDecoder(
                    Tensor.of(dealt, sae.latents(), width), sae.decoder().bias());
            return row(name + PERMUTED, encoded(sae), decoder);
        }
    }

    private Row row(String name, SparseRows latents, SaeDecoder decoder) {
        Map<String, Double> out = new LinkedHashMap<>();
        truth(latents, decoder, out);
        var all = new Perturbation.Samples(tasks.x, latents);
        Perturbation.Samples learnt = all.at(tasks.train);
        Perturbation.Samples scored = all.at(tasks.test);
        probing(learnt, scored, out);
        perturbation(learnt, scored, decoder, out);
        return new Row(name, out);
    }

    private void truth(SparseRows latents, SaeDecoder decoder, Map<String, Double> out) {
        try (var scope = Scope.open()) {
            var scorer = new Scorer(decoder.weight(), world.dictionary());
            for (int from = 0; from < tasks.x.length; from += PanelTasks.BATCH) {
                int[] rows = IntStream.range(from, Math.min(tasks.x.length, from + PanelTasks.BATCH))
                        .toArray();
                SparseRows some =
                        new Perturbation.Samples(tasks.x, latents).at(rows).latents();
                SparseRows fired = new Perturbation.Samples(tasks.x, tasks.firings)
                        .at(rows)
                        .latents();
                scorer.add(some, fired, tasks.batch(from, from + rows.length), decoder.decode(some));
            }
            Scores s = scorer.scores();
            out.put("f1", s.f1());
            out.put("mcc", s.mcc());
            out.put("ev", s.explainedVariance());
            out.put("l0", s.l0());
        }
    }

    private void probing(Perturbation.Samples learnt, Perturbation.Samples scored, Map<String, Double> out) {
        for (int k : List.of(1, 5)) {
            double sum = 0;
            for (int f : tasks.features) {
                int[] fit = tasks.balanced(tasks.has(f, tasks.train), f);
                boolean[] y = PanelTasks.picked(tasks.has(f, tasks.train), fit);
                var probe = new SparseProbe(learnt.at(fit).latents(), y, scored.latents(), tasks.has(f, tasks.test), f);
                sum += probe.results(List.of(k)).getFirst().auc();
            }
            out.put("probing k=" + k, sum / tasks.features.length);
        }
    }

    private void perturbation(
            Perturbation.Samples learnt, Perturbation.Samples scored, SaeDecoder decoder, Map<String, Double> out) {
        List<Integer> ns = List.of(2, 20);
        for (int[] group : tasks.groups) {
            SplitRandom own = random.split("tpp").split(group[0]);
            Perturbation.tpp(
                            decoder,
                            learnt,
                            tasks.classes(group, tasks.train),
                            scored,
                            tasks.classes(group, tasks.test),
                            group.length,
                            ns,
                            own)
                    .forEach((n, value) -> out.merge("tpp n=" + n, value / tasks.groups.size(), Double::sum));
        }
        for (int[] pair : tasks.pairs) {
            SplitRandom own = random.split("scr").split(pair[0]).split(pair[1]);
            Perturbation.scr(
                            decoder,
                            learnt,
                            new Perturbation.Pair(tasks.has(pair[0], tasks.train), tasks.has(pair[1], tasks.train)),
                            scored,
                            new Perturbation.Pair(tasks.has(pair[0], tasks.test), tasks.has(pair[1], tasks.test)),
                            ns,
                            own)
                    .forEach((n, value) -> out.merge("scr n=" + n, value / tasks.pairs.size(), Double::sum));
        }
    }
}
