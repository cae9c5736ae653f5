package dev.assay.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.tensor.SparseRows;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** The scores of section 2 of the definitions, written down densely in double: no lookups, no streaming. */
final class DenseReference {
    final float[] decoder;
    final float[] features;
    private final int latentCount;
    private final int featureCount;
    private final int dModel;
    private final List<float[]> latents = new ArrayList<>();
    private final List<float[]> firings = new ArrayList<>();
    private final List<float[]> hidden = new ArrayList<>();
    private final List<float[]> outputs = new ArrayList<>();

    DenseReference(int latentCount, int featureCount, int dModel, RandomGenerator random) {
        this.latentCount = latentCount;
        this.featureCount = featureCount;
        this.dModel = dModel;
        decoder = numbers(latentCount * dModel, random);
        features = numbers(featureCount * dModel, random);
        if (latentCount > 3) for (int d = 0; d < dModel; d++) decoder[3 * dModel + d] = 0; // a row without direction
    }

    private static float[] numbers(int count, RandomGenerator random) {
        var out = new float[count];
        for (int i = 0; i < count; i++) out[i] = (float) random.nextGaussian();
        return out;
    }

    /** Draws a batch; latent 0 is dead, feature 0 silent, some inputs are 0. */
    void addTo(Scorer scorer, int batch, RandomGenerator random) {
        int first = latents.size();
        for (int r = 0; r < batch; r++) {
            latents.add(active(latentCount, random));
            firings.add(active(featureCount, random));
            hidden.add(random.nextInt(9) == 0 ? new float[dModel] : numbers(dModel, random));
            outputs.add(numbers(dModel, random));
        }
        scorer.add(
                sparse(latents.subList(first, latents.size()), latentCount),
                sparse(firings.subList(first, firings.size()), featureCount),
                flat(hidden.subList(first, hidden.size())),
                flat(outputs.subList(first, outputs.size())));
    }

    private static float[] active(int width, RandomGenerator random) {
        var out = new float[width];
        for (int i = 1; i < width; i++) if (random.nextInt(3) == 0) out[i] = random.nextFloat() + .1f;
        if (width > 1 && random.nextInt(4) == 0) out[1] = -1; // a latent fires with it, a feature does not
        return out;
    }

    /** With every third zero written out, as some encoders may. */
    private static SparseRows sparse(List<float[]> rows, int width) {
        var out = new SparseRows(width);
        for (float[] row : rows) {
            out.reserve(width);
            int count = 0;
            for (int c = width - 1; c >= 0; c--)
                if (row[c] != 0 || c % 3 == 0) {
                    out.columns()[out.count() + count] = c;
                    out.values()[out.count() + count++] = row[c];
                }
            out.endRow(count);
        }
        return out;
    }

    private float[] flat(List<float[]> rows) {
        var out = new float[rows.size() * dModel];
        for (int r = 0; r < rows.size(); r++) System.arraycopy(rows.get(r), 0, out, r * dModel, dModel);
        return out;
    }

    private double cosine(int latent, int feature) {
        double dot = 0;
        double a = 0;
        double b = 0;
        for (int d = 0; d < dModel; d++) {
            double x = decoder[latent * dModel + d];
            double y = features[feature * dModel + d];
            dot += x * y;
            a += x * x;
            b += y * y;
        }
        return Math.abs(dot) / (Math.max(Math.sqrt(a), 1e-8) * Math.max(Math.sqrt(b), 1e-8));
    }

    void compare(Scores scores) {
        int n = latents.size();
        double f1 = 0;
        double precision = 0;
        double recall = 0;
        double accuracy = 0;
        int dead = 0;
        for (int l = 0; l < latentCount; l++) {
            int best = 0;
            for (int f = 1; f < featureCount; f++) if (cosine(l, f) > cosine(l, best)) best = f;
            double[] c = new double[4]; // tp, fp, tn, fn
            for (int s = 0; s < n; s++)
                c[
                        (latents.get(s)[l] != 0 ? 0 : 2)
                                + ((latents.get(s)[l] != 0) == (firings.get(s)[best] > 0) ? 0 : 1)]++;
            double tn = c[2];
            double fn = c[3];
            double p = c[0] + c[1] > 0 ? c[0] / (c[0] + c[1]) : 0;
            double r = c[0] + fn > 0 ? c[0] / (c[0] + fn) : 0;
            f1 += p + r > 0 ? 2 * p * r / (p + r) : 0;
            precision += p;
            recall += r;
            accuracy += (c[0] + tn) / n;
            dead += c[0] + c[1] == 0 ? 1 : 0;
            assertThat(scores.latents().feature()[l]).isEqualTo(best);
            assertThat(new long[] {
                        scores.latents().tp()[l],
                        scores.latents().fp()[l],
                        scores.latents().tn()[l],
                        scores.latents().fn()[l]
                    })
                    .containsExactly((long) c[0], (long) c[1], (long) tn, (long) fn);
        }
        assertThat(scores.dead()).isEqualTo(dead);
        near(scores.f1(), f1 / latentCount);
        near(scores.precision(), precision / latentCount);
        near(scores.recall(), recall / latentCount);
        near(scores.accuracy(), accuracy / latentCount);
        compareVectors(scores, n);
    }

    private void compareVectors(Scores scores, int n) {
        double errors = 0;
        double spread = 0;
        double shrinkage = 0;
        int counted = 0;
        double l0 = 0;
        double trueL0 = 0;
        double[] mean = new double[dModel];
        for (float[] h : hidden) for (int d = 0; d < dModel; d++) mean[d] += (double) h[d] / n;
        for (int s = 0; s < n; s++) {
            double in = 0;
            double out = 0;
            for (int d = 0; d < dModel; d++) {
                double h = hidden.get(s)[d];
                double o = outputs.get(s)[d];
                errors += (h - o) * (h - o);
                spread += (h - mean[d]) * (h - mean[d]);
                in += h * h;
                out += o * o;
            }
            if (in > 0) {
                shrinkage += Math.sqrt(out / in);
                counted++;
            }
            for (float v : latents.get(s)) l0 += v != 0 ? 1 : 0;
            for (float v : firings.get(s)) trueL0 += v > 0 ? 1 : 0;
        }
        near(scores.explainedVariance(), 1 - errors / spread);
        near(scores.shrinkage(), counted == 0 ? 0 : shrinkage / counted);
        near(scores.l0(), l0 / n);
        near(scores.trueL0(), trueL0 / n);
    }

    private static void near(double found, double wanted) {
        assertThat(found).isCloseTo(wanted, within(1e-9 * Math.max(1, Math.abs(wanted))));
    }
}
