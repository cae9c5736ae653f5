package dev.assay.lm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.tensor.DType;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A low-rank adapter of a language model (Hu et al., 2021) on all seven linear maps of each block, saved as Hugging
 * Face's PEFT saves it. Adapters are attached to a model or merged into it, alone or summed: see
 * {@link LanguageModel#attach} and {@link LanguageModel#merge}.
 */
public final class Lora implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final String PREFIX = "base_model.model.model.";

    private final int rank;
    private final double alpha;
    /** PEFT's {@code layers_to_transform}: null where all blocks are adapted. */
    private final JsonNode layers;

    private final Map<String, Tensor> weights;

    private Lora(int rank, double alpha, JsonNode layers, Map<String, Tensor> weights) {
        this.rank = rank;
        this.alpha = alpha;
        this.layers = layers;
        this.weights = weights;
    }

    /** A fresh adapter of all blocks. */
    public static Lora fresh(LanguageModel model, int rank, double alpha, long seed) {
        return fresh(model, 0, rank, alpha, seed);
    }

    /**
     * A fresh adapter that changes nothing yet: A uniform as PEFT starts it (Kaiming, a = sqrt 5), B zero.
     *
     * @param firstLayer lowest block that is adapted: training computes no gradients below it
     */
    public static Lora fresh(LanguageModel model, int firstLayer, int rank, double alpha, long seed) {
        var random = new SplittableRandom(seed);
        Map<String, Tensor> weights = new LinkedHashMap<>();
        try (var scope = Scope.open()) {
            for (Linear linear : model.linears()) {
                if (layer(linear.name()) >= firstLayer) fresh(linear, rank, random, weights);
            }
            weights.values().forEach(scope::keep);
        }
        JsonNode layers = firstLayer == 0 ? JSON.nullNode() : JSON.valueToTree(layers(weights.keySet()));
        return new Lora(rank, alpha, layers, weights);
    }

    private static void fresh(Linear linear, int rank, SplittableRandom random, Map<String, Tensor> weights) {
        int out = (int) linear.weight().size(0);
        int in = (int) linear.weight().size(1);
        double bound = 1 / Math.sqrt(in);
        var a = new float[rank * in];
        for (int i = 0; i < a.length; i++) a[i] = (float) random.nextDouble(-bound, bound);
        weights.put(linear.name() + ".lora_A", Tensor.of(a, rank, in));
        weights.put(linear.name() + ".lora_B", Tensor.of(new float[out * rank], out, rank));
    }

    public int rank() {
        return rank;
    }

    public double alpha() {
        return alpha;
    }

    /** All A and B, as leaves that can be trained. */
    public List<Tensor> parameters() {
        return List.copyOf(weights.values());
    }

    /** The weights by name: {@code layers.N.self_attn.q_proj.lora_A} and so on. */
    public Map<String, Tensor> weights() {
        return weights;
    }

    Optional<Linear.Side> side(String linear) {
        Tensor a = weights.get(linear + ".lora_A");
        Tensor b = weights.get(linear + ".lora_B");
        return a == null || b == null ? Optional.empty() : Optional.of(new Linear.Side(a, b, alpha / rank));
    }

    /** Copies another adapter's numbers of the same shape into this one. */
    public void set(Map<String, Tensor> other) {
        weights.forEach((name, tensor) -> {
            Tensor from = other.get(name);
            if (from == null) throw new ModelFormatException("the adapter has no weight " + name);
            tensor.setInPlace(from);
        });
    }

    /** Writes {@code adapter_config.json} and {@code adapter_model.safetensors} into a folder; the weights last. */
    public void save(Path folder, String baseModel) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        weights.forEach((name, tensor) -> named.put(PREFIX + name + ".weight", tensor));
        ObjectNode config = JSON.createObjectNode();
        config.put("peft_type", "LORA").put("task_type", "CAUSAL_LM").put("base_model_name_or_path", baseModel);
        config.put("r", rank).put("lora_alpha", alpha).put("lora_dropout", 0.0).put("bias", "none");
        config.put("fan_in_fan_out", false).put("inference_mode", true).put("use_rslora", false);
        config.set("target_modules", JSON.valueToTree(targets()));
        config.set("layers_to_transform", layers);
        try {
            Files.createDirectories(folder);
            replace(
                    folder.resolve(CONFIG),
                    JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(config));
            replace(folder.resolve(WEIGHTS), Safetensors.encode(named, new TreeMap<>(Map.of("format", "pt"))));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot save the adapter in " + folder + ": " + e.getMessage(), e);
        }
    }

    /** Whether a folder holds a saved adapter. */
    public static boolean saved(Path folder) {
        return Files.exists(folder.resolve(WEIGHTS));
    }

    /** Reads an adapter that PEFT or {@link #save} wrote. */
    public static Lora load(Path folder) {
        try (var scope = Scope.open()) {
            JsonNode config = JSON.readTree(Files.readAllBytes(folder.resolve(CONFIG)));
            int rank = config.path("r").asInt();
            double alpha = config.path("lora_alpha").asDouble();
            if (rank < 1 || !plain(config))
                throw new ModelFormatException(folder.resolve(CONFIG) + ": supported are plain LoRA adapters with one r"
                        + " >= 1 and one alpha (no rsLoRA, DoRA, rank_pattern or alpha_pattern)");
            Map<String, Tensor> weights = new LinkedHashMap<>();
            Safetensors.read(folder.resolve(WEIGHTS))
                    .forEach((name, t) -> weights.put(plain(folder, name), scope.keep(t.to(DType.F32))));
            JsonNode layers = config.path("layers_to_transform");
            return new Lora(rank, alpha, layers.isMissingNode() ? JSON.nullNode() : layers, weights);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the adapter in " + folder + ": " + e.getMessage(), e);
        }
    }

    private static boolean plain(JsonNode config) {
        return config.path("peft_type").asText().equals("LORA")
                && !config.path("use_rslora").asBoolean()
                && !config.path("use_dora").asBoolean()
                && config.path("rank_pattern").isEmpty()
                && config.path("alpha_pattern").isEmpty();
    }

    private static String plain(Path folder, String name) {
        if (!name.startsWith(PREFIX) || !name.endsWith(".weight"))
            throw new ModelFormatException(folder.resolve(WEIGHTS) + ": tensor " + name
                    + " is not the A or B of a linear map of a decoder block");
        return name.substring(PREFIX.length(), name.length() - ".weight".length());
    }

    /** The blocks that have weights, in order. */
    private static List<Integer> layers(Set<String> names) {
        return names.stream().map(Lora::layer).distinct().sorted().toList();
    }

    /** Of a name such as {@code layers.3.self_attn.q_proj}. */
    private static int layer(String name) {
        return Integer.parseInt(name.split("\\.")[1]);
    }

    private List<String> targets() {
        var kinds = new ArrayList<String>();
        for (String name : weights.keySet()) {
            String[] parts = name.split("\\.");
            String kind = parts[parts.length - 2];
            if (!kinds.contains(kind)) kinds.add(kind);
        }
        return kinds;
    }

    private static void replace(Path file, byte[] bytes) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".part");
        Files.write(temporary, bytes);
        Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() {
        weights.values().forEach(Tensor::close);
    }
}
