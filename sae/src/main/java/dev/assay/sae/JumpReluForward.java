package dev.assay.sae;

import dev.assay.tensor.DType;
import dev.assay.tensor.Tensor;
import java.util.Arrays;

/**
 * JumpReLU with SAELens' straight-through estimators: with u = (z - θ) / bandwidth, the rectangle K(u) = 1 for |u| < ½,
 * d activation / dθ = -θ / bandwidth · K(u) and d [z > θ] / dθ = -1 / bandwidth · K(u).
 */
final class JumpReluForward {
    private static final double TANH = 4;

    private final Architecture.JumpRelu spec;
    private final Parameters p;
    private final Conditions conditions;

    JumpReluForward(Architecture.JumpRelu spec, Parameters p, Conditions conditions) {
        this.spec = spec;
        this.p = p;
        this.conditions = conditions;
    }

    Forward of(Tensor x) {
        Tensor theta = p.get("threshold");
        Tensor z = Forward.centred(p, x).matmul(p.get("W_enc")).add(p.get("b_enc"));
        Tensor over = z.sub(theta).detach();
        Tensor rectangle = rectangle(over.mul(1 / spec.bandwidth()));
        // terms that are 0 and carry the estimated gradients
        Tensor ghost = spec.gradientToInput()
                ? z.sub(z.detach()).sub(theta.sub(theta.detach()))
                : theta.detach().sub(theta);
        Tensor slope = rectangle.mul(1 / spec.bandwidth());
        Tensor acts = z.mul(over.positive()).add(slope.mul(theta.detach()).mul(ghost));
        Tensor open = over.positive().add(slope.mul(ghost));

        Tensor reconstruction = Forward.decode(p, acts);
        var losses =
                Forward.losses("mse_loss", Forward.squares(reconstruction, x).mean());
        losses.put("l0_loss", penalty(acts, open).mean().mul(conditions.coefficient()));
        if (spec.preActivation() > 0) losses.put("pre_act_loss", preActivation(z, theta));
        return new Forward(acts, reconstruction, losses);
    }

    private Tensor penalty(Tensor acts, Tensor open) {
        return switch (spec.mode()) {
            case STEP -> open.sum(1);
            case TANH -> acts.mul(Forward.norms(p)).mul(TANH).tanh().sum(1);
            case QUADRATIC ->
                open.sum(1).sub(filled(spec.target(), open.type())).square().mul(2 / spec.target());
        };
    }

    private Tensor preActivation(Tensor z, Tensor theta) {
        Tensor dead = Forward.mask(conditions.dead(), 0, p.latents(), z);
        return theta.sub(z).relu().mul(dead).mul(Forward.norms(p)).sum(1).mean().mul(spec.preActivation());
    }

    private static Tensor rectangle(Tensor u) {
        Tensor half = filled(0.5, u.type());
        return half.sub(u).positive().mul(u.add(half).positive());
    }

    private static Tensor filled(double value, DType type) {
        var one = new double[1];
        Arrays.fill(one, value);
        return Tensor.of(one, 1).to(type);
    }
}
