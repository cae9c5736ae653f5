package dev.assay.sae;

import dev.assay.tensor.DType;
import dev.assay.tensor.Tensor;
import java.util.stream.IntStream;

/**
 * The auxiliary loss of dead latents on sparse rows: see {@link TopKForward#aux}. Each group (the whole dictionary, or
 * one per level) has its own latents and its own residual; a latent is in one group at most.
 */
final class SparseAux {
    private final AuxLoss kind;
    private final double coefficient;
    private final int latents;

    /** The dead latents that took part; coefficients are their pre-activations. */
    final Choice choice;

    /** Gradients by a latent's contribution, {@code [groups, batch, dModel]}. */
    float[] vectors = new float[0];

    private int[] groupOf = new int[0];
    private int[][] members = new int[0][];
    private double loss;

    SparseAux(AuxLoss kind, double coefficient, int latents) {
        this.kind = kind;
        this.coefficient = coefficient;
        this.latents = latents;
        this.choice = new Choice(latents);
    }

    double loss() {
        return loss;
    }

    /** Which group a latent is in. */
    int[] groupOf() {
        return groupOf;
    }

    boolean idle(Conditions conditions) {
        return kind == AuxLoss.NONE || conditions.deadCount() == 0;
    }

    /** Chooses dead latents by the last pre-activations, rebuilds what the levels missed, and keeps the gradients. */
    void run(
            Conditions conditions,
            Tensor pre,
            float[] bias,
            float[] norms,
            float[] decoder,
            LevelErrors errors,
            Rows rows) {
        group(conditions, errors);
        choose(pre, bias, norms, rows);
        int size = rows.batch * rows.width;
        if (vectors.length < members.length * size) vectors = new float[members.length * size];
        var losses = new double[rows.batch];
        rows.each(b -> losses[b] = rebuild(decoder, errors, rows, b));
        loss = 0;
        for (double l : losses) loss += l;
    }

    private void group(Conditions conditions, LevelErrors errors) {
        boolean whole = kind == AuxLoss.TOPK;
        groupOf = new int[latents];
        members = new int[whole ? 1 : errors.levels()][];
        // SAELens cuts the groups by number, not by frequency
        for (int i = 0; i < latents; i++) groupOf[i] = whole ? 0 : errors.numbered(i);
        for (int g = 0; g < members.length; g++) {
            int group = g;
            members[g] = IntStream.range(0, latents)
                    .filter(i -> conditions.dead()[i] && groupOf[i] == group)
                    .toArray();
        }
    }

    private void choose(Tensor pre, float[] bias, float[] norms, Rows rows) {
        choice.pattern.clear();
        float[] all = pre.type() == DType.F32 ? new float[0] : pre.floats();
        var memory = pre.memory();
        int most = rows.width / 2;
        for (int b = 0; b < rows.batch; b++) {
            int n = 0;
            int at = choice.pattern.count();
            choice.pattern.reserve(members.length * most);
            for (int[] group : members) {
                var z = new float[group.length];
                for (int i = 0; i < group.length; i++) {
                    int index = b * latents + group[i];
                    float p = all.length > 0
                            ? all[index]
                            : memory.getAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED, index);
                    z[i] = (p + bias[group[i]]) * norms[group[i]];
                }
                float cut = group.length <= most ? Float.NEGATIVE_INFINITY : cut(z, most);
                int taken = 0;
                for (int i = 0; i < group.length && taken < most; i++)
                    if (z[i] >= cut) {
                        choice.pattern.columns()[at + n] = group[i];
                        choice.pattern.values()[at + n++] = z[i];
                        taken++;
                    }
            }
            choice.pattern.endRow(n);
        }
        choice.fit();
        for (int e = 0; e < choice.pattern.count(); e++)
            choice.coefficients[e] =
                    choice.pattern.values()[e] / norms[choice.pattern.columns()[e]];
    }

    private static float cut(float[] z, int most) {
        float[] sorted = z.clone();
        java.util.Arrays.sort(sorted);
        return sorted[sorted.length - most];
    }

    /** error = rebuilt - residual, residual = -(level's error); the gradient is 2 scale / batch · error. */
    private double rebuild(float[] decoder, LevelErrors errors, Rows rows, int b) {
        double loss = 0;
        int from = choice.pattern.starts()[b];
        int to = choice.pattern.starts()[b + 1];
        for (int g = 0; g < members.length; g++) {
            if (members[g].length == 0) continue;
            int at = (g * rows.batch + b) * rows.width;
            int level = kind == AuxLoss.TOPK ? errors.levels() - 1 : g;
            System.arraycopy(errors.vectors, (level * rows.batch + b) * rows.width, vectors, at, rows.width);
            for (int e = from; e < to; e++) {
                int latent = choice.pattern.columns()[e];
                if (groupOf[latent] == g)
                    rows.kernels.addScaled(
                            choice.coefficients[e], decoder, latent * rows.width, vectors, at, rows.width);
            }
            double scale = coefficient * Math.min((double) members[g].length / (rows.width / 2), 1) / rows.batch;
            loss += scale * rows.kernels.squares(vectors, at, rows.width);
            for (int i = at; i < at + rows.width; i++) vectors[i] *= (float) (2 * scale);
        }
        for (int e = from; e < to; e++) {
            int latent = choice.pattern.columns()[e];
            int at = (groupOf[latent] * rows.batch + b) * rows.width;
            choice.gradients[e] = rows.kernels.dot(vectors, at, decoder, latent * rows.width, rows.width);
        }
        return loss;
    }
}
