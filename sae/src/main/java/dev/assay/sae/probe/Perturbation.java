package dev.assay.sae.probe;

import dev.assay.sae.SaeDecoder;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.SparseRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Targeted probe perturbation (TPP) and spurious correlation removal (SCR; Karvonen et al., 2024), as SAEBench 0.6.0
 * computes them from one activation and one set of latents a sample.
 *
 * <p><b>Neither is to be trusted.</b> The reliability audit of SAEBench (arXiv 2605.18229) rejects both at their canonical
 * settings: TPP falls as training goes on, SCR runs against the truth at large N. Whoever prints them prints {@link
 * #WARNING}.
 */
public final class Perturbation {
    /** What stands beside every figure. */
    public static final String WARNING =
            "rejected by the reliability audit of SAEBench (arXiv 2605.18229): TPP falls as"
                    + " training goes on, SCR runs against true feature recovery at large N; do not choose by it";

    /** How many latents are ablated. */
    public static final List<Integer> NS = List.of(2, 5, 10, 20, 50, 100, 500);

    private Perturbation() {}

    /**
     * Samples.
     *
     * @param x activations, one array each
     * @param latents of the same samples
     */
    public record Samples(float[][] x, SparseRows latents) {
        /** Some of them. */
        public Samples at(int[] rows) {
            var picked = new float[rows.length][];
            var sparse = new SparseRows(latents.width());
            for (int i = 0; i < rows.length; i++) {
                picked[i] = x[rows[i]];
                int from = latents.starts()[rows[i]];
                int length = latents.starts()[rows[i] + 1] - from;
                sparse.reserve(length);
                System.arraycopy(latents.columns(), from, sparse.columns(), sparse.count(), length);
                System.arraycopy(latents.values(), from, sparse.values(), sparse.count(), length);
                sparse.endRow(length);
            }
            return new Samples(picked, sparse);
        }
    }

    /** Samples with a yes or no each, as many of either. */
    private record Balanced(Samples samples, boolean[] y) {
        static Balanced of(Samples all, boolean[] y, SplitRandom random) {
            List<Integer> positive = rows(y, true);
            List<Integer> negative = rows(y, false);
            var shuffler = new Random(random.seed());
            Collections.shuffle(positive, shuffler);
            Collections.shuffle(negative, shuffler);
            int each = Math.min(positive.size(), negative.size());
            var rows = new ArrayList<>(positive.subList(0, each));
            rows.addAll(negative.subList(0, each));
            var classes = new boolean[2 * each];
            Arrays.fill(classes, 0, each, true);
            return new Balanced(all.at(rows.stream().mapToInt(i -> i).toArray()), classes);
        }

        private static List<Integer> rows(boolean[] y, boolean wanted) {
            return new ArrayList<>(IntStream.range(0, y.length)
                    .filter(i -> y[i] == wanted)
                    .boxed()
                    .toList());
        }

        LinearProbe.Data data() {
            var out = new boolean[y.length][];
            for (int i = 0; i < y.length; i++) out[i] = new boolean[] {y[i]};
            return new LinearProbe.Data(samples.x, out);
        }
    }

    private static LinearProbe probe(Balanced train, Balanced test, SplitRandom random) {
        return LinearProbe.train(train.data(), test.data(), LinearProbe.Settings.PERTURBATION, random);
    }

    private static boolean[] is(int[] classes, int wanted) {
        var out = new boolean[classes.length];
        for (int i = 0; i < out.length; i++) out[i] = classes[i] == wanted;
        return out;
    }

    /**
     * TPP by N: how much more ablating a class's N latents hurts its own probe than the probes of other classes.
     *
     * @param classes how many there are; a sample may be of none of them (-1)
     */
    public static Map<Integer, Double> tpp(
            SaeDecoder decoder,
            Samples train,
            int[] trainClass,
            Samples test,
            int[] testClass,
            int classes,
            List<Integer> ns,
            SplitRandom random) {
        var probes = new ArrayList<LinearProbe>();
        var tests = new ArrayList<Balanced>();
        var orders = new ArrayList<int[]>();
        for (int c = 0; c < classes; c++) {
            SplitRandom own = random.split(c);
            Balanced learnt = Balanced.of(train, is(trainClass, c), own.split("train"));
            Balanced scored = Balanced.of(test, is(testClass, c), own.split("test"));
            LinearProbe probe = probe(learnt, scored, own.split("probe"));
            probes.add(probe);
            tests.add(scored);
            orders.add(new Ablation(decoder, probe)
                    .byEffect(0, Ablation.meanDifference(learnt.samples.latents, learnt.y), false));
        }
        Map<Integer, Double> out = new LinkedHashMap<>();
        for (int n : ns) out.put(n, tpp(decoder, probes, tests, orders, n));
        return out;
    }

    private static double tpp(
            SaeDecoder decoder, List<LinearProbe> probes, List<Balanced> tests, List<int[]> orders, int n) {
        int classes = probes.size();
        double sum = 0;
        for (int p = 0; p < classes; p++) { // the probe that is asked
            Ablation ablation = new Ablation(decoder, probes.get(p));
            Balanced t = tests.get(p);
            double[] logits = probes.get(p).logits(0, t.samples.x);
            double clean = Classified.accuracy(logits, t.y);
            for (int a = 0; a < classes; a++) { // whose latents are ablated
                double drop = clean
                        - Classified.accuracy(ablation.without(0, logits, t.samples.latents, orders.get(a), n), t.y);
                sum += a == p ? drop : -drop / (classes - 1);
            }
        }
        return sum / classes;
    }

    /** Yes or no on two questions, one a sample each. */
    public record Pair(boolean[] target, boolean[] spurious) {}

    /**
     * SCR by N: how much of a biased probe's loss is won back by ablating what it should not look at. The biased probe
     * learns from samples in which both answers agree; the direction is the one in which it is worse at first.
     */
    public static Map<Integer, Double> scr(
            SaeDecoder decoder,
            Samples train,
            Pair trainPair,
            Samples test,
            Pair testPair,
            List<Integer> ns,
            SplitRandom random) {
        Side target = Side.of(decoder, train, trainPair.target(), test, testPair.target(), random.split("target"));
        Side spurious =
                Side.of(decoder, train, trainPair.spurious(), test, testPair.spurious(), random.split("spurious"));
        LinearProbe biased = biased(train, trainPair, test, testPair, random.split("biased"));
        boolean first = target.accuracy(biased) < spurious.accuracy(biased);
        Side asked = first ? target : spurious;
        int[] ablated = first ? spurious.order : target.order;
        Ablation ablation = new Ablation(decoder, biased);
        double[] logits = biased.logits(0, asked.test.samples.x);
        double before = Classified.accuracy(logits, asked.test.y);
        double clean = asked.accuracy(asked.probe);
        Map<Integer, Double> out = new LinkedHashMap<>();
        for (int n : ns) {
            double after = Classified.accuracy(
                    ablation.without(0, logits, asked.test.samples.latents, ablated, n), asked.test.y);
            out.put(n, clean - before < 0.001 ? 0 : (after - before) / (clean - before));
        }
        return out;
    }

    private static LinearProbe biased(Samples train, Pair a, Samples test, Pair b, SplitRandom random) {
        int[] agree = agreeing(a);
        int[] agreeTest = agreeing(b);
        Balanced learnt = Balanced.of(train.at(agree), at(a.target, agree), random.split("train"));
        Balanced scored = Balanced.of(test.at(agreeTest), at(b.target, agreeTest), random.split("test"));
        return probe(learnt, scored, random.split("probe"));
    }

    private static int[] agreeing(Pair pair) {
        return IntStream.range(0, pair.target.length)
                .filter(i -> pair.target[i] == pair.spurious[i])
                .toArray();
    }

    private static boolean[] at(boolean[] y, int[] rows) {
        var out = new boolean[rows.length];
        for (int i = 0; i < rows.length; i++) out[i] = y[rows[i]];
        return out;
    }

    /** One of the two questions. */
    private record Side(LinearProbe probe, Balanced test, int[] order) {
        static Side of(
                SaeDecoder decoder, Samples train, boolean[] y, Samples test, boolean[] yTest, SplitRandom random) {
            Balanced learnt = Balanced.of(train, y, random.split("train"));
            Balanced scored = Balanced.of(test, yTest, random.split("test"));
            LinearProbe probe = Perturbation.probe(learnt, scored, random.split("probe"));
            int[] order = new Ablation(decoder, probe)
                    .byEffect(0, Ablation.meanDifference(learnt.samples.latents, learnt.y), true);
            return new Side(probe, scored, order);
        }

        double accuracy(LinearProbe other) {
            return Classified.accuracy(other.logits(0, test.samples.x), test.y);
        }
    }
}
