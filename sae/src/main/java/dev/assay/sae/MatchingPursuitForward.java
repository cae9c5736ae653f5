package dev.assay.sae;

import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import dev.assay.tensor.Tensor.Top;

/**
 * Matching pursuit, SAELens' {@code matching_pursuit}: the atom that fits the residual best is taken with its positive
 * coefficient and subtracted, again and again. Which atom is not differentiated, how much of it is.
 */
final class MatchingPursuitForward {
    private MatchingPursuitForward() {}

    static Forward of(Architecture.MatchingPursuit spec, Parameters p, Tensor x) {
        Tensor atoms = p.get("W_dec");
        Tensor residual = Forward.centred(p, x);
        Tensor acts = x.matmul(atoms.transpose(0, 1)).detach().mul(0);
        Tensor running = residual.detach().sum(1).mul(0).add(TopKForward.ones(x)); // 1 while a sample goes on
        for (int i = 0; i < spec.iterations() && running.sum().item() > 0; i++) {
            Top best = residual.detach()
                    .matmul(atoms.detach().transpose(0, 1))
                    .relu()
                    .top(1);
            Tensor atom = atoms.indexSelect(0, best.indices().reshape(x.size(0)));
            Tensor amount = residual.mul(atom).sum(1).relu().mul(running);
            Tensor before = acts.detach();
            acts = acts.add(amount.scatter(best.indices(), p.latents()));
            residual = residual.sub(atom.mul(amount));
            if (spec.residual() > 0) {
                Tensor norm = residual.detach().square().sum(1).sqrt();
                running = running.mul(
                        norm.sub(TopKForward.ones(x).mul(spec.residual())).positive());
            }
            if (spec.stopOnSameSupport()) running = running.mul(changed(before, acts.detach()));
        }
        Tensor reconstruction = Forward.decode(p, acts);
        return new Forward(
                acts,
                reconstruction,
                Forward.losses("mse_loss", Forward.squares(reconstruction, x).mean()));
    }

    /** 1 for samples with an atom more than before, {@code [batch, 1]}. */
    private static Tensor changed(Tensor before, Tensor after) {
        try (var scope = Scope.open()) {
            return scope.pass(
                    after.positive().sum(1).sub(before.positive().sum(1)).positive());
        }
    }
}
