package dev.assay.lm;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.tensor.DType;
import dev.assay.tensor.SafetensorsFile;
import dev.assay.tensor.Tensor;
import dev.assay.tensor.TensorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The weights of a Hugging Face folder: {@code model.safetensors}, or the shards that an index names. */
final class FolderWeights implements Weights, AutoCloseable {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    /** What stands before {@code layers} or {@code embed_tokens}, with and without Gemma's image encoder. */
    private static final List<String> PREFIXES = List.of("model.", "language_model.model.", "model.language_model.");

    private final Path folder;
    private final ModelConfig config;
    private final Map<Path, SafetensorsFile> files = new LinkedHashMap<>();
    private final Map<String, SafetensorsFile> tensors = new LinkedHashMap<>();
    private final Set<String> read = new HashSet<>();

    /** Maps the files and reads their headers. */
    FolderWeights(Path folder, ModelConfig config) {
        this.folder = folder;
        this.config = config;
        try {
            if (Files.exists(folder.resolve(SINGLE))) single(folder.resolve(SINGLE));
            else if (Files.exists(folder.resolve(INDEX))) sharded(JsonFile.read(folder.resolve(INDEX)));
            else
                throw new ModelFormatException(
                        folder + ": has neither " + SINGLE + " nor " + INDEX + "; supported are safetensors files");
        } catch (TensorException e) {
            close();
            throw new ModelFormatException(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void single(Path path) {
        SafetensorsFile file = open(path);
        file.entries().keySet().forEach(name -> tensors.put(name, file));
    }

    private void sharded(JsonFile index) {
        JsonFile map = index.object("weight_map");
        for (Map.Entry<String, JsonNode> e : map.node().properties()) {
            String name = map.text(e.getKey());
            Path path = folder.resolve(name).normalize();
            if (!folder.normalize().equals(path.getParent()) || !Files.exists(path))
                throw new ModelFormatException(
                        index.where() + ": weight_map names " + name + ", which is not in the folder");
            if (!open(path).entries().containsKey(e.getKey()))
                throw new ModelFormatException(path + ": tensor " + e.getKey() + " is missing, " + INDEX + " names it");
            tensors.put(e.getKey(), open(path));
        }
    }

    private SafetensorsFile open(Path path) {
        return files.computeIfAbsent(path, SafetensorsFile::open);
    }

    @Override
    public Tensor tensor(String name, DType type, long... shape) {
        String stored = candidates(name)
                .filter(tensors::containsKey)
                .findFirst()
                .orElseThrow(() -> new ModelFormatException(folder + ": tensor "
                        + candidates(name).findFirst().orElse(name) + " is missing; config.json calls for it"));
        SafetensorsFile file = tensors.get(stored);
        if (file == null) throw new IllegalStateException(stored);
        SafetensorsFile.Entry entry = file.entries().get(stored);
        if (entry == null || !Arrays.equals(entry.shape(), shape))
            throw new ModelFormatException(file.path() + ": tensor " + stored + " has the shape "
                    + (entry == null ? "?" : Arrays.toString(entry.shape())) + ", config.json calls for "
                    + Arrays.toString(shape));
        if (!Set.of("F32", "F16", "BF16").contains(entry.dtype()))
            throw new ModelFormatException(file.path() + ": tensor " + stored + " has the dtype " + entry.dtype()
                    + "; supported: F32, F16, BF16");
        read.add(stored);
        return file.tensor(stored, type);
    }

    private static Stream<String> candidates(String name) {
        return name.startsWith("lm_head.")
                ? Stream.of(name, "language_model." + name)
                : PREFIXES.stream().map(prefix -> prefix + name);
    }

    @Override
    public void refuseSurplus() {
        List<String> surplus = tensors.keySet().stream()
                .filter(name -> !read.contains(name) && !ignored(name))
                .toList();
        if (!surplus.isEmpty())
            throw new ModelFormatException(folder + ": tensor " + surplus.getFirst()
                    + (surplus.size() > 1 ? " (and " + (surplus.size() - 1) + " more)" : "")
                    + " has no place in a model of the family "
                    + config.architecture().name()
                    + " with this config.json; supported families: " + Architecture.SUPPORTED);
    }

    /** A tied unembedding that is stored again, tables that follow from the configuration, Gemma's image encoder. */
    private boolean ignored(String name) {
        return (config.architecture().tied() && name.endsWith("lm_head.weight"))
                || name.endsWith(".rotary_emb.inv_freq")
                || (config.architecture().name().equals("gemma3")
                        && Stream.of("vision_tower.", "multi_modal_projector.")
                                .anyMatch(part -> name.startsWith(part) || name.startsWith("model." + part)));
    }

    @Override
    public void close() {
        files.values().forEach(SafetensorsFile::close);
    }
}
