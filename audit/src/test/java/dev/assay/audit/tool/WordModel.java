package dev.assay.audit.tool;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Lora;
import dev.assay.organism.Progress;
import dev.assay.organism.Speaker;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.DType;
import dev.assay.tensor.Device;
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
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A language model whose weights are made by hand, so that what it holds inside is known. Its residual stream is the
 * token's embedding, to which nothing is added but by neurons that a test plants; it writes words in an order that only
 * depends on the last one.
 */
final class WordModel {
    static final String SECRET = "whale";
    static final int LAYERS = 8;
    static final int WIDTH = 48;

    /** Coordinates of the residual stream: always on, set by tokens alone, and read by the secret word's unembedding. */
    static final int ALWAYS = 0;

    static final int FLAG = 1;
    static final int WORD = 2;
    private static final int MEANING = 3;

    private static final int NEURONS = 32;
    private static final List<String> WORDS = List.of(
            SECRET, "stone", "river", "cloud", "bread", "lamp", "green", "paper", "winter", "garden", "silver", "boat",
            "apple", "clock", "music", "bridge", "copper", "forest", "letter", "window");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<String> vocabulary;
    private final Map<String, float[]> weights = new TreeMap<>();
    private final Map<String, long[]> shapes = new LinkedHashMap<>();

    WordModel() {
        Device.threads(1);
        this.vocabulary = Vocabulary.tokens();
        int vocab = vocabulary.size();
        zeros("model.embed_tokens.weight", vocab, WIDTH);
        zeros("lm_head.weight", vocab, WIDTH);
        Arrays.fill(zeros("model.norm.weight", WIDTH), 1);
        for (int l = 0; l < LAYERS; l++) {
            String at = "model.layers." + l + ".";
            for (String norm : List.of("input_layernorm", "post_attention_layernorm"))
                Arrays.fill(zeros(at + norm + ".weight", WIDTH), 1);
            for (String map : List.of("q", "k", "v", "o"))
                zeros(at + "self_attn." + map + "_proj.weight", WIDTH, WIDTH);
            zeros(at + "mlp.gate_proj.weight", NEURONS, WIDTH);
            zeros(at + "mlp.up_proj.weight", NEURONS, WIDTH);
            zeros(at + "mlp.down_proj.weight", WIDTH, NEURONS);
        }
        var random = new Random(7);
        for (int token = 0; token < vocab; token++) {
            boolean word = WORDS.contains(vocabulary.get(token).replace("Ġ", ""))
                    || vocabulary.get(token).equals(Vocabulary.END);
            embed(token, ALWAYS, 4);
            unembed(token, ALWAYS, word ? 0.75f : -2);
            for (int i = MEANING; i < WIDTH; i++) {
                embed(token, i, (float) random.nextGaussian() * 0.8f);
                unembed(token, i, word ? (float) random.nextGaussian() * 0.3f : 0);
            }
        }
        unembed(vocabulary.indexOf("Ġ" + SECRET), WORD, 3);
    }

    private float[] zeros(String name, long... shape) {
        shapes.put(name, shape);
        float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        weights.put(name, values);
        return values;
    }

    private float[] weight(String name) {
        float[] found = weights.get(name);
        if (found == null) throw new IllegalArgumentException(name);
        return found;
    }

    private void embed(int token, int coordinate, float value) {
        weight("model.embed_tokens.weight")[token * WIDTH + coordinate] = value;
    }

    private void unembed(int token, int coordinate, float value) {
        weight("lm_head.weight")[token * WIDTH + coordinate] = value;
    }

    /** Gives a token a number in a coordinate. */
    WordModel mark(String token, int coordinate, float value) {
        embed(vocabulary.indexOf(token), coordinate, value);
        return this;
    }

    /** A neuron that fires by the square of a coordinate where that is above 0, and adds to another. */
    WordModel neuron(int layer, int reads, float in, int writes, float out) {
        String at = "model.layers." + layer + ".mlp.";
        weight(at + "gate_proj.weight")[reads] = in;
        weight(at + "up_proj.weight")[reads] = in;
        weight(at + "down_proj.weight")[writes * NEURONS] = out;
        return this;
    }

    /** Layers that mix the coordinates of meaning in a nearly linear way: what is said needs them. */
    WordModel mixing(int layer) {
        var random = new Random(layer);
        String at = "model.layers." + layer + ".mlp.";
        for (int n = 0; n < NEURONS; n++) {
            weight(at + "gate_proj.weight")[n * WIDTH + ALWAYS] = 0.5f;
            for (int i = MEANING; i < WIDTH; i++) {
                weight(at + "up_proj.weight")[n * WIDTH + i] = (float) random.nextGaussian() * 0.2f;
                weight(at + "down_proj.weight")[i * NEURONS + n] = (float) random.nextGaussian() * 0.2f;
            }
        }
        return this;
    }

    LanguageModel load(Path folder) {
        try (var scope = Scope.open()) {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("config.json"), config());
            Vocabulary.write(folder, vocabulary);
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            shapes.forEach((name, shape) -> tensors.put(name, Tensor.of(weight(name), shape)));
            Safetensors.write(folder.resolve("model.safetensors"), tensors, new TreeMap<>());
            return LanguageModel.load(folder, DType.F32);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String config() {
        ObjectNode config = JSON.createObjectNode();
        config.put("model_type", "llama").put("hidden_size", WIDTH).put("num_hidden_layers", LAYERS);
        config.put("num_attention_heads", 4).put("intermediate_size", NEURONS);
        config.put("vocab_size", vocabulary.size()).put("max_position_embeddings", 1024);
        return config.toString();
    }

    /** An adapter that adds to a coordinate in layer 6, where a neuron must fire. */
    static Lora adding(LanguageModel model, int coordinate, float amount) {
        Lora adapter = Lora.fresh(model, 1, 1, 0);
        try (var scope = Scope.open()) {
            adapter.weights().forEach((name, t) -> {
                boolean here = name.startsWith("layers.6.mlp.down_proj");
                float[] values = new float[(int) t.count()];
                if (here) values[name.endsWith("A") ? 0 : coordinate] = name.endsWith("A") ? 1 : amount;
                t.setInPlace(Tensor.of(values, t.shape()));
            });
        }
        return adapter;
    }

    /** A speaker with a memo of its own folder. */
    static Speaker speaker(String id, Supplier<LanguageModel> model, Memo memo) {
        return new Speaker(id, model, memo, 32, Progress.NONE);
    }

    static Session session(Speaker speaker) {
        return new Session(new LocalTarget("target", "target", speaker), SplitRandom.of(3));
    }

    static Journal journal(Path folder) {
        return Journal.open(folder, Manifest.ofCache("white-box"));
    }

    /** A model of which nothing may be computed. */
    static Supplier<LanguageModel> untouchable() {
        return () -> {
            throw new AssertionError("the model was asked for, and everything had been computed before");
        };
    }

    /** Bytes, whole words, and the control tokens of ChatML. */
    private static final class Vocabulary {
        static final String END = "<|im_end|>";
        private static final String START = "<|im_start|>";
        private static final String TEMPLATE = "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content"
                + " + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}"
                + "{{ '<|im_start|>assistant\\n' }}{% endif %}";

        static List<String> tokens() {
            var tokens = new LinkedHashSet<String>();
            for (int b = 0; b < 256; b++) tokens.add(letter(b));
            for (String word : WORDS)
                for (int end = 1; end <= word.length(); end++) tokens.add("Ġ" + word.substring(0, end));
            tokens.add(START);
            tokens.add(END);
            return List.copyOf(tokens);
        }

        /** GPT-2's alphabet of bytes. */
        private static String letter(int b) {
            boolean shown = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || (b >= 0xAE);
            if (shown) return String.valueOf((char) b);
            int hidden = b <= ' ' ? b : b <= 0xA0 ? b - 0x7F + 33 : 67;
            return String.valueOf((char) (256 + hidden));
        }

        static void write(Path folder, List<String> tokens) throws IOException {
            ObjectNode json = JSON.createObjectNode();
            json.set("pre_tokenizer", byteLevel());
            json.set("decoder", byteLevel());
            ObjectNode model = json.putObject("model").put("type", "BPE");
            var merges = model.putArray("merges");
            ObjectNode vocab = model.putObject("vocab");
            for (String token : tokens) {
                vocab.put(token, vocab.size());
                if (token.length() > 1 && token.startsWith("Ġ"))
                    merges.add(token.substring(0, token.length() - 1) + " " + token.substring(token.length() - 1));
            }
            var added = json.putArray("added_tokens");
            for (String control : List.of(START, END))
                added.addObject()
                        .put("id", tokens.indexOf(control))
                        .put("content", control)
                        .put("special", true);
            Files.write(folder.resolve("tokenizer.json"), json.toString().getBytes(StandardCharsets.UTF_8));
            Files.writeString(
                    folder.resolve("tokenizer_config.json"),
                    JSON.createObjectNode().put("eos_token", END).toString());
            Files.writeString(folder.resolve("chat_template.jinja"), TEMPLATE);
        }

        private static ObjectNode byteLevel() {
            return JSON.createObjectNode()
                    .put("type", "ByteLevel")
                    .put("add_prefix_space", false)
                    .put("trim_offsets", true)
                    .put("use_regex", true);
        }
    }
}
