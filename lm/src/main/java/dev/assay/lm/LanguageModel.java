package dev.assay.lm;

import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A language model with its insides open: configuration, tokenizer, chat template and weights. A model is immutable;
 * {@link #attach} and {@link #merge} give further models that share its weights.
 */
public final class LanguageModel implements AutoCloseable {
    private final String name;
    private final ModelConfig config;
    private final Tokenizer tokenizer;
    private final ChatTemplate template;
    private final Llama llama;
    private final Optional<LanguageModel> base;

    private LanguageModel(
            String name,
            ModelConfig config,
            Tokenizer tokenizer,
            ChatTemplate template,
            Llama llama,
            Optional<LanguageModel> base) {
        this.name = name;
        this.config = config;
        this.tokenizer = tokenizer;
        this.template = template;
        this.llama = llama;
        this.base = base;
    }

    /** Loads a GGUF file; its weights are dequantised to {@code type}. */
    public static LanguageModel load(Path file, DType type) {
        try (var gguf = Gguf.open(file)) {
            var tokenizer = Tokenizer.from(gguf);
            var template = ChatTemplate.from(gguf, tokenizer);
            ModelConfig config = ModelConfig.from(gguf);
            String name = gguf.string("general.name", String.valueOf(file.getFileName()));
            return new LanguageModel(
                    name, config, tokenizer, template, Llama.load(gguf, config, type), Optional.empty());
        }
    }

    /** This model with adapters beside its weights: nothing is copied, and the adapters can be trained. */
    public LanguageModel attach(List<Lora> adapters) {
        return derived(llama.map(l -> l.attached(adapters)));
    }

    /** This model with the sum of adapters added into a copy of its weights: as fast as the model itself. */
    public LanguageModel merge(List<Lora> adapters) {
        return derived(llama.map(l -> l.merged(adapters)));
    }

    private LanguageModel derived(Llama changed) {
        return new LanguageModel(name, config, tokenizer, template, changed, Optional.of(this));
    }

    public String name() {
        return name;
    }

    public ModelConfig config() {
        return config;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    public ChatTemplate template() {
        return template;
    }

    /** Element type of the weights. */
    public DType type() {
        return llama.type();
    }

    /**
     * Logits of every position of one sequence, {@code [position, vocab]}; the hook sees and may edit the residual
     * stream.
     */
    public Tensor logits(int[] ids, Hook hook) {
        try (var scope = Scope.open()) {
            Tensor residual = llama.residual(
                    row(ids),
                    Batches.positions(1, ids.length),
                    Optional.of(Batches.causal(ids.length, type())),
                    Optional.empty(),
                    hook);
            return scope.keep(llama.logits(residual.reshape(ids.length, config.dModel())));
        }
    }

    public Tensor logits(int[] ids) {
        return logits(ids, Hook.NONE);
    }

    Llama llama() {
        return llama;
    }

    List<Linear> linears() {
        return llama.linears().toList();
    }

    private static Tensor row(int[] ids) {
        return Tensor.of(Batches.longs(ids), 1, ids.length);
    }

    /** Frees the weights that are this model's own: of a merged model its changed maps, of a loaded one nothing. */
    @Override
    public void close() {
        if (base.isEmpty()) return;
        List<Linear> shared = base.get().linears();
        List<Linear> own = linears();
        for (int i = 0; i < own.size(); i++) {
            if (own.get(i).weight() != shared.get(i).weight())
                own.get(i).weight().close();
        }
    }
}
