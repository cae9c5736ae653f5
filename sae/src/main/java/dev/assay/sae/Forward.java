package dev.assay.sae;

import dev.assay.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The obvious way through a sparse autoencoder, on tensors with gradients: what {@link AutogradLearner} trains and what
 * the fast kernels are compared with.
 *
 * @param acts {@code [batch, latents]}
 * @param reconstruction {@code [batch, dModel]}
 * @param losses by name; their sum is trained on
 */
record Forward(Tensor acts, Tensor reconstruction, Map<String, Tensor> losses) {

    static Forward of(Architecture architecture, Parameters p, Tensor x, Conditions conditions, Averages averages) {
        return switch (architecture) {
            case Architecture.Standard s -> DenseForward.standard(p, x, conditions);
            case Architecture.Gated g -> DenseForward.gated(p, x, conditions);
            case Architecture.JumpRelu j -> new JumpReluForward(j, p, conditions).of(x);
            case Architecture.TopK t -> TopKForward.of(t, p, x, conditions);
            case Architecture.BatchTopK b -> new BatchTopKForward(b, p, conditions, averages).of(x);
            case Architecture.MatchingPursuit m ->
                m.orthogonal() ? OrthogonalPursuit.of(m, p, x) : MatchingPursuitForward.of(m, p, x);
        };
    }

    Tensor total() {
        return losses.values().stream().reduce(Tensor::add).orElseThrow();
    }

    static Map<String, Tensor> losses(String name, Tensor loss) {
        Map<String, Tensor> losses = new LinkedHashMap<>();
        losses.put(name, loss);
        return losses;
    }

    /** Σ (a - b)² of each sample, {@code [batch, 1]}. */
    static Tensor squares(Tensor a, Tensor b) {
        return a.sub(b).square().sum(1);
    }

    /** Norms of the decoder's rows, {@code [latents]}. */
    static Tensor norms(Parameters p) {
        return p.get("W_dec").square().sum(1).sqrt().reshape(p.latents());
    }

    /** x - b_dec. */
    static Tensor centred(Parameters p, Tensor x) {
        return x.sub(p.get("b_dec"));
    }

    static Tensor decode(Parameters p, Tensor coefficients) {
        return coefficients.matmul(p.get("W_dec")).add(p.get("b_dec"));
    }

    /** 1 where the latent is dead and stands in {@code [from, to)}, else 0: {@code [latents]}. */
    static Tensor mask(boolean[] dead, int from, int to, Tensor like) {
        var mask = new double[dead.length];
        for (int i = from; i < to; i++) mask[i] = dead[i] ? 1 : 0;
        return Tensor.of(mask, mask.length).to(like.type());
    }
}
