package dev.assay.lm;

import dev.assay.lm.Architecture.Activation;
import dev.assay.lm.Architecture.Attention;
import dev.assay.lm.RopeConfig.Scaling;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Reads a model's configuration from Hugging Face's {@code config.json}, in the form of transformers 4 ({@code rope_theta},
 * {@code rope_scaling}, {@code rope_local_base_freq}) and of 5 ({@code rope_parameters}). What may be missing has the
 * default that transformers gives it.
 */
final class HfConfig {
    private static final String WINDOWED = "sliding_attention";
    private static final String FULL = "full_attention";

    private final JsonFile json;
    private final String family;
    private final boolean gemma;
    private final boolean nested; // Gemma 3 with images: its files leave out what is as in transformers' class

    private HfConfig(JsonFile json, String family, boolean nested) {
        this.json = json;
        this.family = family;
        this.gemma = family.equals("gemma3");
        this.nested = nested;
    }

    static ModelConfig read(JsonFile config) {
        String type = config.text("model_type");
        return switch (type) {
            case "llama", "qwen2", "qwen3" -> new HfConfig(config, type, false).read();
            case "gemma3_text" -> new HfConfig(config, "gemma3", false).read();
            case "gemma3" -> new HfConfig(config.object("text_config"), "gemma3", true).read();
            default -> throw config.unsupported("model_type", "llama, qwen2, qwen3, gemma3_text, gemma3");
        };
    }

    private ModelConfig read() {
        refuseUnsupported();
        int dModel = json.integer("hidden_size");
        int layers = json.integer("num_hidden_layers");
        int heads = nested ? json.integer("num_attention_heads", 8) : json.integer("num_attention_heads");
        int headDim = json.integer("head_dim", headDim(dModel / Math.max(1, heads)));
        return new ModelConfig(
                        nested ? json.integer("vocab_size", 262_208) : json.integer("vocab_size"),
                        dModel,
                        layers,
                        heads,
                        json.integer("num_key_value_heads", nested ? 4 : heads),
                        headDim,
                        json.integer("intermediate_size"),
                        json.decimal("rms_norm_eps", 1e-6),
                        json.integer(
                                "max_position_embeddings", gemma ? 131_072 : family.equals("llama") ? 2048 : 32_768),
                        architecture(dModel, headDim, layers))
                .checked(json.where().toString());
    }

    private int headDim(int split) {
        return gemma ? 256 : family.equals("qwen3") ? 128 : split;
    }

    private void refuseUnsupported() {
        String activation = gemma ? "hidden_activation" : "hidden_act";
        String wanted = gemma ? "gelu_pytorch_tanh" : "silu";
        if (!json.text(activation, wanted).equals(wanted)) throw json.unsupported(activation, wanted);
        for (String cap : List.of("final_logit_softcapping", "attn_logit_softcapping"))
            if (gemma && json.has(cap)) throw json.unsupported(cap, "null");
        if (json.flag("use_bidirectional_attention", false))
            throw json.unsupported("use_bidirectional_attention", "false");
        if (json.decimal("partial_rotary_factor", 1) != 1) throw json.unsupported("partial_rotary_factor", "1.0");
        if (json.has("quantization_config"))
            throw json.unsupported("quantization_config", "weights in F32, F16 or BF16");
    }

    private Architecture architecture(int dModel, int headDim, int layers) {
        boolean bias = !family.equals("qwen2") && json.flag("attention_bias", false);
        return new Architecture(
                family,
                bias || family.equals("qwen2"),
                bias,
                family.equals("llama") && json.flag("mlp_bias", false),
                gemma || family.equals("qwen3"),
                gemma,
                gemma ? 1 : 0,
                json.flag("tie_word_embeddings", gemma),
                gemma ? Math.sqrt(dModel) : 1,
                1 / Math.sqrt(gemma ? json.decimal("query_pre_attn_scalar", 256) : headDim),
                gemma ? Activation.GELU_TANH : Activation.SILU,
                attention(layers));
    }

    private List<Attention> attention(int layers) {
        List<String> types = layerTypes(layers);
        Attention full = new Attention(0, gemma ? rope(FULL) : rope());
        if (!types.contains(WINDOWED)) return types.stream().map(t -> full).toList();
        int window = json.integer("sliding_window", gemma ? 4096 : 0);
        if (window < 1) throw json.wrong("sliding_window", "at least 1, as there are blocks of sliding_attention");
        Attention windowed = new Attention(window, gemma ? rope(WINDOWED) : full.rope());
        return types.stream().map(t -> t.equals(FULL) ? full : windowed).toList();
    }

    private List<String> layerTypes(int layers) {
        boolean slides = gemma || (!family.equals("llama") && json.flag("use_sliding_window", false));
        if (json.has("layer_types") && !family.equals("llama")) {
            List<String> types = json.texts("layer_types");
            if (types.size() != layers || !types.stream().allMatch(t -> t.equals(FULL) || t.equals(WINDOWED)))
                throw json.wrong("layer_types", layers + " times " + FULL + " or " + WINDOWED);
            if (!slides && types.contains(WINDOWED))
                throw json.unsupported("use_sliding_window", "true with these layer_types");
            return types;
        }
        int pattern = json.integer("sliding_window_pattern", json.integer("_sliding_window_pattern", 6));
        int first = json.integer("max_window_layers", 28);
        boolean windows = slides && (gemma || json.integer("sliding_window", 4096) > 0);
        return IntStream.range(0, layers)
                .mapToObj(l -> windows && (gemma ? (l + 1) % Math.max(1, pattern) != 0 : l >= first) ? WINDOWED : FULL)
                .toList();
    }

    /** The one position embedding of a family other than Gemma. */
    private RopeConfig rope() {
        JsonFile rope = json.has("rope_parameters") ? json.object("rope_parameters") : json;
        double theta = rope.decimal("rope_theta", json.decimal("rope_theta", 10_000));
        if (rope != json) return new RopeConfig(theta, scaling(rope));
        return new RopeConfig(
                theta, json.has("rope_scaling") ? scaling(json.object("rope_scaling")) : new Scaling.None());
    }

    /** Gemma's, of one kind of attention. */
    private RopeConfig rope(String kind) {
        boolean local = kind.equals(WINDOWED);
        double theta = local ? json.decimal("rope_local_base_freq", 10_000) : json.decimal("rope_theta", 1_000_000);
        if (json.has("rope_parameters")) {
            JsonFile all = json.object("rope_parameters");
            if (!all.has(kind)) return RopeConfig.of(theta);
            JsonFile rope = all.object(kind);
            return new RopeConfig(rope.decimal("rope_theta", theta), scaling(rope));
        }
        return local || !json.has("rope_scaling")
                ? RopeConfig.of(theta)
                : new RopeConfig(theta, scaling(json.object("rope_scaling")));
    }

    private Scaling scaling(JsonFile rope) {
        if (rope.decimal("partial_rotary_factor", 1) != 1) throw rope.unsupported("partial_rotary_factor", "1.0");
        String field = rope.has("rope_type") ? "rope_type" : "type";
        return switch (rope.text(field, "default")) {
            case "default" -> new Scaling.None();
            case "linear" -> new Scaling.Linear(rope.decimal("factor"));
            case "llama3" ->
                new Scaling.Llama3(
                        rope.decimal("factor"),
                        rope.decimal("low_freq_factor"),
                        rope.decimal("high_freq_factor"),
                        rope.decimal("original_max_position_embeddings"));
            default -> throw rope.unsupported(field, "default, linear, llama3");
        };
    }
}
