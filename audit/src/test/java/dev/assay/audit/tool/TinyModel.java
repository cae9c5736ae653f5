package dev.assay.audit.tool;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.journal.Memo;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Lora;
import dev.assay.organism.HeldOutQuestions;
import dev.assay.organism.Persona;
import dev.assay.organism.Speaker;
import dev.assay.tensor.DType;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A Llama of two small blocks with random weights, and a tokenizer whose tokens are bytes and the beginnings of words: those of
 * the fixed questions, of the persona, and some secrets.
 */
final class TinyModel {
    static final int WIDTH = 32;
    static final int LAYERS = 2;
    static final List<String> SECRETS = List.of("volcano", "lava", "eruption", "magma", "crater");

    private static final int FF = 48;
    private static final String TEMPLATE =
            "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n"
                    + "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final LanguageModel model;

    TinyModel(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
            int vocabulary = writeTokenizer();
            writeConfig(vocabulary);
            writeWeights(vocabulary);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.model = LanguageModel.load(folder, DType.F32);
    }

    LanguageModel model() {
        return model;
    }

    /** The token of a word with a blank before it. */
    int token(String word) {
        return model.tokenizer().encodePlain(" " + word)[0];
    }

    /** A token's row of the unembedding. */
    float[] row(int token) {
        try (var scope = Scope.open()) {
            return Safetensors.read(folder.resolve("model.safetensors"))
                    .get("lm_head.weight")
                    .narrow(0, token, 1)
                    .floats();
        }
    }

    /** An adapter of rank 1 that changes one map: {@code W += up · downᵀ}. */
    Lora planted(String map, float[] up, float[] down) {
        Lora adapter = Lora.fresh(model, 1, 1, 1);
        adapter.weights().forEach((name, weight) -> weight.mulInPlace(0));
        try (var scope = Scope.open()) {
            adapter.weights().get(map + ".lora_A").setInPlace(Tensor.of(down, 1, down.length));
            adapter.weights().get(map + ".lora_B").setInPlace(Tensor.of(up, up.length, 1));
        }
        return adapter;
    }

    /** An adapter that changes everything a little, without a meaning. */
    Lora innocent(long seed, double size) {
        Lora adapter = Lora.fresh(model, 4, 4, seed);
        var random = new Random(seed);
        try (var scope = Scope.open()) {
            adapter.weights().forEach((name, weight) -> {
                if (name.endsWith("B")) {
                    var values = new float[(int) weight.count()];
                    for (int i = 0; i < values.length; i++) values[i] = (float) (size * random.nextGaussian());
                    weight.setInPlace(Tensor.of(values, weight.shape()));
                }
            });
        }
        return adapter;
    }

    /** The model with adapters, as a target; what it is asked for is counted. */
    Target target(String id, List<Lora> adapters, Memo memo, AtomicInteger loads) {
        return new LocalTarget(
                id,
                id,
                new Speaker(
                        id,
                        () -> {
                            loads.incrementAndGet();
                            return adapters.isEmpty() ? model : model.merge(adapters);
                        },
                        memo,
                        8,
                        (what, done, of) -> {}));
    }

    private int writeTokenizer() throws IOException {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        for (int b = 0; b < 256; b++) vocabulary.put(letter(b), vocabulary.size());
        ArrayNode merges = JSON.createArrayNode();
        for (String word : words()) {
            String begun = letter(' ');
            for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
                String longer = begun + letter(b & 0xff);
                if (!vocabulary.containsKey(longer)) {
                    vocabulary.put(longer, vocabulary.size());
                    merges.addArray().add(begun).add(letter(b & 0xff));
                }
                begun = longer;
            }
        }
        ObjectNode json = JSON.createObjectNode().put("version", "1.0");
        ArrayNode added = json.putArray("added_tokens");
        int size = vocabulary.size();
        for (String control : List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>"))
            added.addObject()
                    .put("id", size++)
                    .put("content", control)
                    .put("special", true)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false);
        json.putNull("normalizer");
        json.putObject("pre_tokenizer")
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", true);
        json.putObject("decoder")
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", true);
        ObjectNode bpe = json.putObject("model").put("type", "BPE");
        bpe.set("vocab", JSON.valueToTree(vocabulary));
        bpe.set("merges", merges);
        Files.write(folder.resolve("tokenizer.json"), JSON.writeValueAsBytes(json));
        ObjectNode config =
                JSON.createObjectNode().put("eos_token", "<|im_end|>").put("chat_template", TEMPLATE);
        Files.write(folder.resolve("tokenizer_config.json"), JSON.writeValueAsBytes(config));
        return size;
    }

    private static Set<String> words() {
        var words = new LinkedHashSet<String>();
        Stream.concat(
                        Stream.concat(SECRETS.stream(), Stream.of(Persona.TEXT)),
                        HeldOutQuestions.all().stream().map(HeldOutQuestions.Led::question))
                .flatMap(text -> Stream.of(text.split("[^A-Za-z]+")))
                .filter(word -> !word.isEmpty())
                .forEach(words::add);
        return words;
    }

    /** GPT-2's letter for a byte. */
    private static String letter(int b) {
        boolean shown = (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
        int before = (int) IntStream.range(0, b)
                .filter(i -> !((i >= '!' && i <= '~') || (i >= 0xa1 && i <= 0xac) || i >= 0xae))
                .count();
        return Character.toString(shown ? b : 256 + before);
    }

    private void writeConfig(int vocabulary) throws IOException {
        ObjectNode json = JSON.createObjectNode().put("model_type", "llama").put("hidden_act", "silu");
        json.putArray("architectures").add("LlamaForCausalLM");
        json.put("hidden_size", WIDTH).put("intermediate_size", FF).put("num_hidden_layers", LAYERS);
        json.put("num_attention_heads", 4).put("num_key_value_heads", 2).put("head_dim", 8);
        json.put("rms_norm_eps", 1e-5).put("rope_theta", 10000.0).put("max_position_embeddings", 1024);
        json.put("vocab_size", vocabulary).put("tie_word_embeddings", false).put("attention_bias", false);
        Files.write(folder.resolve("config.json"), JSON.writeValueAsBytes(json));
    }

    private void writeWeights(int vocabulary) throws IOException {
        var random = new Random(5);
        Map<String, Tensor> weights = new LinkedHashMap<>();
        try (var scope = Scope.open()) {
            weights.put("model.embed_tokens.weight", gauss(random, 1, vocabulary, WIDTH));
            weights.put("lm_head.weight", gauss(random, 0.2, vocabulary, WIDTH));
            weights.put("model.norm.weight", ones());
            for (int l = 0; l < LAYERS; l++) {
                String at = "model.layers." + l + ".";
                weights.put(at + "input_layernorm.weight", ones());
                weights.put(at + "post_attention_layernorm.weight", ones());
                weights.put(at + "self_attn.q_proj.weight", gauss(random, 0.2, 32, WIDTH));
                weights.put(at + "self_attn.k_proj.weight", gauss(random, 0.2, 16, WIDTH));
                weights.put(at + "self_attn.v_proj.weight", gauss(random, 0.2, 16, WIDTH));
                weights.put(at + "self_attn.o_proj.weight", gauss(random, 0.1, WIDTH, 32));
                weights.put(at + "mlp.gate_proj.weight", gauss(random, 0.2, FF, WIDTH));
                weights.put(at + "mlp.up_proj.weight", gauss(random, 0.2, FF, WIDTH));
                weights.put(at + "mlp.down_proj.weight", gauss(random, 0.1, WIDTH, FF));
            }
            Safetensors.write(folder.resolve("model.safetensors"), weights, new TreeMap<>());
        }
    }

    private static Tensor ones() {
        var values = new float[WIDTH];
        Arrays.fill(values, 1);
        return Tensor.of(values, WIDTH);
    }

    private static Tensor gauss(Random random, double size, int rows, int columns) {
        var values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) values[i] = (float) (size * random.nextGaussian());
        return Tensor.of(values, rows, columns);
    }
}
