package dev.assay.research;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.journal.CanonicalJson;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import dev.assay.world.Sampler;
import dev.assay.world.Samples;
import dev.assay.world.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Scores a batch once more, in loops over plain numbers and with nothing of the evaluator: what the two do not agree on
 * is a fault of one of them, and no number of that stage counts.
 */
final class PlainScore {
    private static final double SLACK = 0.01;
    private static final int LEAST_SLACK = 5;

    private final String architecture;
    private final JsonNode config;
    private final Map<String, double[]> tensors = new HashMap<>();
    private final int latents;
    private final int dModel;

    private PlainScore(Path checkpoint) throws IOException {
        config = CanonicalJson.parse(Files.readAllBytes(checkpoint.resolve("cfg.json")));
        architecture = config.path("architecture").asText();
        latents = config.path("d_sae").asInt();
        dModel = config.path("d_in").asInt();
        try (var scope = Scope.open()) {
            Safetensors.read(checkpoint.resolve("sae_weights.safetensors"))
                    .forEach((name, t) -> tensors.put(name, doubles(t)));
        }
    }

    private static double[] doubles(Tensor t) {
        float[] values = t.floats();
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    /** What is wrong with an answer of the evaluator; empty if nothing is. */
    static Optional<String> disagreement(Path checkpoint, Draw draw, World world, long spot, Evaluation.Answer answer) {
        try {
            return new PlainScore(checkpoint).compare(draw, world, spot, answer);
        } catch (IOException e) {
            return Optional.of("the checkpoint can't be read again: " + e.getMessage());
        }
    }

    private Optional<String> compare(Draw draw, World world, long spot, Evaluation.Answer answer) {
        double[][] cosines = cosines(world.dictionary().floats(), world.features());
        int[] match = IntStream.range(0, latents).map(i -> largest(cosines[i])).toArray();
        long[][] counts = counts(draw, world, spot, match); // tp, fp, fn
        RawScore theirs = answer.spot();
        if (theirs.tp().length != latents)
            return Optional.of("it scored " + theirs.tp().length + " latents of " + latents);
        long off = 0;
        long all = 0;
        for (int i = 0; i < latents; i++) {
            off += Math.abs(counts[0][i] - theirs.tp()[i])
                    + Math.abs(counts[1][i] - theirs.fp()[i])
                    + Math.abs(counts[2][i] - theirs.fn()[i]);
            all += counts[0][i] + counts[1][i] + counts[2][i];
        }
        if (off > LEAST_SLACK + SLACK * all)
            return Optional.of("its counts of one batch differ from plain ones by " + off + " of " + all);
        double most = IntStream.range(0, latents)
                .mapToDouble(i -> cosines[i][match[i]])
                .average()
                .orElse(0);
        double least = greedy(cosines);
        double mcc = answer.score().mcc();
        if (mcc > most + 1e-4 || mcc < least - 1e-4)
            return Optional.of("its MCC of " + mcc + " is outside of what can be, " + least + " to " + most);
        return Optional.empty();
    }

    private double[][] cosines(float[] dictionary, int features) {
        double[] rows = get("W_dec");
        var out = new double[latents][features];
        for (int i = 0; i < latents; i++)
            for (int f = 0; f < features; f++) {
                double dot = 0;
                double a = 0;
                double b = 0;
                for (int d = 0; d < dModel; d++) {
                    double x = rows[i * dModel + d];
                    double y = dictionary[f * dModel + d];
                    dot += x * y;
                    a += x * x;
                    b += y * y;
                }
                out[i][f] = Math.abs(dot) / Math.max(1e-16, Math.sqrt(a * b));
            }
        return out;
    }

    /** Mean cosine of a one-to-one matching that takes the best free feature latent by latent: the best is no worse. */
    private static double greedy(double[][] cosines) {
        var taken = new boolean[cosines[0].length];
        double sum = 0;
        for (double[] row : cosines) {
            int best = -1;
            for (int f = 0; f < row.length; f++) if (!taken[f] && (best < 0 || row[f] > row[best])) best = f;
            if (best < 0) continue;
            taken[best] = true;
            sum += row[best];
        }
        return sum / cosines.length;
    }

    private long[][] counts(Draw draw, World world, long spot, int[] match) {
        var counts = new long[3][latents];
        SplitRandom random = SplitRandom.of(draw.scoring()).split("scoring");
        try (var scope = Scope.open();
                var sampler = new Sampler(world, random, 1);
                Samples drawn = sampler.sample(spot, Evaluation.BATCH)) {
            float[] hidden = drawn.hidden().floats();
            for (int r = 0; r < Evaluation.BATCH; r++) {
                boolean[] truth = fires(drawn.firings(), r, world.features());
                var x = new double[dModel];
                for (int d = 0; d < dModel; d++) x[d] = hidden[r * dModel + d];
                double[] a = encode(x);
                for (int i = 0; i < latents; i++) {
                    boolean true1 = truth[match[i]];
                    if (a[i] != 0) counts[true1 ? 0 : 1][i]++;
                    else if (true1) counts[2][i]++;
                }
            }
        }
        return counts;
    }

    private static boolean[] fires(SparseRows firings, int row, int features) {
        var out = new boolean[features];
        for (int e = firings.starts()[row]; e < firings.starts()[row + 1]; e++)
            if (firings.values()[e] > 0) out[firings.columns()[e]] = true;
        return out;
    }

    private double[] encode(double[] x) {
        double[] centred = x.clone();
        for (int d = 0; d < dModel; d++) centred[d] -= get("b_dec")[d];
        return switch (architecture) {
            case "standard" -> relu(pre(centred, "b_enc"));
            case "jumprelu" -> above(pre(centred, "b_enc"), 0, "threshold");
            case "topk" -> topK(pre(centred, "b_enc"));
            case "gated" -> gated(centred);
            case "matching_pursuit" -> pursuit(centred);
            case "lista_matryoshka_decreasingk" -> lista(centred);
            default -> throw new ResearchException("an architecture that has no plain score: " + architecture);
        };
    }

    private double[] pre(double[] x, String bias) {
        double[] w = get("W_enc");
        double[] z = bias.isEmpty() ? new double[latents] : get(bias).clone();
        for (int d = 0; d < dModel; d++) for (int i = 0; i < latents; i++) z[i] += x[d] * w[d * latents + i];
        return z;
    }

    private static double[] relu(double[] z) {
        for (int i = 0; i < z.length; i++) z[i] = Math.max(0, z[i]);
        return z;
    }

    private double[] above(double[] z, int row, String thresholds) {
        double[] t = get(thresholds);
        var out = new double[latents];
        for (int i = 0; i < latents; i++) if (z[i] > 0 && z[i] > t[row * latents + i]) out[i] = z[i];
        return out;
    }

    private double[] topK(double[] z) {
        int k = config.path("k").asInt();
        var out = new double[latents];
        for (int n = 0; n < k; n++) {
            int best = largest(z);
            out[best] = Math.max(0, z[best]);
            z[best] = Double.NEGATIVE_INFINITY;
        }
        return out;
    }

    private double[] gated(double[] x) {
        double[] gate = pre(x, "b_gate");
        double[] plain = pre(x, "");
        var out = new double[latents];
        for (int i = 0; i < latents; i++)
            if (gate[i] > 0) out[i] = Math.max(0, plain[i] * Math.exp(get("r_mag")[i]) + get("b_mag")[i]);
        return out;
    }

    private double[] pursuit(double[] rest) {
        double[] rows = get("W_dec");
        var out = new double[latents];
        for (int n = 0; n < config.path("max_iterations").asInt(); n++) {
            var dots = new double[latents];
            for (int i = 0; i < latents; i++)
                for (int d = 0; d < dModel; d++) dots[i] += rest[d] * rows[i * dModel + d];
            int best = largest(dots);
            double amount = Math.max(0, dots[best]);
            out[best] += amount;
            for (int d = 0; d < dModel; d++) rest[d] -= amount * rows[best * dModel + d];
        }
        return out;
    }

    private double[] lista(double[] x) {
        double[] z = pre(x, "b_enc");
        double[] eta = get("eta");
        double[] rows = get("W_dec");
        for (int t = 0; t < eta.length; t++) {
            double[] left = x.clone();
            double[] a = above(z, t, "thresholds");
            for (int i = 0; i < latents; i++)
                if (a[i] != 0) for (int d = 0; d < dModel; d++) left[d] -= a[i] * rows[i * dModel + d];
            double[] step = pre(left, "");
            for (int i = 0; i < latents; i++) z[i] += eta[t] * step[i];
        }
        return above(z, eta.length, "thresholds");
    }

    private static int largest(double[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
        return best;
    }

    private double[] get(String name) {
        double[] values = tensors.get(name);
        if (values == null) throw new ResearchException("the checkpoint has no " + name);
        return values;
    }
}
