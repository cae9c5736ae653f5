package dev.assay.lm;

import dev.assay.lm.Architecture.Activation;
import dev.assay.lm.Architecture.Attention;
import dev.assay.lm.RopeConfig.Scaling;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Reads a model's configuration from the metadata of a GGUF file. Keys: gguf-py's constants.py; what is not in the
 * metadata (window pattern, query scale and local frequency of Gemma 3): llama-model.cpp of llama.cpp.
 */
final class GgufConfig {
    private static final int GEMMA_PATTERN = 6; // every sixth block sees all
    private static final int GEMMA_27B_LAYERS = 62;

    private final Gguf gguf;
    private final String name;
    private final boolean gemma;

    GgufConfig(Gguf gguf) {
        this.gguf = gguf;
        this.name = gguf.string("general.architecture");
        if (!List.of("llama", "qwen2", "qwen3", "gemma3").contains(name))
            throw new ModelFormatException(
                    gguf.path() + ": general.architecture is '" + name + "'; supported: " + Architecture.SUPPORTED);
        this.gemma = name.equals("gemma3");
    }

    ModelConfig read() {
        int dModel = integer("embedding_length");
        int heads = integer("attention.head_count");
        int layers = integer("block_count");
        int headDim = gguf.integer(
                key("attention.key_length"), gguf.integer(key("rope.dimension_count"), dModel / Math.max(1, heads)));
        if (gguf.integer(key("rope.dimension_count"), headDim) != headDim)
            throw new ModelFormatException(gguf.path() + ": " + key("rope.dimension_count") + " is "
                    + gguf.integer(key("rope.dimension_count")) + " for heads " + headDim
                    + " wide; supported are whole heads");
        return new ModelConfig(
                        vocab(),
                        dModel,
                        layers,
                        heads,
                        gguf.integer(key("attention.head_count_kv"), heads),
                        headDim,
                        integer("feed_forward_length"),
                        gguf.decimal(key("attention.layer_norm_rms_epsilon")),
                        integer("context_length"),
                        architecture(dModel, heads, headDim, layers))
                .checked(gguf.path().toString());
    }

    private int vocab() {
        return gguf.has("tokenizer.ggml.tokens")
                ? gguf.strings("tokenizer.ggml.tokens").size()
                : integer("vocab_size");
    }

    private Architecture architecture(int dModel, int heads, int headDim, int layers) {
        double perHead = gemma && layers == GEMMA_27B_LAYERS ? (double) dModel / heads : headDim;
        return new Architecture(
                name,
                has("blk.0.attn_q.bias"),
                has("blk.0.attn_output.bias"),
                has("blk.0.ffn_down.bias"),
                gemma || name.equals("qwen3"),
                gemma,
                0, // llama.cpp stores Gemma's 1 + w
                !has("output.weight"),
                gemma ? Math.sqrt(dModel) : 1,
                1 / Math.sqrt(perHead),
                gemma ? Activation.GELU_TANH : Activation.SILU,
                attention(layers));
    }

    private List<Attention> attention(int layers) {
        RopeConfig rope = new RopeConfig(gguf.decimal(key("rope.freq_base"), 10_000), scaling());
        Attention global = new Attention(0, rope);
        int window = gemma ? integer("attention.sliding_window") : 0;
        Attention local = new Attention(window, RopeConfig.of(gguf.decimal(key("rope.freq_base_swa"), 10_000)));
        return IntStream.range(0, layers)
                .mapToObj(l -> gemma && (l + 1) % GEMMA_PATTERN != 0 ? local : global)
                .toList();
    }

    private Scaling scaling() {
        if (has("rope_freqs.weight")) {
            List<Float> divisors = new ArrayList<>();
            for (float f : gguf.floats("rope_freqs.weight")) divisors.add(f);
            return new Scaling.Divided(divisors);
        }
        String type = gguf.string(key("rope.scaling.type"), "none");
        return switch (type) {
            case "none" -> new Scaling.None();
            case "linear" -> new Scaling.Linear(gguf.decimal(key("rope.scaling.factor")));
            default ->
                throw new ModelFormatException(gguf.path() + ": " + key("rope.scaling.type") + " is '" + type
                        + "'; supported: none, linear, and llama3's rope_freqs.weight");
        };
    }

    private boolean has(String tensor) {
        return gguf.tensors().containsKey(tensor);
    }

    private int integer(String key) {
        return gguf.integer(key(key));
    }

    private String key(String key) {
        return name + "." + key;
    }
}
