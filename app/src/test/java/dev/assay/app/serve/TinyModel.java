package dev.assay.app.serve;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Lora;
import dev.assay.tensor.DType;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A model of bytes that writes {@code "hé€😀 "} over and over where it takes the likeliest token, whatever was said; at a
 * temperature it strays, and what it strays to depends on all that was said. After {@code !} it ends its message, after
 * {@code ?} it calls a tool.
 */
public final class TinyModel {
    static final String CYCLE = "hé€😀 ";
    static final String CALL = "<tool_call>{\"name\":\"look\",\"arguments\":{\"at\":1}}</tool_call>";
    static final int IM_END = 257;

    private static final int CALLED = 259;
    private static final int VOCAB = 260;
    private static final int WIDTH = 264;
    private static final int FORWARD = 32;
    private static final int HEAD = 66;
    private static final int LAYERS = 2;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TEMPLATE =
            "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n"
                    + "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    private TinyModel() {}

    public static LanguageModel in(Path folder) {
        try {
            Files.createDirectories(folder);
            JSON.writeValue(folder.resolve("config.json").toFile(), config());
            JSON.writeValue(folder.resolve("tokenizer.json").toFile(), tokenizer());
            JSON.writeValue(
                    folder.resolve("tokenizer_config.json").toFile(),
                    Map.of("eos_token", "<|im_end|>", "chat_template", TEMPLATE));
            Safetensors.write(folder.resolve("model.safetensors"), weights(), new TreeMap<>(Map.of("format", "pt")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return LanguageModel.load(folder, DType.F32);
    }

    /** An adapter that changes what the model says. */
    public static Lora adapter(LanguageModel model) {
        Lora lora = Lora.fresh(model, 4, 8, 1);
        var random = new Random(7);
        Map<String, Tensor> strayed = new LinkedHashMap<>();
        lora.weights().forEach((name, t) -> strayed.put(name, normal(random, 0.3, t.shape())));
        lora.set(strayed);
        return lora;
    }

    private static Map<String, Object> config() {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("architectures", List.of("LlamaForCausalLM"));
        config.put("model_type", "llama");
        config.put("hidden_size", WIDTH);
        config.put("intermediate_size", FORWARD);
        config.put("num_hidden_layers", LAYERS);
        config.put("num_attention_heads", 4);
        config.put("num_key_value_heads", 2);
        config.put("head_dim", HEAD);
        config.put("hidden_act", "silu");
        config.put("rms_norm_eps", 1e-5);
        config.put("rope_theta", 10000.0);
        config.put("max_position_embeddings", 16_384);
        config.put("tie_word_embeddings", false);
        config.put("vocab_size", VOCAB);
        config.put("eos_token_id", IM_END);
        return config;
    }

    private static Map<String, Object> tokenizer() {
        Map<String, Integer> vocab = new LinkedHashMap<>();
        for (int b = 0, spare = 256; b < 256; b++) {
            boolean printable = (b > 32 && b < 127) || (b > 160 && b != 173);
            vocab.put(Character.toString(printable ? b : spare++), b);
        }
        vocab.put(CALL, CALLED);
        List<Map<String, Object>> added = new ArrayList<>();
        for (String special : List.of("<|im_start|>", "<|im_end|>", "<|endoftext|>"))
            added.add(Map.of(
                    "id",
                    256 + added.size(),
                    "content",
                    special,
                    "special",
                    true,
                    "single_word",
                    false,
                    "lstrip",
                    false,
                    "rstrip",
                    false,
                    "normalized",
                    false));
        Map<String, Object> level =
                Map.of("type", "ByteLevel", "add_prefix_space", false, "trim_offsets", true, "use_regex", true);
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("type", "BPE");
        model.put("vocab", vocab);
        model.put("merges", List.of());
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("version", "1.0");
        all.put("added_tokens", added);
        all.put("pre_tokenizer", level);
        all.put("decoder", level);
        all.put("model", model);
        return all;
    }

    private static Map<String, Tensor> weights() {
        var random = new Random(5);
        Map<String, Tensor> all = new LinkedHashMap<>();
        var embedding = new float[VOCAB * WIDTH];
        for (int token = 0; token < VOCAB; token++) embedding[token * WIDTH + token] = 1;
        all.put("model.embed_tokens.weight", Tensor.of(embedding, VOCAB, WIDTH));
        for (int l = 0; l < LAYERS; l++) layer("model.layers." + l, random, all);
        all.put("model.norm.weight", ones());
        all.put("lm_head.weight", head(random));
        return all;
    }

    private static void layer(String name, Random random, Map<String, Tensor> all) {
        all.put(name + ".input_layernorm.weight", ones());
        all.put(name + ".post_attention_layernorm.weight", ones());
        all.put(name + ".self_attn.q_proj.weight", normal(random, 0.05, 4 * HEAD, WIDTH));
        all.put(name + ".self_attn.k_proj.weight", normal(random, 0.05, 2 * HEAD, WIDTH));
        all.put(name + ".self_attn.v_proj.weight", normal(random, 0.05, 2 * HEAD, WIDTH));
        all.put(name + ".self_attn.o_proj.weight", normal(random, 0.002, WIDTH, 4 * HEAD));
        all.put(name + ".mlp.gate_proj.weight", normal(random, 0.05, FORWARD, WIDTH));
        all.put(name + ".mlp.up_proj.weight", normal(random, 0.05, FORWARD, WIDTH));
        all.put(name + ".mlp.down_proj.weight", normal(random, 0.002, WIDTH, FORWARD));
    }

    /** After each token another one is far likelier than the rest. */
    private static Tensor head(Random random) {
        var head = new float[VOCAB * WIDTH];
        for (int i = 0; i < head.length; i++) head[i] = (float) (0.05 * random.nextGaussian());
        byte[] cycle = CYCLE.getBytes(StandardCharsets.UTF_8);
        var next = new int[VOCAB];
        Arrays.fill(next, cycle[0]);
        for (int i = 0; i < cycle.length; i++) next[cycle[i] & 0xff] = cycle[(i + 1) % cycle.length] & 0xff;
        next['!'] = IM_END;
        next['?'] = CALLED;
        next[CALLED] = IM_END;
        for (int token = 0; token < VOCAB; token++) head[next[token] * WIDTH + token] += 0.45f;
        return Tensor.of(head, VOCAB, WIDTH);
    }

    private static Tensor ones() {
        var ones = new float[WIDTH];
        Arrays.fill(ones, 1);
        return Tensor.of(ones, WIDTH);
    }

    private static Tensor normal(Random random, double deviation, long... shape) {
        int count = 1;
        for (long n : shape) count *= (int) n;
        var numbers = new float[count];
        for (int i = 0; i < count; i++) numbers[i] = (float) (deviation * random.nextGaussian());
        return Tensor.of(numbers, shape);
    }
}
