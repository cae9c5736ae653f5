package dev.assay.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.journal.CanonicalJson;
import dev.assay.lm.Engine;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Lora;
import dev.assay.lm.Site;
import dev.assay.organism.Lazy;
import dev.assay.sae.Activations;
import dev.assay.sae.Encoded;
import dev.assay.sae.model.Core;
import dev.assay.sae.model.Fidelity;
import dev.assay.sae.model.ModelActivations;
import dev.assay.sae.model.ModelSource;
import dev.assay.sae.model.PairedSource;
import dev.assay.sae.model.Pieces;
import dev.assay.sae.model.Placement;
import dev.assay.sae.model.Source;
import dev.assay.sae.model.Splice;
import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** A model at one of its sites, and texts to read there. The model and the tokens are loaded once for all runs. */
final class ModelGround implements SaeGround {
    /** Positions of a pass through the model: enough that weights are read rarely, few enough for the caches. */
    static final int ROWS = 512;

    /** Held-out activations that runs are scored on. */
    private static final int SCORED = 1 << 15;

    /** Held-out texts that the model is run on with the reconstruction in place of the activations. */
    private static final int SPLICED = 16;

    private final SaeModelOptions.ForTraining options;
    private final Lazy<LanguageModel> model;
    private final Lazy<Pieces> pieces;
    private final Map<Integer, Tensor> heldOut = new HashMap<>(); // by rows; guarded by itself, kept for all runs

    ModelGround(SaeModelOptions.ForTraining options) {
        this.options = options;
        this.model = new Lazy<>(() -> options.options().load(DType.F32));
        this.pieces = new Lazy<>(() -> options.pieces(model.get()));
    }

    @Override
    public String scoredOn(long samples) {
        return "texts that were held out";
    }

    @Override
    public String name() {
        String base = Path.of(options.options().model).getFileName().toString();
        return base + "-" + site().toString().replace(':', '-') + (options.beside == null ? "" : "-crosscoder");
    }

    private Site site() {
        return options.site(options.options().config());
    }

    private Pieces pieces() {
        return pieces.get();
    }

    @Override
    public Map<String, Object> config() {
        Map<String, Object> config = new TreeMap<>(source());
        config.put("buffer", options.buffer);
        return config;
    }

    /** All that decides which activations there are. */
    private Map<String, Object> source() {
        Map<String, Object> config = new TreeMap<>();
        config.put("model", options.identity());
        config.put("at", site().toString());
        config.put("text", pieces().hash());
        config.put("context", options.context);
        config.put("exact", options.exact);
        if (!options.adapters.isEmpty())
            config.put("adapters", options.adapters.stream().map(Path::toString).toList());
        if (options.beside != null) config.put("beside", options.beside.toString());
        return config;
    }

    @Override
    public Open open(long seed, int threads, Worlds worlds, ConsoleProgress progress) {
        progress.at("reading the texts", 0, 1);
        Pieces texts = pieces();
        progress.at("reading the texts", 1, 1);
        List<Lora> adapters = options.adapters.stream().map(Lora::load).toList();
        Engine.Settings settings = options.settings(threads);
        var own = new ModelSource(model.get(), adapters, site(), settings);
        Source source = options.beside == null
                ? own
                : new PairedSource(own, new ModelSource(model.get(), with(adapters), site(), settings), sample(texts));
        Optional<Path> cache = Optional.ofNullable(options.cache).map(c -> c.resolve(cacheName()));
        String what = name() + ": reading the model, positions";
        var data = new ModelActivations(
                source, texts, options.buffer, seed, cache, (done, of) -> progress.at(what, done, of));
        return new Opened(data, source, adapters, progress);
    }

    private List<Lora> with(List<Lora> adapters) {
        return Stream.concat(
                        adapters.stream(),
                        Stream.of(Lora.load(Optional.ofNullable(options.beside).orElseThrow())))
                .toList();
    }

    private static List<int[]> sample(Pieces texts) {
        return ModelActivations.sample(texts);
    }

    private String cacheName() {
        Map<String, Object> config = new TreeMap<>(source());
        config.put("buffer", options.buffer);
        return name() + "-" + CanonicalJson.sha256(config).substring(0, 12);
    }

    private final class Opened implements Open {
        private final ModelActivations data;
        private final Source source;
        private final List<Lora> adapters;
        private final ConsoleProgress progress;

        Opened(ModelActivations data, Source source, List<Lora> adapters, ConsoleProgress progress) {
            this.data = data;
            this.source = source;
            this.adapters = adapters;
            this.progress = progress;
        }

        @Override
        public Activations data() {
            return data;
        }

        @Override
        public Map<String, Double> scores(
                Function<Tensor, Encoded> encode, Tensor decoder, long samples, int batch, boolean last) {
            int latents = (int) decoder.size(0);
            Fidelity.Scores fidelity = fidelity(encode, latents, samples, batch);
            Map<String, Double> out = new LinkedHashMap<>();
            out.put("samples", (double) fidelity.tokens());
            out.put("ev", fidelity.explainedVariance());
            out.put("ev-legacy", fidelity.legacy());
            out.put("cosine", fidelity.cosine());
            out.put("l0", fidelity.l0());
            out.put("dead", (double) fidelity.dead());
            if (last && options.beside == null) splice(encode, latents, out);
            return out;
        }

        private Fidelity.Scores fidelity(Function<Tensor, Encoded> encode, int latents, long samples, int batch) {
            Tensor all = heldOut(batch);
            var fidelity = new Fidelity(data.dModel(), latents);
            long rows = Math.min(all.size(0), Math.max(batch, samples / batch * batch));
            for (long from = 0; from < rows; from += batch)
                try (var scope = Scope.open()) {
                    Tensor x = all.narrow(0, from, batch).copy();
                    fidelity.add(x, encode.apply(x));
                }
            return fidelity.scores();
        }

        /** Whole batches, read once for all runs. */
        private Tensor heldOut(int batch) {
            long positions = data.pieces().heldOut().stream()
                    .mapToLong(p -> p.length - 1)
                    .sum();
            int rows = (int) Math.max(1, Math.min(SCORED, positions) / batch) * batch;
            synchronized (heldOut) {
                return heldOut.computeIfAbsent(rows, count -> {
                    try (var scope = Scope.open()) {
                        return scope.keep(data.heldOut(count));
                    }
                });
            }
        }

        private void splice(Function<Tensor, Encoded> encode, int latents, Map<String, Double> out) {
            LanguageModel whole = adapters.isEmpty() ? model.get() : model.get().attach(adapters);
            var core = new Core(whole, source, site(), data.norms(), encode, latents);
            List<int[]> texts = data.pieces().heldOut();
            Splice.Scores s = core.splice(
                    texts.subList(0, Math.min(SPLICED, texts.size())),
                    (what, done, of) -> progress.at(name() + ": " + what, done, of));
            out.put("ce-recovered", s.recovered());
            out.put("kl-recovered", s.divergenceRecovered());
            out.put("ce-clean", s.clean());
            out.put("ce-spliced", s.spliced());
            out.put("ce-ablated", s.ablated());
        }

        /** On a model nobody knows what latents stand for. */
        @Override
        public void keepLatents(Tensor decoder, Path folder) {}

        @Override
        public ObjectNode metadata() {
            ObjectNode out = new Placement(options.options().model, site(), data.norms(), options.context).metadata();
            if (source instanceof PairedSource pair)
                out.putObject("crosscoder")
                        .put("first_scale", pair.firstScale())
                        .put("second_scale", pair.secondScale())
                        .put("second_adapter", String.valueOf(options.beside));
            return out;
        }

        @Override
        public void close() {
            data.close();
            adapters.forEach(Lora::close);
        }
    }
}
