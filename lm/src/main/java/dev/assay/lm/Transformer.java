package dev.assay.lm;

import dev.assay.lm.Architecture.Attention;
import dev.assay.lm.Site.Kind;
import dev.assay.tensor.DType;
import dev.assay.tensor.Device;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The forward pass of all families (Llama: Touvron et al., 2023; Qwen2, Qwen3, Gemma 3: their technical reports), one
 * code path for single passes and training; {@link Decoder} is its counterpart for writing texts. What a family does
 * differently stands in its {@link Architecture}.
 *
 * <p>A block computes on the device of its weights, to which the residual stream is moved. Attention is two matrix products and a softmax: on CPUs LibTorch's fused kernel was measured to be about five times
 * slower.
 */
final class Transformer {
    private final ModelConfig config;
    private final Architecture family;
    private final Tensor embedding; // [vocab, dModel]
    private final Linear unembedding; // [vocab, dModel], on the embedding's tensor where tied
    private final Norm finalNorm;
    private final List<Block> blocks;
    private final Map<RopeConfig, Rope> ropes;

    /** One block. */
    record Block(
            Norm attentionNorm,
            Linear q,
            Linear k,
            Linear v,
            Linear o,
            Optional<Norm> qNorm,
            Optional<Norm> kNorm,
            Optional<Norm> afterAttention,
            Norm feedForwardNorm,
            Linear gate,
            Linear up,
            Linear down,
            Optional<Norm> afterFeedForward) {

        Block mapWeights(String at, BiFunction<String, Tensor, Tensor> f) {
            boolean branch = afterAttention.isPresent(); // then the norms are named otherwise
            return new Block(
                    attentionNorm.mapWeight(at + "input_layernorm", f),
                    q.mapWeights(f),
                    k.mapWeights(f),
                    v.mapWeights(f),
                    o.mapWeights(f),
                    qNorm.map(n -> n.mapWeight(at + "self_attn.q_norm", f)),
                    kNorm.map(n -> n.mapWeight(at + "self_attn.k_norm", f)),
                    afterAttention.map(n -> n.mapWeight(at + "post_attention_layernorm", f)),
                    feedForwardNorm.mapWeight(
                            at + (branch ? "pre_feedforward_layernorm" : "post_attention_layernorm"), f),
                    gate.mapWeights(f),
                    up.mapWeights(f),
                    down.mapWeights(f),
                    afterFeedForward.map(n -> n.mapWeight(at + "post_feedforward_layernorm", f)));
        }

        Stream<Linear> linears() {
            return Stream.of(q, k, v, o, gate, up, down);
        }

        Device device() {
            return q.weight().device();
        }

        Block map(UnaryOperator<Linear> f) {
            return new Block(
                    attentionNorm,
                    f.apply(q),
                    f.apply(k),
                    f.apply(v),
                    f.apply(o),
                    qNorm,
                    kNorm,
                    afterAttention,
                    feedForwardNorm,
                    f.apply(gate),
                    f.apply(up),
                    f.apply(down),
                    afterFeedForward);
        }
    }

    Transformer(
            ModelConfig config,
            Tensor embedding,
            Linear unembedding,
            Norm finalNorm,
            List<Block> blocks,
            Map<RopeConfig, Rope> ropes) {
        this.config = config;
        this.family = config.architecture();
        this.embedding = embedding;
        this.unembedding = unembedding;
        this.finalNorm = finalNorm;
        this.blocks = List.copyOf(blocks);
        this.ropes = Map.copyOf(ropes);
    }

    /** The same model with every linear map replaced. */
    Transformer map(UnaryOperator<Linear> f) {
        List<Block> changed = blocks.stream().map(b -> b.map(f)).toList();
        return new Transformer(config, embedding, unembedding, finalNorm, changed, ropes);
    }

    /** The same model with every weight replaced; {@code f} gets Hugging Face's name of a weight, and the weight. */
    Transformer mapWeights(BiFunction<String, Tensor, Tensor> f) {
        Tensor embedded = f.apply("embed_tokens.weight", embedding);
        Linear unembedded = unembedding.weight() == embedding
                ? unembedding.withWeight(embedded)
                : family.tied() // the same numbers on another device
                        ? unembedding.withWeight(f.apply("embed_tokens.weight", unembedding.weight()))
                        : unembedding.mapWeights(f);
        var changed = new ArrayList<Block>();
        for (Block b : blocks) changed.add(b.mapWeights("layers." + changed.size() + ".", f));
        return new Transformer(config, embedded, unembedded, finalNorm.mapWeight("norm", f), changed, ropes);
    }

    /** Every weight by Hugging Face's name, without what stands before {@code layers}; a tied one once. */
    Map<String, Tensor> weights() {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        mapWeights((name, weight) -> {
            weights.put(name, weight);
            return weight;
        });
        return weights;
    }

    Stream<Linear> linears() {
        return blocks.stream().flatMap(Block::linears);
    }

    DType type() {
        return embedding.type();
    }

    List<Block> blocks() {
        return blocks;
    }

    Tensor embedding() {
        return embedding;
    }

    Linear unembedding() {
        return unembedding;
    }

    Norm finalNorm() {
        return finalNorm;
    }

    /** The factor of the embeddings, rounded to the weights' element type as transformers does it with Gemma's. */
    double embeddingScale() {
        return family.embeddingScale() == 1 ? 1 : rounded(family.embeddingScale());
    }

    /** The device of each block. */
    List<Device> devices() {
        return blocks.stream().map(Block::device).toList();
    }

    /** What one pass needs beside the weights, on each device. */
    record Pass(Map<Device, Aids> aids, Hook hook) {
        /** What attention needs on one device. */
        record Aids(Map<RopeConfig, Rope.Turn> turns, Masks masks) {}

        Aids on(Device device) {
            return Objects.requireNonNull(aids.get(device));
        }
    }

    /**
     * Runs the blocks.
     *
     * @param ids tokens {@code [batch, position]}
     * @param positions place of each token in its sequence, {@code [batch, position]}
     * @param masks added to the attention scores
     * @return the residual stream after the last block {@code [batch, position, dModel]}, before the final norm
     */
    Tensor residual(Tensor ids, Tensor positions, Masks masks, Hook hook) {
        return residual(hook.at(Site.of(Kind.EMBEDDING), embed(ids)), 0, pass(positions, masks, hook));
    }

    /** Runs the blocks from {@code first} on, on what the residual stream is before it: {@code [batch, position, dModel]}. */
    Tensor residual(Tensor before, int first, Pass pass) {
        Tensor x = before;
        for (int l = first; l < blocks.size(); l++) x = block(l, x, pass);
        return x;
    }

    /** What the blocks of one pass share; the parameters as {@link #residual} takes them. */
    Pass pass(Tensor positions, Masks masks, Hook hook) {
        Map<RopeConfig, Rope.Turn> turns = turns(positions);
        Map<Device, Pass.Aids> aids = new HashMap<>();
        for (Device device : new LinkedHashSet<>(devices()))
            aids.put(device, new Pass.Aids(on(turns, device), masks.to(device)));
        return new Pass(aids, hook);
    }

    /** The rotations of positions {@code [batch, position]}, in the processor's memory. */
    Map<RopeConfig, Rope.Turn> turns(Tensor positions) {
        Map<RopeConfig, Rope.Turn> turns = new HashMap<>();
        ropes.forEach((rope, table) -> turns.put(rope, table.at(positions)));
        return turns;
    }

    static Map<RopeConfig, Rope.Turn> on(Map<RopeConfig, Rope.Turn> turns, Device device) {
        Map<RopeConfig, Rope.Turn> moved = new HashMap<>();
        turns.forEach((rope, turn) -> moved.put(rope, turn.to(device)));
        return moved;
    }

    /** Runs block {@code l} on the residual stream {@code [batch, position, dModel]}. */
    Tensor block(int l, Tensor residual, Pass pass) {
        Block b = blocks.get(l);
        Hook hook = pass.hook;
        try (var scope = Scope.open()) { // frees a block's temporaries at once; autograd keeps what it needs
            Tensor x = hook.at(Site.of(Kind.RESID_PRE, l), residual.to(b.device()));
            Tensor attended = Norm.applied(b.afterAttention, attention(l, b, b.attentionNorm.apply(x), pass));
            x = hook.at(Site.of(Kind.RESID_MID, l), x.add(hook.at(Site.of(Kind.ATTN_OUT, l), attended)));
            Tensor in = hook.at(Site.of(Kind.MLP_IN, l), b.feedForwardNorm.apply(x));
            Tensor out = Norm.applied(b.afterFeedForward, feedForward(b, in));
            return scope.pass(hook.at(Site.of(Kind.RESID_POST, l), x.add(hook.at(Site.of(Kind.MLP_OUT, l), out))));
        }
    }

    /** Final norm and unembedding: residual rows {@code [n, dModel]} give logits {@code [n, vocab]}. */
    Tensor logits(Tensor residual, Hook hook) {
        Tensor normed = hook.at(
                Site.of(Kind.FINAL_NORM),
                finalNorm.apply(residual.to(finalNorm.weight().device())));
        return hook.at(Site.of(Kind.LOGITS), unembedding.apply(normed));
    }

    /** What the blocks start from: tokens {@code [batch, position]} give {@code [batch, position, dModel]}. */
    Tensor embed(Tensor ids) {
        Tensor rows = embedding.embedding(ids.to(embedding.device()));
        return family.embeddingScale() == 1 ? rows : rows.mul(embeddingScale());
    }

    private double rounded(double factor) {
        return Tensor.of(new double[] {factor}, 1).to(type()).item();
    }

    private Tensor attention(int layer, Block b, Tensor x, Pass pass) {
        Attention kind = family.attention().get(layer);
        Pass.Aids aids = pass.on(x.device());
        Rope.Turn turn = Objects.requireNonNull(aids.turns.get(kind.rope()));
        long batch = x.size(0);
        long now = x.size(1);
        int kvHeads = config.kvHeads();
        Tensor q = turn.rotate(Norm.applied(b.qNorm, heads(b.q.apply(x), config.heads())))
                .mul(family.queryScale());
        Tensor keys = turn.rotate(Norm.applied(b.kNorm, heads(b.k.apply(x), kvHeads)));
        Tensor values = heads(b.v.apply(x), kvHeads);
        // the query heads of a group are stacked as rows over their common keys: [batch·kvHead, group·now, now]
        Tensor scores = q.reshape(batch * kvHeads, config.group() * now, config.headDim())
                .matmul(keys.reshape(batch * kvHeads, now, config.headDim()).transpose(1, 2))
                .reshape(batch, config.heads(), now, now)
                .add(aids.masks.of(kind));
        Tensor mixed = pass.hook
                .at(Site.of(Kind.ATTN_PATTERN, layer), scores.softmax(-1))
                .reshape(batch * kvHeads, config.group() * now, now)
                .matmul(values.reshape(batch * kvHeads, now, config.headDim()));
        Tensor z = mixed.reshape(batch, config.heads(), now, config.headDim()).transpose(1, 2);
        return b.o.apply(pass.hook
                .at(Site.of(Kind.ATTN_Z, layer), z)
                .reshape(batch, now, (long) config.heads() * config.headDim()));
    }

    private Tensor feedForward(Block b, Tensor x) {
        return b.down.apply(family.activation().apply(b.gate.apply(x)).mul(b.up.apply(x)));
    }

    /** {@code [batch, position, heads·headDim]} as {@code [batch, head, position, headDim]}. */
    private Tensor heads(Tensor x, int heads) {
        return x.reshape(x.size(0), x.size(1), heads, config.headDim()).transpose(1, 2);
    }
}
