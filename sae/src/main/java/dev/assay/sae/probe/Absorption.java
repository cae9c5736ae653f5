package dev.assay.sae.probe;

import dev.assay.sae.SaeDecoder;
import dev.assay.tensor.SparseRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Feature absorption (Chanin et al., 2024) as SAEBench 0.6.0 measures it: of the samples in which a probe finds a concept,
 * in how many are the concept's own latents silent because a latent for something narrower stands for it too?
 */
public final class Absorption {
    private static final double SILENT = 1e-8;
    private static final double FULL_COSINE = 0.025;
    private static final double PART_COSINE = 0.1;
    private static final double PROPORTION = 0.4;
    private static final int ABSORBERS = 3;

    /** A concept counts where the probe's F1 is above. */
    private static final double PROBE_F1 = 0.6;

    /** A further latent belongs to the concept where it raises F1 by more. */
    private static final double JUMP = 0.03;

    private final double[] cosines; // of each decoder row and the probe
    private final float[] direction; // of the probe, of length 1

    /** What a sample shows. */
    public record Sample(double fraction, boolean full) {}

    /**
     * What a concept shows.
     *
     * @param split latents that stand for it, by sparse probing
     * @param probeF1 of the ground truth
     * @param positives samples in which the probe finds it, rightly
     * @param fraction mean absorbed part of these
     * @param full share of these in which it is absorbed wholly
     */
    public record Concept(int number, int[] split, double probeF1, int positives, double fraction, double full) {}

    /**
     * Means over the concepts that the probe knows.
     *
     * @param concepts those, one by one
     */
    public record Scores(List<Concept> concepts) {
        public OptionalDouble fraction() {
            return concepts.stream().mapToDouble(Concept::fraction).average();
        }

        public OptionalDouble full() {
            return concepts.stream().mapToDouble(Concept::full).average();
        }

        public OptionalDouble splits() {
            return concepts.stream().mapToDouble(c -> c.split().length).average();
        }
    }

    /** @param probe direction of the concept, of any length */
    public Absorption(SaeDecoder decoder, float[] probe) {
        double norm = Math.sqrt(dot(probe, 0, probe));
        direction = new float[probe.length];
        for (int d = 0; d < probe.length; d++) direction[d] = (float) (probe[d] / norm);
        float[] rows = decoder.weight().floats();
        int width = probe.length;
        cosines = new double[decoder.latents()];
        for (int i = 0; i < cosines.length; i++) {
            double squares = 0;
            for (int d = i * width; d < (i + 1) * width; d++) squares += rows[d] * (double) rows[d];
            cosines[i] = dot(rows, i * width, direction) / Math.max(Math.sqrt(squares), 1e-8);
        }
    }

    private static double dot(float[] rows, int at, float[] vector) {
        double sum = 0;
        for (int d = 0; d < vector.length; d++) sum += rows[at + d] * (double) vector[d];
        return sum;
    }

    /**
     * One sample.
     *
     * @param x its activation
     * @param latents of which row {@code r} is its
     * @param main the concept's own latents
     */
    public Sample sample(float[] x, SparseRows latents, int r, int[] main) {
        double whole = dot(x, 0, direction);
        double own = 0;
        boolean silent = true;
        int top = -1;
        double topProjection = 0;
        var others = new ArrayList<Double>();
        for (int e = latents.starts()[r]; e < latents.starts()[r + 1]; e++) {
            int latent = latents.columns()[e];
            double value = latents.values()[e];
            double projection = value * cosines[latent];
            boolean mine = Arrays.stream(main).anyMatch(m -> m == latent);
            if (mine) {
                own += projection;
                silent &= value < SILENT;
            } else if (cosines[latent] >= PART_COSINE && projection > 0) others.add(projection);
            if (projection > topProjection) {
                top = latent;
                topProjection = projection;
            }
        }
        double absorbed = others.stream()
                .sorted(Comparator.reverseOrder())
                .limit(ABSORBERS)
                .mapToDouble(p -> p)
                .sum();
        boolean full =
                silent && top >= 0 && cosines[top] >= FULL_COSINE && whole >= 0 && topProjection / whole >= PROPORTION;
        return new Sample(fraction(whole, own, absorbed), full);
    }

    private static double fraction(double whole, double own, double absorbed) {
        if (own >= whole || absorbed / whole < PROPORTION) return 0;
        if (own <= 0) return 1;
        double part = Math.min(absorbed, whole - own);
        return Math.clamp(part / (part + own), 0, 1);
    }

    /**
     * The whole metric.
     *
     * @param probe of all concepts, on activations
     * @param train latents of the samples that sparse probes learn from, and their concepts
     * @param x activations that are scored
     * @param test their latents
     * @param most latents that a concept may be split into
     */
    public static Scores scores(
            SaeDecoder decoder,
            LinearProbe probe,
            SparseRows train,
            int[] trainConcepts,
            float[][] x,
            SparseRows test,
            int[] testConcepts,
            int most) {
        var concepts = new ArrayList<Concept>();
        for (int c = 0; c < probe.weights().length; c++) {
            int concept = c;
            boolean[] is = is(testConcepts, concept);
            double[] logits = probe.logits(concept, x);
            double f1 = Classified.f1(logits, is);
            int[] positives = IntStream.range(0, x.length)
                    .filter(i -> is[i] && logits[i] > 0)
                    .toArray();
            if (f1 <= PROBE_F1 || positives.length == 0) continue;
            int[] split = split(train, is(trainConcepts, concept), test, is, most);
            var absorption = new Absorption(decoder, probe.weights()[concept]);
            double fraction = 0;
            double full = 0;
            for (int i : positives) {
                Sample s = absorption.sample(x[i], test, i, split);
                fraction += s.fraction() / positives.length;
                if (s.full()) full += 1.0 / positives.length;
            }
            concepts.add(new Concept(concept, split, f1, positives.length, fraction, full));
        }
        return new Scores(concepts);
    }

    private static boolean[] is(int[] concepts, int wanted) {
        var out = new boolean[concepts.length];
        for (int i = 0; i < out.length; i++) out[i] = concepts[i] == wanted;
        return out;
    }

    /**
     * The latents that stand for a concept: an L1 regression on all of them ranks those that speak for it, and k of them
     * are taken for as long as a regression on them gains.
     */
    private static int[] split(SparseRows train, boolean[] y, SparseRows test, boolean[] yTest, int most) {
        int[] ranked = speakingFor(train, y, most);
        int[] split = {};
        double best = -100;
        for (int k = 1; k <= ranked.length; k++) {
            int[] latents = Arrays.copyOf(ranked, k);
            Logistic fit =
                    Logistic.fit(SparseProbe.columns(train, latents), y, Logistic.balanced(y), 1, Logistic.Penalty.L2);
            double f1 = Classified.f1(fit.decide(SparseProbe.columns(test, latents), yTest.length), yTest);
            if (f1 <= best + JUMP) break;
            best = f1;
            split = latents;
        }
        return split;
    }

    /** Candidates of the regression: it would be slow on thousands that say nothing. */
    private static final int CANDIDATES = 200;

    /** SAEBench's penalty of 0.01 a weight beside a mean of losses. */
    private static final double L1 = 0.01;

    private static int[] speakingFor(SparseRows train, boolean[] y, int most) {
        int[] candidates = Arrays.copyOf(SparseProbe.order(train, y), Math.min(CANDIDATES, train.width()));
        double[] balanced = Logistic.balanced(y);
        double c = 1 / (L1 * y.length);
        Logistic fit = Logistic.fit(SparseProbe.columns(train, candidates), y, balanced, c, Logistic.Penalty.L1);
        return IntStream.range(0, candidates.length)
                .boxed()
                .filter(i -> fit.weights()[i] > 0)
                .sorted(Comparator.comparingDouble((Integer i) -> -fit.weights()[i]))
                .limit(most)
                .mapToInt(i -> candidates[i])
                .toArray();
    }
}
