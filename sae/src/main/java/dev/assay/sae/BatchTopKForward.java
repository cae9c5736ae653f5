package dev.assay.sae;

import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import dev.assay.tensor.Tensor.Top;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * BatchTopK with refinement, levels and tilted losses, each of which may be absent: SAELens' {@code batchtopk} and
 * {@code matryoshka_batchtopk}, and LISTA-Matryoshka.
 */
final class BatchTopKForward {
    private final Architecture.BatchTopK spec;
    private final Parameters p;
    private final Conditions conditions;
    private final Averages averages;
    private final Tensor norms;

    BatchTopKForward(Architecture.BatchTopK spec, Parameters p, Conditions conditions, Averages averages) {
        this.spec = spec;
        this.p = p;
        this.conditions = conditions;
        this.averages = averages;
        this.norms = Forward.norms(p);
    }

    Forward of(Tensor x) {
        Tensor centred = Forward.centred(p, x);
        Choices choices = choose(centred, Optional.empty());
        if (spec.refinement().blocked())
            choices = choose(centred, Optional.of(choices.acts().getLast().positive()));
        for (int i = 0; i < choices.acts().size(); i++)
            if (choices.smallest().get(i) > 0)
                averages.kept(i, choices.smallest().get(i));
        Tensor acts = choices.acts().getLast();
        averages.fired(sparse(acts));

        Tensor target = spec.centredTarget() ? centred : x;
        Tensor reconstruction = Forward.decode(p, acts.div(norms));
        var losses = Forward.losses("mse_loss", tilted(Forward.squares(reconstruction, target)));
        List<Tensor> partial = partial(acts.div(norms));
        for (Tensor aux : aux(choices.pre(), target, partial, reconstruction))
            losses.merge("auxiliary_reconstruction_loss", aux.mul(spec.auxCoefficient()), Tensor::add);
        for (Tensor inner : partial)
            losses.merge(
                    "inner_recons_loss",
                    tilted(Forward.squares(inner, target)).mul(spec.levels().weight()),
                    Tensor::add);
        return new Forward(acts, reconstruction, losses);
    }

    /** The activations after each choice, their smallest positive one, and the last pre-activations times n. */
    private record Choices(List<Tensor> acts, List<Double> smallest, Tensor pre) {}

    /** The first choice and those after each refinement; earlier ones get gradients only within {@code support}. */
    private Choices choose(Tensor centred, Optional<Tensor> support) {
        Refinement refinement = spec.refinement();
        List<Tensor> acts = new ArrayList<>();
        List<Double> smallest = new ArrayList<>();
        Tensor z = encode(centred, p.get("W_enc")).add(p.get("b_enc").mul(norms));
        acts.add(choose(z, smallest));
        for (int i = 0; i < refinement.iterations(); i++) {
            Tensor left = centred.sub(explained(acts.getLast(), support));
            Tensor step = encode(left, p.get(refinement.separate() ? "W_enc_" + (i + 1) : "W_enc"));
            z = z.add(refinement.learned() ? step.mul(p.get("eta").narrow(0, i, 1)) : step.mul(refinement.eta()));
            acts.add(choose(z, smallest));
        }
        return new Choices(acts, smallest, z);
    }

    /** What a choice explains; what stands outside of the support is constant. */
    private Tensor explained(Tensor acts, Optional<Tensor> support) {
        if (support.isEmpty()) return acts.div(norms).matmul(p.get("W_dec"));
        Tensor kept = acts.mul(support.get());
        Tensor dropped = acts.sub(kept);
        return kept.div(norms)
                .matmul(p.get("W_dec"))
                .add(dropped.div(norms).matmul(p.get("W_dec")).detach());
    }

    /** x W n: {@code [batch, latents]}. */
    private Tensor encode(Tensor x, Tensor weights) {
        return x.matmul(weights).mul(norms);
    }

    private Tensor choose(Tensor z, List<Double> smallest) {
        long batch = z.size(0);
        long keep = (long) (conditions.k() * batch);
        Top top = z.relu().reshape(batch * p.latents()).top(keep);
        smallest.add(smallestPositive(top.values().doubles()));
        return top.values().scatter(top.indices(), batch * p.latents()).reshape(batch, p.latents());
    }

    private static double smallestPositive(double[] falling) {
        for (int i = falling.length - 1; i >= 0; i--) if (falling[i] > 0) return falling[i];
        return 0;
    }

    static SparseRows sparse(Tensor acts) {
        float[] dense = acts.floats();
        int rows = (int) acts.size(0);
        int width = (int) acts.size(1);
        var out = new SparseRows(width);
        for (int r = 0; r < rows; r++) {
            out.reserve(width);
            int at = out.count();
            int n = 0;
            for (int i = 0; i < width; i++)
                if (dense[r * width + i] != 0) {
                    out.columns()[at + n] = i;
                    out.values()[at + n++] = dense[r * width + i];
                }
            out.endRow(n);
        }
        return out;
    }

    /** The reconstructions of the inner levels. */
    private List<Tensor> partial(Tensor coefficients) {
        int[] order = averages.ordered();
        List<Tensor> out = new ArrayList<>();
        Tensor sum = p.get("b_dec");
        int from = 0;
        for (int width : spec.levels().widths()) {
            Tensor latents =
                    Tensor.of(Arrays.stream(order, from, width).asLongStream().toArray(), width - from);
            Tensor added =
                    coefficients.indexSelect(1, latents).matmul(p.get("W_dec").indexSelect(0, latents));
            sum = (spec.levels().detached() && from > 0 ? sum.detach() : sum).add(added);
            out.add(sum);
            from = width;
        }
        return out;
    }

    private List<Tensor> aux(Tensor z, Tensor target, List<Tensor> partial, Tensor reconstruction) {
        if (spec.aux() == AuxLoss.NONE || conditions.deadCount() == 0) return List.of();
        if (spec.aux() == AuxLoss.TOPK)
            return List.of(TopKForward.aux(p, z, norms, conditions, target.sub(reconstruction), 0, p.latents()));
        List<Tensor> out = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= partial.size(); i++) {
            boolean outermost = i == partial.size();
            int to = outermost ? p.latents() : spec.levels().widths().get(i);
            Tensor residual = target.sub(outermost ? reconstruction : partial.get(i));
            if (anyDead(from, to)) out.add(TopKForward.aux(p, z, norms, conditions, residual, from, to));
            from = to;
        }
        return out;
    }

    private boolean anyDead(int from, int to) {
        for (int i = from; i < to; i++) if (conditions.dead()[i]) return true;
        return false;
    }

    /** The tilted mean of one loss per sample ({@code [batch, 1]}). */
    private Tensor tilted(Tensor losses) {
        if (spec.tilt() <= 0) return losses.mean();
        Tensor fixed = losses.detach();
        return fixed.div(fixed.mean()).mul(spec.tilt()).softmax(0).mul(losses).sum();
    }
}
