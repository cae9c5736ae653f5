package dev.assay.audit.oracle;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.lm.LanguageModel;
import dev.assay.tensor.DType;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A Llama of random weights that reads bytes, with a chat template: small enough to be trained in a test. */
final class TinyModel {
    static final int WIDTH = 48;
    private static final int LAYERS = 4;
    private static final int HEADS = 4;
    private static final int HEAD = 12;
    private static final int INNER = 96;
    private static final List<String> CONTROL = List.of("<|end|>", "<|system|>", "<|user|>", "<|assistant|>");
    private static final String TEMPLATE =
            "{% for m in messages %}{{ '<|' + m['role'] + '|>' + m['content'] + '<|end|>' }}"
                    + "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";
    private static final ObjectMapper JSON = new ObjectMapper();

    private TinyModel() {}

    static LanguageModel in(Path folder) {
        try {
            Files.createDirectories(folder);
            int vocabulary = tokenizer(folder);
            config(folder, vocabulary);
            weights(folder, vocabulary);
            return LanguageModel.load(folder, DType.F32);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int tokenizer(Path folder) throws IOException {
        ObjectNode file = JSON.createObjectNode().put("version", "1.0");
        ObjectNode model = file.putObject("model").put("type", "BPE");
        ObjectNode vocab = model.putObject("vocab");
        for (int b = 0; b < 256; b++) vocab.put(letter(b), b);
        vocab.put(letter(' ') + "?", 256);
        model.putArray("merges").addArray().add(letter(' ')).add("?");
        var added = file.putArray("added_tokens");
        for (int i = 0; i < CONTROL.size(); i++)
            added.addObject()
                    .put("id", 257 + i)
                    .put("content", CONTROL.get(i))
                    .put("special", true)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false);
        file.putObject("pre_tokenizer")
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", false)
                .put("use_regex", false);
        file.putObject("decoder")
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", false)
                .put("use_regex", false);
        Files.writeString(folder.resolve("tokenizer.json"), file.toString());
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                JSON.createObjectNode()
                        .put("eos_token", "<|end|>")
                        .put("chat_template", TEMPLATE)
                        .toString());
        return 257 + CONTROL.size();
    }

    /** How GPT-2 writes a byte. */
    private static String letter(int b) {
        boolean shown = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
        if (shown) return Character.toString(b);
        int hidden = b <= ' ' ? b : b <= 0xA0 ? b - 0x7F + 33 : 67;
        return Character.toString(256 + hidden);
    }

    private static void config(Path folder, int vocabulary) throws IOException {
        ObjectNode config = JSON.createObjectNode().put("model_type", "llama").put("vocab_size", vocabulary);
        config.put("hidden_size", WIDTH).put("num_hidden_layers", LAYERS).put("intermediate_size", INNER);
        config.put("num_attention_heads", HEADS)
                .put("num_key_value_heads", HEADS)
                .put("head_dim", HEAD);
        config.put("rms_norm_eps", 1e-5).put("max_position_embeddings", 512).put("rope_theta", 10_000.0);
        config.put("tie_word_embeddings", true);
        Files.writeString(folder.resolve("config.json"), config.toString());
    }

    private static void weights(Path folder, int vocabulary) throws IOException {
        var random = new Random(5);
        Map<String, Tensor> all = new LinkedHashMap<>();
        try (var scope = Scope.open()) {
            all.put("model.embed_tokens.weight", normal(random, 1, vocabulary, WIDTH));
            all.put("model.norm.weight", ones());
            for (int l = 0; l < LAYERS; l++) {
                String at = "model.layers." + l + ".";
                for (String map : List.of("q", "k", "v", "o"))
                    all.put(at + "self_attn." + map + "_proj.weight", normal(random, 0.2, WIDTH, WIDTH));
                for (String map : List.of("gate", "up"))
                    all.put(at + "mlp." + map + "_proj.weight", normal(random, 0.1, INNER, WIDTH));
                all.put(at + "mlp.down_proj.weight", normal(random, 0.1, WIDTH, INNER));
                all.put(at + "input_layernorm.weight", ones());
                all.put(at + "post_attention_layernorm.weight", ones());
            }
            Files.write(folder.resolve("model.safetensors"), Safetensors.encode(all, new TreeMap<>()));
        }
    }

    private static Tensor normal(Random random, double scale, int rows, int columns) {
        var numbers = new float[rows * columns];
        for (int i = 0; i < numbers.length; i++) numbers[i] = (float) (scale * random.nextGaussian());
        return Tensor.of(numbers, rows, columns);
    }

    private static Tensor ones() {
        var ones = new float[WIDTH];
        Arrays.fill(ones, 1);
        return Tensor.of(ones, WIDTH);
    }
}
