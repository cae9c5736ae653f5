package dev.assay.lm;

import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The Llama family's forward pass (Touvron et al., 2023), one code path for prompts, decoding and training.
 *
 * <p>Attention is two matrix products and a softmax: on CPUs LibTorch's fused kernel was measured to be about five times
 * slower.
 */
final class Llama {
    private final ModelConfig config;
    private final Tensor embedding; // [vocab, dModel]
    private final Tensor unembedding; // [vocab, dModel], the same tensor where tied
    private final Tensor finalNorm; // [dModel]
    private final List<Block> blocks;
    private final Rope rope;

    /** One block: the norms are {@code [dModel]}, the linear maps as their names say. */
    record Block(
            Tensor attentionNorm,
            Linear q,
            Linear k,
            Linear v,
            Linear o,
            Tensor feedForwardNorm,
            Linear gate,
            Linear up,
            Linear down) {

        Stream<Linear> linears() {
            return Stream.of(q, k, v, o, gate, up, down);
        }

        Block map(UnaryOperator<Linear> f) {
            return new Block(
                    attentionNorm,
                    f.apply(q),
                    f.apply(k),
                    f.apply(v),
                    f.apply(o),
                    feedForwardNorm,
                    f.apply(gate),
                    f.apply(up),
                    f.apply(down));
        }
    }

    Llama(ModelConfig config, Tensor embedding, Tensor unembedding, Tensor finalNorm, List<Block> blocks, Rope rope) {
        this.config = config;
        this.embedding = embedding;
        this.unembedding = unembedding;
        this.finalNorm = finalNorm;
        this.blocks = List.copyOf(blocks);
        this.rope = rope;
    }

    /** The same model with every linear map replaced. */
    Llama map(UnaryOperator<Linear> f) {
        return new Llama(
                config,
                embedding,
                unembedding,
                finalNorm,
                blocks.stream().map(b -> b.map(f)).toList(),
                rope);
    }

    Stream<Linear> linears() {
        return blocks.stream().flatMap(Block::linears);
    }

    DType type() {
        return embedding.type();
    }

    /**
     * Runs the blocks.
     *
     * @param ids tokens {@code [batch, position]}
     * @param positions place of each token in its sequence, {@code [batch, position]}
     * @param mask added to the attention scores, broadcast to {@code [batch, 1, position, seen]}, where {@code seen} is the
     *     cache's capacity, or the number of positions without one; empty when every position may see all of that
     * @param cache filled with the new positions and read for the earlier ones; empty for a whole sequence at once
     * @return the residual stream after the last block {@code [batch, position, dModel]}, before the final norm
     */
    Tensor residual(Tensor ids, Tensor positions, Optional<Tensor> mask, Optional<KvCache> cache, Hook hook) {
        Rope here = rope.at(positions);
        Tensor x = hook.at(0, embedding.embedding(ids));
        for (int l = 0; l < blocks.size(); l++) {
            Block b = blocks.get(l);
            try (var scope = Scope.open()) { // frees a block's temporaries at once; autograd keeps what it needs
                x = x.add(attention(l, b, x.rmsNorm(b.attentionNorm, config.normEps()), here, mask, cache));
                x = x.add(feedForward(b, x.rmsNorm(b.feedForwardNorm, config.normEps())));
                x = scope.pass(hook.at(l + 1, x));
            }
        }
        cache.ifPresent(c -> c.advance((int) ids.size(1)));
        return x;
    }

    /** Final norm and unembedding: residual rows {@code [n, dModel]} give logits {@code [n, vocab]}. */
    Tensor logits(Tensor residual) {
        return residual.rmsNorm(finalNorm, config.normEps()).linear(unembedding);
    }

    private Tensor attention(int layer, Block b, Tensor x, Rope here, Optional<Tensor> mask, Optional<KvCache> cache) {
        long batch = x.size(0);
        long now = x.size(1);
        int kvHeads = config.kvHeads();
        Tensor q = here.rotate(heads(b.q.apply(x), config.heads())).mul(1 / Math.sqrt(config.headDim()));
        Tensor newKeys = here.rotate(heads(b.k.apply(x), kvHeads));
        Tensor newValues = heads(b.v.apply(x), kvHeads);
        Tensor keys = cache.map(c -> c.keys(layer, newKeys)).orElse(newKeys);
        Tensor values = cache.map(c -> c.values(layer, newValues)).orElse(newValues);
        long seen = keys.size(2);
        // the query heads of a group are stacked as rows over their common keys: [batch·kvHead, group·now, seen]
        Tensor scores = q.reshape(batch * kvHeads, config.group() * now, config.headDim())
                .matmul(keys.reshape(batch * kvHeads, seen, config.headDim()).transpose(1, 2))
                .reshape(batch, config.heads(), now, seen);
        if (mask.isPresent()) scores = scores.add(mask.get());
        Tensor mixed = scores.softmax(-1)
                .reshape(batch * kvHeads, config.group() * now, seen)
                .matmul(values.reshape(batch * kvHeads, seen, config.headDim()));
        return b.o.apply(mixed.reshape(batch, config.heads(), now, config.headDim())
                .transpose(1, 2)
                .reshape(batch, now, (long) config.heads() * config.headDim()));
    }

    private static Tensor feedForward(Block b, Tensor x) {
        return b.down.apply(b.gate.apply(x).silu().mul(b.up.apply(x)));
    }

    /** {@code [batch, position, heads·headDim]} as {@code [batch, head, position, headDim]}. */
    private Tensor heads(Tensor x, int heads) {
        return x.reshape(x.size(0), x.size(1), heads, config.headDim()).transpose(1, 2);
    }

    /** Reads the weights of a GGUF file and undoes llama.cpp's row order of q and k. */
    static Llama load(Gguf gguf, ModelConfig config, DType type) {
        Tensor embedding = tensor(gguf, "token_embd.weight", type);
        Tensor unembedding =
                gguf.tensors().containsKey("output.weight") ? tensor(gguf, "output.weight", type) : embedding;
        var blocks = new ArrayList<Block>();
        for (int l = 0; l < config.layers(); l++) {
            String from = "blk." + l + ".";
            String to = "layers." + l + ".";
            blocks.add(new Block(
                    tensor(gguf, from + "attn_norm.weight", type),
                    rotary(gguf, from + "attn_q.weight", to + "self_attn.q_proj", config.heads(), type),
                    rotary(gguf, from + "attn_k.weight", to + "self_attn.k_proj", config.kvHeads(), type),
                    linear(gguf, from + "attn_v.weight", to + "self_attn.v_proj", type),
                    linear(gguf, from + "attn_output.weight", to + "self_attn.o_proj", type),
                    tensor(gguf, from + "ffn_norm.weight", type),
                    linear(gguf, from + "ffn_gate.weight", to + "mlp.gate_proj", type),
                    linear(gguf, from + "ffn_up.weight", to + "mlp.up_proj", type),
                    linear(gguf, from + "ffn_down.weight", to + "mlp.down_proj", type)));
        }
        Tensor norm = tensor(gguf, "output_norm.weight", type);
        return new Llama(config, embedding, unembedding, norm, blocks, Rope.table(config, type));
    }

    private static Linear linear(Gguf gguf, String from, String name, DType type) {
        return new Linear(name, tensor(gguf, from, type));
    }

    private static Tensor tensor(Gguf gguf, String name, DType type) {
        Gguf.TensorInfo info = info(gguf, name);
        return lasting(gguf.floats(name), info.shape(), type);
    }

    /** llama.cpp stores rows 2i and 2i+1 of a head where Hugging Face has rows i and i + headDim/2. */
    private static Linear rotary(Gguf gguf, String from, String name, int heads, DType type) {
        long[] shape = info(gguf, from).shape();
        float[] stored = gguf.floats(from);
        var weights = new float[stored.length];
        int width = (int) shape[1];
        int headDim = (int) shape[0] / heads;
        for (int row = 0; row < shape[0]; row++) {
            int head = row / headDim;
            int i = row % headDim;
            int target = head * headDim + i / 2 + (i % 2) * (headDim / 2);
            System.arraycopy(stored, row * width, weights, target * width, width);
        }
        return new Linear(name, lasting(weights, shape, type));
    }

    /** A tensor that no scope frees: weights live as long as their model. */
    private static Tensor lasting(float[] values, long[] shape, DType type) {
        try (var scope = Scope.open()) {
            return scope.keep(Tensor.of(values, shape).to(type));
        }
    }

    private static Gguf.TensorInfo info(Gguf gguf, String name) {
        Gguf.TensorInfo info = gguf.tensors().get(name);
        if (info == null)
            throw new ModelFormatException(gguf.path() + ": tensor " + name + " is missing; the file is not a complete"
                    + " model of the Llama family. Copy it again from its source.");
        return info;
    }
}
