package dev.assay.lm;

import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import dev.assay.tensor.WeightMatrix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model's weights on disk, under Hugging Face's names without what stands before {@code layers}: {@code
 * layers.0.self_attn.q_proj.weight}, {@code embed_tokens.weight}, {@code norm.weight}, {@code lm_head.weight}.
 */
interface Weights {
    /** A tensor of exactly this shape; {@link ModelFormatException} if it is missing or has another. */
    Tensor tensor(String name, DType type, long... shape);

    /** The same tensor in the few bits in which the file holds it, where it does. */
    default Optional<WeightMatrix> stored(String name) {
        return Optional.empty();
    }

    /** {@link ModelFormatException} if there are tensors that nobody asked for. */
    void refuseSurplus();

    /** Reads all weights of a model. */
    default Transformer load(ModelConfig c, DType type) {
        Architecture family = c.architecture();
        Tensor embedding = lasting("embed_tokens.weight", type, c.vocab(), c.dModel());
        Linear unembedding = family.tied()
                ? new Linear("lm_head", embedding, Optional.empty(), stored("embed_tokens.weight"))
                : linear("lm_head", c.vocab(), c.dModel(), false, type);
        List<Transformer.Block> blocks = new ArrayList<>();
        for (int l = 0; l < c.layers(); l++) blocks.add(block("layers." + l + ".", c, type));
        Norm finalNorm = norm("norm", c, c.dModel(), type);
        refuseSurplus();
        Map<RopeConfig, Rope> ropes = new HashMap<>();
        for (Architecture.Attention a : family.attention())
            ropes.computeIfAbsent(a.rope(), rope -> new Rope(rope, c.headDim(), c.context(), type));
        return new Transformer(c, embedding, unembedding, finalNorm, blocks, ropes);
    }

    private Transformer.Block block(String at, ModelConfig c, DType type) {
        Architecture family = c.architecture();
        int q = c.heads() * c.headDim();
        int kv = c.kvHeads() * c.headDim();
        String attention = at + "self_attn.";
        String mlp = at + "mlp.";
        boolean branch = family.branchNorms();
        return new Transformer.Block(
                norm(at + "input_layernorm", c, c.dModel(), type),
                linear(attention + "q_proj", q, c.dModel(), family.qkvBias(), type),
                linear(attention + "k_proj", kv, c.dModel(), family.qkvBias(), type),
                linear(attention + "v_proj", kv, c.dModel(), family.qkvBias(), type),
                linear(attention + "o_proj", c.dModel(), q, family.outputBias(), type),
                norm(family.headNorms(), attention + "q_norm", c, c.headDim(), type),
                norm(family.headNorms(), attention + "k_norm", c, c.headDim(), type),
                norm(branch, at + "post_attention_layernorm", c, c.dModel(), type),
                norm(at + (branch ? "pre_feedforward_layernorm" : "post_attention_layernorm"), c, c.dModel(), type),
                linear(mlp + "gate_proj", c.dFf(), c.dModel(), family.feedForwardBias(), type),
                linear(mlp + "up_proj", c.dFf(), c.dModel(), family.feedForwardBias(), type),
                linear(mlp + "down_proj", c.dModel(), c.dFf(), family.feedForwardBias(), type),
                norm(branch, at + "post_feedforward_layernorm", c, c.dModel(), type));
    }

    private Linear linear(String name, long out, long in, boolean bias, DType type) {
        return new Linear(
                name,
                lasting(name + ".weight", type, out, in),
                bias ? Optional.of(lasting(name + ".bias", type, out)) : Optional.empty(),
                stored(name + ".weight"));
    }

    private Optional<Norm> norm(boolean there, String name, ModelConfig c, long width, DType type) {
        return there ? Optional.of(norm(name, c, width, type)) : Optional.empty();
    }

    /** Gemma's 1 + w stays in fp32: rounded to bf16 it would lose most of w. */
    private Norm norm(String name, ModelConfig c, long width, DType type) {
        double offset = c.architecture().normOffset();
        if (offset == 0) return new Norm(lasting(name + ".weight", type, width), c.normEps());
        try (var scope = Scope.open()) {
            Tensor ones = Tensor.of(new float[] {(float) offset}, 1);
            return new Norm(
                    scope.keep(tensor(name + ".weight", DType.F32, width).add(ones)), c.normEps());
        }
    }

    /** A tensor that no scope frees: weights live as long as their model. */
    private Tensor lasting(String name, DType type, long... shape) {
        try (var scope = Scope.open()) {
            return scope.keep(tensor(name, type, shape));
        }
    }
}
