package dev.assay.lm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.PatternSyntaxException;

/**
 * The rank of each linear map's adapter and the factor of its branch, under PEFT's names: {@code lora_alpha / r}, with
 * {@code use_rslora} {@code lora_alpha / √r} (Kalajdzievski, 2023), where patterns of module names may give a map a rank and
 * an alpha of its own.
 *
 * @param rank of maps that no pattern names
 * @param alpha of maps that no pattern names
 * @param rankPattern rank by pattern; the first that fits counts
 * @param alphaPattern alpha by pattern; the first that fits counts
 */
record LoraScaling(
        int rank, double alpha, boolean rslora, Map<String, Integer> rankPattern, Map<String, Double> alphaPattern) {

    static LoraScaling of(int rank, double alpha) {
        return new LoraScaling(rank, alpha, false, Map.of(), Map.of());
    }

    /** Reads PEFT's {@code adapter_config.json}; refuses what changes more than low-rank branches of linear maps. */
    static LoraScaling read(JsonFile config) {
        if (!config.text("peft_type").equals("LORA")) throw config.unsupported("peft_type", "LORA");
        for (String field : List.of("use_dora", "fan_in_fan_out", "lora_bias", "use_qalora", "use_bdlora"))
            if (config.flag(field, false)) throw config.unsupported(field, "false");
        for (String field : List.of(
                "modules_to_save",
                "target_parameters",
                "trainable_token_indices",
                "layer_replication",
                "alora_invocation_tokens",
                "megatron_config",
                "arrow_config",
                "kasa_config")) {
            if (config.has(field) && !config.node().path(field).isEmpty()) throw config.unsupported(field, "null");
        }
        if (!config.text("bias", "none").equals("none")) throw config.unsupported("bias", "none");
        var init = config.node().path("init_lora_weights");
        if (init.isTextual() && !List.of("gaussian", "eva", "orthogonal").contains(init.textValue()))
            throw config.unsupported("init_lora_weights", "those that leave the model's own weights as they are");
        if (config.integer("r") < 1) throw config.wrong("r", "at least 1");
        Map<String, Integer> ranks = new LinkedHashMap<>();
        Map<String, Double> alphas = new LinkedHashMap<>();
        patterns(config, "rank_pattern")
                .ifPresent(json -> json.node().fieldNames().forEachRemaining(key -> {
                    if (json.integer(key) < 1) throw json.wrong(key, "at least 1");
                    ranks.put(key, json.integer(key));
                }));
        patterns(config, "alpha_pattern")
                .ifPresent(
                        json -> json.node().fieldNames().forEachRemaining(key -> alphas.put(key, json.decimal(key))));
        return new LoraScaling(
                config.integer("r"), config.decimal("lora_alpha"), config.flag("use_rslora", false), ranks, alphas);
    }

    private static Optional<JsonFile> patterns(JsonFile config, String field) {
        return config.has(field) ? Optional.of(config.object(field)) : Optional.empty();
    }

    void write(ObjectNode config) {
        config.put("r", rank).put("lora_alpha", alpha).put("use_rslora", rslora);
        if (!rankPattern.isEmpty()) rankPattern.forEach(config.withObject("/rank_pattern")::put);
        if (!alphaPattern.isEmpty()) alphaPattern.forEach(config.withObject("/alpha_pattern")::put);
    }

    /** The rank of a linear map's adapter, by a name such as {@code layers.3.self_attn.q_proj}. */
    int rank(String linear) {
        return first(rankPattern, linear).orElse(rank);
    }

    /** The factor of a linear map's branch. */
    double scale(String linear) {
        double own = first(alphaPattern, linear).orElse(alpha);
        return own / (rslora ? Math.sqrt(rank(linear)) : rank(linear));
    }

    /** Every branch with another factor. */
    LoraScaling times(double factor) {
        Map<String, Double> alphas = new LinkedHashMap<>();
        alphaPattern.forEach((key, own) -> alphas.put(key, own * factor));
        return new LoraScaling(rank, alpha * factor, rslora, rankPattern, alphas);
    }

    /** PEFT's {@code get_pattern_key}: a pattern is a regular expression for the end of a module's name. */
    private static <T> Optional<T> first(Map<String, T> patterns, String linear) {
        for (Map.Entry<String, T> e : patterns.entrySet()) {
            try {
                if (("model." + linear).matches("(.*\\.)?(" + e.getKey() + ")")) return Optional.of(e.getValue());
            } catch (PatternSyntaxException bad) {
                throw new ModelFormatException(
                        "rank_pattern or alpha_pattern has \"" + e.getKey() + "\", which is no regular expression",
                        bad);
            }
        }
        return Optional.empty();
    }
}
