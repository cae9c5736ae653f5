package dev.assay.lm;

import dev.assay.tensor.Autograd;
import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import dev.assay.tensor.WeightMatrix;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * A linear map {@code [.., in] → [.., out]} with or without a bias, and with any number of low-rank side
 * branches: {@code y = x Wᵀ + b + Σ scale · (x Aᵀ) Bᵀ} (Hu et al., 2021).
 *
 * @param name Hugging Face's name of it, for instance {@code layers.3.self_attn.q_proj}
 * @param weight {@code [out, in]}
 * @param bias {@code [out]}
 * @param stored the weight in the few bits in which a file holds it, where it does
 */
record Linear(String name, Tensor weight, Optional<Tensor> bias, List<Side> sides, Optional<WeightMatrix> stored) {
    /**
     * One side branch.
     *
     * @param a {@code [rank, in]}, fp32
     * @param b {@code [out, rank]}, fp32
     */
    record Side(Tensor a, Tensor b, double scale) {}

    Linear(String name, Tensor weight, Optional<Tensor> bias, Optional<WeightMatrix> stored) {
        this(name, weight, bias, List.of(), stored);
    }

    Tensor apply(Tensor x) {
        Tensor y = withoutSides(x);
        for (Side s : sides) {
            Tensor low = x.linear(like(s.a, x)).mul(s.scale);
            y = y.add(low.linear(like(s.b, x)));
        }
        return y;
    }

    /** {@code x Wᵀ + b}. */
    Tensor withoutSides(Tensor x) {
        return bias.isPresent() ? x.linear(weight, bias.get()) : x.linear(weight);
    }

    private static Tensor like(Tensor side, Tensor x) {
        return side.to(x.type()).to(x.device());
    }

    /** The same map with its weight and its bias replaced; {@code f} gets Hugging Face's names of them. */
    Linear mapWeights(BiFunction<String, Tensor, Tensor> f) {
        Linear changed = withWeight(f.apply(name + ".weight", weight));
        return new Linear(name, changed.weight, bias.map(b -> f.apply(name + ".bias", b)), sides, changed.stored);
    }

    /** The same map with another weight. */
    Linear withWeight(Tensor other) {
        return other == weight ? this : new Linear(name, other, bias, sides, Optional.empty());
    }

    /** The same map with the adapters' branches beside it, after those it has. */
    Linear attached(List<Lora> adapters) {
        return new Linear(
                name,
                weight,
                bias,
                Stream.concat(sides.stream(), sides(adapters).stream()).toList(),
                stored);
    }

    /** The same map with the adapters added into a new weight; shares the weight if none touches it. */
    Linear merged(List<Lora> adapters) {
        List<Side> added = sides(adapters);
        if (added.isEmpty()) return this;
        try (var pause = Autograd.pause();
                var scope = Scope.open()) {
            Tensor sum = weight.to(DType.F32);
            for (Side s : added) sum = sum.add(s.b.matmul(s.a).mul(s.scale).to(weight.device()));
            return new Linear(name, scope.keep(sum.to(weight.type())), bias, sides, Optional.empty());
        }
    }

    private List<Side> sides(List<Lora> adapters) {
        return adapters.stream().flatMap(l -> l.side(name).stream()).toList();
    }
}
