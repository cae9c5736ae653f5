package dev.assay.lm;

import dev.assay.tensor.Autograd;
import dev.assay.tensor.DType;
import dev.assay.tensor.Device;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A language model with its insides open: configuration, tokenizer, chat template and weights. A model is immutable;
 * {@link #attach} and {@link #merge} give further models that share its weights.
 */
public final class LanguageModel implements AutoCloseable {
    private final String name;
    private final ModelConfig config;
    private final TextSide text;
    private final Transformer transformer;
    private final Optional<LanguageModel> base;
    private final PackedWeights packed;
    private final Arithmetic arithmetic;

    private LanguageModel(
            String name, ModelConfig config, TextSide text, Transformer transformer, Optional<LanguageModel> base) {
        this(name, config, text, transformer, base, new PackedWeights(), Arithmetic.EXACT);
    }

    private LanguageModel(
            String name,
            ModelConfig config,
            TextSide text,
            Transformer transformer,
            Optional<LanguageModel> base,
            PackedWeights packed,
            Arithmetic arithmetic) {
        this.name = name;
        this.config = config;
        this.text = text;
        this.transformer = transformer;
        this.base = base;
        this.packed = packed;
        this.arithmetic = arithmetic;
    }

    /** Its weights as the engine takes them, made when they are first asked for. */
    private static final class PackedWeights {
        private final Map<Arithmetic, PackedModel> made = new EnumMap<>(Arithmetic.class);

        synchronized PackedModel of(LanguageModel model, Arithmetic arithmetic) {
            return made.computeIfAbsent(arithmetic, a -> PackedModel.of(model, a));
        }
    }

    PackedModel packed(Arithmetic by) {
        return packed.of(this, by);
    }

    /** How an {@link Engine} multiplies with its weights if nothing else is asked for; exactly, unless changed. */
    public Arithmetic arithmetic() {
        return arithmetic;
    }

    /** The same model, whose texts are written in another arithmetic. */
    public LanguageModel writingIn(Arithmetic other) {
        return new LanguageModel(name, config, text, transformer, base, packed, other);
    }

    /**
     * Loads a GGUF file or a Hugging Face folder; its weights are converted to {@code type}. A folder needs {@code
     * config.json} and {@code model.safetensors} (or shards with their index); without {@code tokenizer.json} the model
     * can be computed with on bare tokens.
     *
     * @throws ModelFormatException if a file, a field or a tensor is missing, damaged or of a kind that is not supported
     */
    public static LanguageModel load(Path path, DType type) {
        return load(path, type, List.of(Device.CPU));
    }

    /**
     * The same on other devices than the processor: on the first of them if the model fits there, else its blocks are split
     * over all. Texts are then written, and single passes computed, on these devices in the element type {@code type}.
     *
     * @throws ModelFormatException also if the devices have too little memory
     */
    public static LanguageModel load(Path path, DType type, List<Device> devices) {
        return load(path, type, config -> Placement.over(devices, config, type));
    }

    static LanguageModel load(Path path, DType type, Function<ModelConfig, Placement> placement) {
        return Files.isDirectory(path) ? loadFolder(path, type, placement) : loadGguf(path, type, placement);
    }

    private static LanguageModel loadGguf(Path file, DType type, Function<ModelConfig, Placement> placement) {
        try (var gguf = Gguf.open(file)) {
            TextSide text = TextSide.from(gguf);
            ModelConfig config = ModelConfig.from(gguf);
            String name = gguf.string("general.name", String.valueOf(file.getFileName()));
            return new LanguageModel(
                    name,
                    config,
                    text,
                    new GgufWeights(gguf, config).load(config, type, placement.apply(config)),
                    Optional.empty());
        }
    }

    private static LanguageModel loadFolder(Path folder, DType type, Function<ModelConfig, Placement> placement) {
        JsonFile json = JsonFile.read(folder.resolve("config.json"));
        ModelConfig config = HfConfig.read(json);
        try (var weights = new FolderWeights(folder, config)) {
            return new LanguageModel(
                    String.valueOf(folder.toAbsolutePath().normalize().getFileName()),
                    config,
                    TextSide.from(folder, json),
                    weights.load(config, type, placement.apply(config)),
                    Optional.empty());
        }
    }

    /** The tokenizer of a GGUF file or a Hugging Face folder, without the model. */
    public static Tokenizer tokenizer(Path path) {
        return text(path).tokenizer();
    }

    /** The chat template of a GGUF file or a Hugging Face folder, without the model. */
    public static ChatTemplate template(Path path) {
        return text(path).template();
    }

    private static TextSide text(Path path) {
        if (Files.isDirectory(path)) return TextSide.from(path, JsonFile.read(path.resolve("config.json")));
        try (var gguf = Gguf.open(path)) {
            return TextSide.from(gguf);
        }
    }

    /** This model with adapters beside its weights: nothing is copied, and the adapters can be trained. */
    public LanguageModel attach(List<Lora> adapters) {
        adapters.forEach(a -> a.checkFits(linears()));
        Transformer changed = transformer.map(l -> l.attached(adapters));
        return new LanguageModel(name, config, text, changed, Optional.of(this), packed, arithmetic);
    }

    /** This model with the sum of adapters added into a copy of its weights: as fast as the model itself. */
    public LanguageModel merge(List<Lora> adapters) {
        adapters.forEach(a -> a.checkFits(linears()));
        return derived(transformer.map(l -> l.merged(adapters)));
    }

    /** A model that shares this one's tokenizer and whatever weights the transformer shares. */
    LanguageModel derived(Transformer changed) {
        return new LanguageModel(name, config, text, changed, Optional.of(this), new PackedWeights(), arithmetic);
    }

    public String name() {
        return name;
    }

    public ModelConfig config() {
        return config;
    }

    /** Its tokenizer; {@link ModelFormatException} if its files have none. */
    public Tokenizer tokenizer() {
        return text.tokenizer();
    }

    /** Its chat template; {@link ModelFormatException} if its files have none. */
    public ChatTemplate template() {
        return text.template();
    }

    /** The tokens that end what it writes. */
    public int[] stopTokens() {
        return text.stopTokens();
    }

    /** The text of tokens, control tokens left out; empty where the model has no tokenizer. */
    String text(int[] tokens) {
        return text.text(tokens);
    }

    /** Element type of the weights. */
    public DType type() {
        return transformer.type();
    }

    /** The devices that the blocks lie on, in the blocks' order. */
    public List<Device> devices() {
        return transformer.devices().stream().distinct().toList();
    }

    /**
     * Logits of every position of one sequence, {@code [position, vocab]}; the hook sees and may edit the insides. They lie
     * on the last block's device.
     */
    public Tensor logits(int[] ids, Hook hook) {
        checkIds(ids);
        try (var scope = Scope.open()) {
            Tensor residual = transformer.residual(
                    Tensor.of(Batches.longs(ids), 1, ids.length),
                    Batches.positions(1, ids.length),
                    Batches.causal(config, ids.length, type()),
                    hook);
            return scope.keep(transformer.logits(residual.reshape(ids.length, config.dModel()), hook));
        }
    }

    void checkIds(int[] ids) {
        if (ids.length == 0 || ids.length > config.context())
            throw new PromptException(ids.length + " tokens; the model takes 1 to " + config.context() + " at once");
        for (int id : ids) checkId(id);
    }

    void checkId(int id) {
        if (id < 0 || id >= config.vocab())
            throw new PromptException("token " + id + " is none of the model's " + config.vocab() + " (0 to "
                    + (config.vocab() - 1) + ")");
    }

    /**
     * What an unhooked pass over one sequence computes at some sites, in their order, without the batch dimension. The
     * tensors lie in the processor's memory and belong to the innermost open scope.
     *
     * @throws SiteException if the model lacks one of them
     */
    public Map<Site, Tensor> activations(int[] ids, Collection<Site> sites) {
        for (Site site : sites) Site.matching(site.toString(), config);
        Map<Site, Tensor> seen = new HashMap<>();
        Set<Site> wanted = Set.copyOf(sites);
        Hook reader = Hook.sites((site, value) -> {
            if (wanted.contains(site)) {
                try (var scope = Scope.open()) {
                    seen.put(site, scope.keep(value.device().isCpu() ? value.copy() : value.to(Device.CPU)));
                }
            }
            return value;
        });
        Map<Site, Tensor> out = new LinkedHashMap<>();
        try (var pause = Autograd.pause();
                var scope = Scope.open()) {
            logits(ids, reader).close();
            for (Site site : sites) {
                try (Tensor value = Objects.requireNonNull(seen.get(site), site::toString)) {
                    boolean rows = site.kind() == Site.Kind.FINAL_NORM || site.kind() == Site.Kind.LOGITS;
                    out.put(
                            site,
                            scope.pass(
                                    rows ? value.copy() : value.narrow(0, 0, 1).reshape(inner(value))));
                }
            }
        }
        return out;
    }

    private static long[] inner(Tensor value) {
        return Arrays.copyOfRange(value.shape(), 1, value.shape().length);
    }

    public Tensor logits(int[] ids) {
        return logits(ids, Hook.NONE);
    }

    Transformer transformer() {
        return transformer;
    }

    List<Linear> linears() {
        return transformer.linears().toList();
    }

    /** Frees the weights that are this model's own: of a merged model its changed maps, of a loaded one nothing. */
    @Override
    public void close() {
        if (base.isEmpty()) return;
        Map<String, Tensor> shared = base.get().transformer.weights();
        transformer.weights().forEach((weight, own) -> {
            if (own != shared.get(weight)) own.close();
        });
    }
}
