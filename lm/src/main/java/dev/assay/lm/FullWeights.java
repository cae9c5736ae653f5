package dev.assay.lm;

import dev.assay.tensor.Autograd;
import dev.assay.tensor.DType;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A copy of all of a model's weights, as what is trained. They are kept in fp32 (the masters) and computed with in the
 * model's own element type, to which they are rounded for every pass: in bf16 most single steps are too small to change
 * a weight, and would be lost (Micikevicius et al., 2018).
 */
public final class FullWeights extends Trainable implements AutoCloseable {
    private final LanguageModel start;
    private final Map<String, Tensor> masters;

    private FullWeights(LanguageModel start, Map<String, Tensor> masters) {
        this.start = start;
        this.masters = masters;
    }

    /** Copies a model's weights; the model stays as it is. {@link IllegalArgumentException} if adapters are attached. */
    public static FullWeights of(LanguageModel model) {
        for (Linear linear : model.linears()) {
            if (!linear.sides().isEmpty())
                throw new IllegalArgumentException("adapters are attached to " + linear.name()
                        + ", which would not be trained with it: merge them into the model first");
        }
        Map<String, Tensor> masters = new LinkedHashMap<>();
        try (var pause = Autograd.pause();
                var scope = Scope.open()) {
            model.transformer().weights().forEach((name, weight) -> {
                DType wide = weight.type() == DType.F64 ? DType.F64 : DType.F32;
                masters.put(name, scope.keep(weight.to(wide).copy()));
            });
        }
        return new FullWeights(model, masters);
    }

    @Override
    public Map<String, Tensor> parameters() {
        return masters;
    }

    @Override
    public LanguageModel start() {
        return start;
    }

    @Override
    Transformer transformer() {
        return start.transformer()
                .mapWeights((name, before) -> master(name).to(before.type()).to(before.device()));
    }

    private Tensor master(String name) {
        return Objects.requireNonNull(masters.get(name), name);
    }

    @Override
    int lowest() {
        return -1;
    }

    /** A model with the present weights, in the element type of the one that it started from. Closing it frees them. */
    public LanguageModel model() {
        try (var pause = Autograd.pause();
                var scope = Scope.open()) {
            return start.derived(start.transformer()
                    .mapWeights((name, before) ->
                            scope.keep(master(name).copy().to(before.type()).to(before.device()))));
        }
    }

    /**
     * Writes {@code model.safetensors} into a folder, under Hugging Face's names and in the model's element type, and
     * copies what else {@code source} holds.
     *
     * @param source the Hugging Face folder that the model was loaded from: its configuration, tokenizer and template
     */
    public void save(Path folder, Path source) {
        try (var pause = Autograd.pause();
                var scope = Scope.open()) {
            Map<String, Tensor> stored = new LinkedHashMap<>();
            masters.forEach((name, master) ->
                    stored.put(name.startsWith("lm_head") ? name : "model." + name, stored(name, master)));
            Files.createDirectories(folder);
            for (Path file : others(source))
                Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            Safetensors.write(folder.resolve("model.safetensors"), stored, new TreeMap<>(Map.of("format", "pt")));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot save the model in " + folder + ": " + e.getMessage(), e);
        }
    }

    /** What the file has: of Gemma's norms w, where the model holds 1 + w. */
    private Tensor stored(String name, Tensor master) {
        double offset = start.config().architecture().normOffset();
        boolean shifted = offset != 0 && name.endsWith("norm.weight");
        Tensor weight =
                shifted ? master.sub(Tensor.of(new float[] {(float) offset}, 1).to(master.device())) : master;
        return weight.to(start.type());
    }

    private static List<Path> others(Path source) throws IOException {
        try (var files = Files.list(source)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> Optional.ofNullable(file.getFileName())
                            .map(Path::toString)
                            .filter(name -> name.matches(".*\\.(json|jinja|model)") && !name.contains("safetensors"))
                            .isPresent())
                    .toList();
        }
    }

    /** Frees the copy. */
    @Override
    public void close() {
        masters.values().forEach(Tensor::close);
    }
}
