package example;

import dev.assay.sae.OwnLoss;
import dev.assay.tensor.Tensor;

/** An idea for autoencoders: decoder rows that stand beside each other shall not point the same way. */
public final class Apart implements OwnLoss {
    @Override
    public Tensor of(Step step) {
        Tensor rows = step.parameters().get("W_dec");
        Tensor unit = rows.div(rows.square().sum(1).sqrt());
        long pairs = rows.size(0) - 1;
        Tensor cosines = unit.narrow(0, 0, pairs).mul(unit.narrow(0, 1, pairs)).sum(1);
        return cosines.square().mean();
    }

    /** Its name in recipes and in the records of runs. */
    @Override
    public String toString() {
        return "apart";
    }
}
