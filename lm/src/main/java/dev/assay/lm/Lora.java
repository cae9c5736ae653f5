package dev.assay.lm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.tensor.DType;
import dev.assay.tensor.Device;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import dev.assay.tensor.TensorException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
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

    private final LoraScaling scaling;
    /** PEFT's {@code layers_to_transform}: null where all blocks are adapted. */
    private final JsonNode layers;

    private final Map<String, Tensor> weights;

    private Lora(LoraScaling scaling, JsonNode layers, Map<String, Tensor> weights) {
        this.scaling = scaling;
        this.layers = layers;
        this.weights = weights;
    }

    /** A fresh adapter of all blocks. */
    public static Lora fresh(LanguageModel model, int rank, double alpha, long seed) {
        return fresh(model, 0, rank, alpha, seed);
    }

    /**
     * A fresh adapter that changes nothing yet: A uniform as PEFT starts it (Kaiming, a = sqrt 5), B zero. It lies on the
     * devices of the maps that it stands beside.
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
        return new Lora(LoraScaling.of(rank, alpha), layers, weights);
    }

    private static void fresh(Linear linear, int rank, SplittableRandom random, Map<String, Tensor> weights) {
        int out = (int) linear.weight().size(0);
        int in = (int) linear.weight().size(1);
        double bound = 1 / Math.sqrt(in);
        var a = new float[rank * in];
        for (int i = 0; i < a.length; i++) a[i] = (float) random.nextDouble(-bound, bound);
        Device device = linear.weight().device();
        weights.put(linear.name() + ".lora_A", Tensor.of(a, rank, in).to(device));
        weights.put(linear.name() + ".lora_B", Tensor.zeros(DType.F32, device, out, rank));
    }

    /** The rank of linear maps that have none of their own. */
    public int rank() {
        return scaling.rank();
    }

    /** The alpha of linear maps that have none of their own. */
    public double alpha() {
        return scaling.alpha();
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
        return a == null || b == null ? Optional.empty() : Optional.of(new Linear.Side(a, b, scaling.scale(linear)));
    }

    /** An adapter with the same weights whose effect is multiplied by a factor. */
    public Lora scaled(double factor) {
        return new Lora(scaling.times(factor), layers, weights);
    }

    /** {@link ModelFormatException} if the adapter has a weight that no linear map takes. */
    void checkFits(List<Linear> linears) {
        Map<String, Tensor> maps = new HashMap<>();
        linears.forEach(l -> maps.put(l.name(), l.weight()));
        weights.forEach((name, tensor) -> {
            String linear = name.substring(0, Math.max(0, name.lastIndexOf('.')));
            Tensor map = maps.get(linear);
            if (map == null)
                throw new ModelFormatException("the adapter has " + name + ", and the model no linear map " + linear
                        + "; it is an adapter of another model");
            boolean a = name.endsWith("A");
            if (tensor.size(a ? 1 : 0) != map.size(a ? 1 : 0))
                throw new ModelFormatException("the adapter's " + name + " has the shape "
                        + Arrays.toString(tensor.shape()) + " for a linear map of " + Arrays.toString(map.shape())
                        + "; it is an adapter of another model");
        });
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
        config.put("lora_dropout", 0.0).put("bias", "none");
        config.put("fan_in_fan_out", false).put("inference_mode", true);
        scaling.write(config);
        config.set("target_modules", JSON.valueToTree(targets()));
        config.set("layers_to_transform", layers);
        try {
            Files.createDirectories(folder);
            replace(
                    folder.resolve(CONFIG),
                    JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(config));
            Safetensors.write(folder.resolve(WEIGHTS), named, new TreeMap<>(Map.of("format", "pt")));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot save the adapter in " + folder + ": " + e.getMessage(), e);
        }
    }

    /** Whether a folder holds a saved adapter. */
    public static boolean saved(Path folder) {
        return Files.exists(folder.resolve(WEIGHTS));
    }

    /**
     * Reads an adapter that PEFT or {@link #save} wrote.
     *
     * @throws ModelFormatException if it is damaged, or does more than add low-rank branches to linear maps
     */
    public static Lora load(Path folder) {
        JsonFile config = JsonFile.read(folder.resolve(CONFIG));
        LoraScaling scaling = LoraScaling.read(config);
        Path file = folder.resolve(WEIGHTS);
        if (!Files.exists(file))
            throw new ModelFormatException(file + ": is missing; supported are adapters saved as safetensors");
        Map<String, Tensor> weights = new LinkedHashMap<>();
        try (var scope = Scope.open()) {
            Map<String, Tensor> stored = Safetensors.read(file);
            stored.forEach((name, t) -> weights.put(plain(file, name), t.to(DType.F32)));
            weights.forEach((name, t) -> check(file, name, t, weights, scaling));
            weights.values().forEach(scope::keep);
        } catch (TensorException e) {
            throw new ModelFormatException(String.valueOf(e.getMessage()), e);
        }
        JsonNode layers = config.node().path("layers_to_transform");
        return new Lora(scaling, layers.isMissingNode() ? JSON.nullNode() : layers, weights);
    }

    private static String plain(Path file, String name) {
        String module = name.replace(PREFIX + "language_model.", PREFIX);
        if (!module.matches("base_model\\.model\\.model\\.layers\\.\\d+\\..+\\.lora_[AB]\\.weight"))
            throw new ModelFormatException(
                    file + ": tensor " + name + " is not the A or B of a linear map of a decoder block");
        return module.substring(PREFIX.length(), module.length() - ".weight".length());
    }

    private static void check(Path file, String name, Tensor t, Map<String, Tensor> all, LoraScaling scaling) {
        String linear = name.substring(0, name.lastIndexOf('.'));
        boolean a = name.endsWith("A");
        if (!all.containsKey(linear + (a ? ".lora_B" : ".lora_A")))
            throw new ModelFormatException(file + ": tensor " + name + " is there without its " + (a ? "B" : "A"));
        if (t.shape().length != 2 || t.size(a ? 0 : 1) != scaling.rank(linear))
            throw new ModelFormatException(file + ": tensor " + name + " has the shape " + Arrays.toString(t.shape())
                    + ", " + CONFIG + " gives it the rank " + scaling.rank(linear));
    }

    /** The blocks that have weights, in order. */
    private static List<Integer> layers(Set<String> names) {
        return names.stream().map(Lora::layer).distinct().sorted().toList();
    }

    /** The lowest block that has weights. */
    int lowest() {
        return layers(weights.keySet()).getFirst();
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
