package dev.assay.lm;

import dev.assay.tensor.DType;
import dev.assay.tensor.Device;
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

    /** Reads all weights of a model, one tensor at a time, each to its device. */
    default Transformer load(ModelConfig c, DType type, Placement placement) {
        Architecture family = c.architecture();
        var first = new Part(this, c, type, placement.first());
        var last = new Part(this, c, type, placement.last());
        Tensor embedding = first.lasting("embed_tokens.weight", c.vocab(), c.dModel());
        Linear unembedding = family.tied()
                ? new Linear(
                        "lm_head",
                        first.device.equals(last.device)
                                ? embedding
                                : last.lasting("embed_tokens.weight", c.vocab(), c.dModel()),
                        Optional.empty(),
                        last.stored("embed_tokens.weight"))
                : last.linear("lm_head", c.vocab(), c.dModel(), false);
        List<Transformer.Block> blocks = new ArrayList<>();
        for (int l = 0; l < c.layers(); l++)
            blocks.add(new Part(this, c, type, placement.blocks().get(l)).block("layers." + l + "."));
        Norm finalNorm = last.norm("norm", c.dModel());
        refuseSurplus();
        Map<RopeConfig, Rope> ropes = new HashMap<>();
        for (Architecture.Attention a : family.attention())
            ropes.computeIfAbsent(a.rope(), rope -> new Rope(rope, c.headDim(), c.context(), type));
        return new Transformer(c, embedding, unembedding, finalNorm, blocks, ropes);
    }

    /** What is read to one device. */
    record Part(Weights weights, ModelConfig c, DType type, Device device) {
        Transformer.Block block(String at) {
            Architecture family = c.architecture();
            int q = c.heads() * c.headDim();
            int kv = c.kvHeads() * c.headDim();
            String attention = at + "self_attn.";
            String mlp = at + "mlp.";
            boolean branch = family.branchNorms();
            return new Transformer.Block(
                    norm(at + "input_layernorm", c.dModel()),
                    linear(attention + "q_proj", q, c.dModel(), family.qkvBias()),
                    linear(attention + "k_proj", kv, c.dModel(), family.qkvBias()),
                    linear(attention + "v_proj", kv, c.dModel(), family.qkvBias()),
                    linear(attention + "o_proj", c.dModel(), q, family.outputBias()),
                    norm(family.headNorms(), attention + "q_norm", c.headDim()),
                    norm(family.headNorms(), attention + "k_norm", c.headDim()),
                    norm(branch, at + "post_attention_layernorm", c.dModel()),
                    norm(at + (branch ? "pre_feedforward_layernorm" : "post_attention_layernorm"), c.dModel()),
                    linear(mlp + "gate_proj", c.dFf(), c.dModel(), family.feedForwardBias()),
                    linear(mlp + "up_proj", c.dFf(), c.dModel(), family.feedForwardBias()),
                    linear(mlp + "down_proj", c.dModel(), c.dFf(), family.feedForwardBias()),
                    norm(branch, at + "post_feedforward_layernorm", c.dModel()));
        }

        Linear linear(String name, long out, long in, boolean bias) {
            return new Linear(
                    name,
                    lasting(name + ".weight", out, in),
                    bias ? Optional.of(lasting(name + ".bias", out)) : Optional.empty(),
                    stored(name + ".weight"));
        }

        /** The few bits of the file are for the processor's own kernels. */
        Optional<WeightMatrix> stored(String name) {
            return device.isCpu() ? weights.stored(name) : Optional.empty();
        }

        private Optional<Norm> norm(boolean there, String name, long width) {
            return there ? Optional.of(norm(name, width)) : Optional.empty();
        }

        /** Gemma's 1 + w stays in fp32: rounded to bf16 it would lose most of w. */
        Norm norm(String name, long width) {
            double offset = c.architecture().normOffset();
            if (offset == 0) return new Norm(lasting(name + ".weight", width), c.normEps());
            try (var scope = Scope.open()) {
                Tensor ones = Tensor.of(new float[] {(float) offset}, 1);
                Tensor sum = weights.tensor(name + ".weight", DType.F32, width).add(ones);
                return new Norm(scope.keep(sum.to(device)), c.normEps());
            }
        }

        /** A tensor that no scope frees: weights live as long as their model. */
        Tensor lasting(String name, long... shape) {
            try (var scope = Scope.open()) {
                return scope.keep(weights.tensor(name, type, shape).to(device));
            }
        }
    }
}
