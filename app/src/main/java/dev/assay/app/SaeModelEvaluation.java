package dev.assay.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Lora;
import dev.assay.lm.Site;
import dev.assay.organism.Lazy;
import dev.assay.sae.InferenceSae;
import dev.assay.sae.SaeLensFolder;
import dev.assay.sae.model.Core;
import dev.assay.sae.model.Fidelity;
import dev.assay.sae.model.ModelAbsorption;
import dev.assay.sae.model.ModelPerturbation;
import dev.assay.sae.model.ModelProbes;
import dev.assay.sae.model.Norms;
import dev.assay.sae.model.Placement;
import dev.assay.sae.model.ProbeFolder;
import dev.assay.sae.model.SaeBenchJson;
import dev.assay.sae.model.Source;
import dev.assay.sae.model.Splice;
import dev.assay.sae.probe.Absorption;
import dev.assay.sae.probe.Perturbation;
import dev.assay.sae.probe.SparseProbe;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.DType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Scores autoencoders on the model that they were trained on, metric by metric. */
final class SaeModelEvaluation {
    private static final long SEED = 42;

    /** What is measured, and on how much. */
    static final class Options {
        @Option(
                names = "--metrics",
                split = ",",
                paramLabel = "METRIC",
                defaultValue = "core",
                description = "core, probes, absorption, tpp, scr (default: ${DEFAULT-VALUE})")
        List<Metric> metrics = List.of(Metric.CORE);

        @Option(
                names = "--texts",
                paramLabel = "N",
                defaultValue = "400",
                description = "core: pieces of held-out text that are reconstructed (default: ${DEFAULT-VALUE})")
        int texts;

        @Option(
                names = "--spliced",
                paramLabel = "N",
                defaultValue = "64",
                description = "core: pieces that the model is run on three times (default: ${DEFAULT-VALUE})")
        int spliced;

        @Option(
                names = "--probes",
                paramLabel = "DIR",
                description = "probes, tpp, scr: data folder of sae-probes 0.4.2")
        @Nullable
        Path probes;

        @Option(
                names = "--tasks",
                split = ",",
                paramLabel = "NAME",
                description = "probes: these tasks alone, such as 5_hist_fig_ismale")
        List<String> tasks = List.of();

        @Option(
                names = "--examples",
                paramLabel = "N",
                defaultValue = "600",
                description = "probes, tpp, scr: texts of a task; sae-probes takes up to 5000 (default:"
                        + " ${DEFAULT-VALUE})")
        int examples;

        @Option(
                names = "--probe-context",
                paramLabel = "N",
                defaultValue = "128",
                description = "probes, tpp, scr: texts are cut at their beginning to so many tokens; sae-probes takes"
                        + " 1024 (default: ${DEFAULT-VALUE})")
        int context;

        @Option(
                names = "--words",
                paramLabel = "N",
                defaultValue = "2000",
                description = "absorption: words of the vocabulary; SAEBench takes all (default: ${DEFAULT-VALUE})")
        int words;
    }

    /** In the order in which they can be trusted. */
    enum Metric {
        CORE,
        PROBES,
        ABSORPTION,
        TPP,
        SCR
    }

    private final SaeModelOptions where;
    private final Options options;
    private final @Nullable Path out;
    private final ConsoleProgress progress;

    SaeModelEvaluation(SaeModelOptions where, Options options, @Nullable Path out, ConsoleProgress progress) {
        this.where = where;
        this.options = options;
        this.out = out;
        this.progress = progress;
        if (options.metrics.contains(Metric.CORE) && where.text.isEmpty())
            throw new UserException("the metric core needs texts: --text FILES (held-out pieces of what was trained"
                    + " on, or others)");
        if (options.metrics.stream().anyMatch(m -> m != Metric.CORE && m != Metric.ABSORPTION)
                && options.probes == null)
            throw new UserException("probes, tpp and scr need the data of sae-probes: --probes DIR (pip download"
                    + " --no-deps sae-probes==0.4.2, unzip the wheel)");
    }

    /** What must be said beside the figures. */
    static List<String> warnings(Options options) {
        return options.metrics.contains(Metric.TPP) || options.metrics.contains(Metric.SCR)
                ? List.of("warning: tpp and scr are " + Perturbation.WARNING)
                : List.of();
    }

    /** An autoencoder that is loaded, with what it scored so far. */
    private record Loaded(
            SaeEvalCommand.Subject subject, InferenceSae sae, Placement place, Map<String, Double> scores) {}

    Map<SaeEvalCommand.Subject, Map<String, Double>> scores(List<SaeEvalCommand.Subject> subjects) {
        LanguageModel base = where.options().load(DType.F32);
        List<Lora> adapters = where.adapters.stream().map(Lora::load).toList();
        List<Loaded> loaded = new ArrayList<>();
        for (SaeEvalCommand.Subject s : subjects) {
            SaeLensFolder.Checkpoint read = SaeLensFolder.read(s.folder());
            loaded.add(new Loaded(s, read.sae(), place(read, s, base), new LinkedHashMap<>()));
        }
        Site site = loaded.getFirst().place.site();
        for (Loaded l : loaded)
            if (!l.place.site().equals(site))
                throw new UserException(l.subject.name() + " belongs at " + l.place.site() + ", "
                        + loaded.getFirst().subject.name() + " at " + site + ": give those of one site at a time");
        LanguageModel model = adapters.isEmpty() ? base : base.attach(adapters);
        try (var source = where.source(base, adapters, site)) {
            var perturbed = new Lazy<>(() -> perturbation(model, source)); // both read the same tables
            for (Metric metric : Metric.values())
                if (options.metrics.contains(metric))
                    switch (metric) {
                        case CORE -> core(model, source, loaded);
                        case PROBES -> probes(model, source, loaded);
                        case ABSORPTION -> absorption(model, source, loaded);
                        case TPP, SCR -> perturbation(perturbed.get(), metric, loaded);
                    }
        } finally {
            loaded.forEach(l -> l.sae.close());
        }
        Map<SaeEvalCommand.Subject, Map<String, Double>> all = new LinkedHashMap<>();
        loaded.forEach(l -> all.put(l.subject, l.scores));
        return all;
    }

    /** Where it says it belongs, or where the user says so of one that doesn't say. */
    private Placement place(SaeLensFolder.Checkpoint read, SaeEvalCommand.Subject s, LanguageModel model) {
        if (where.at == null || read.metadata().has("assay"))
            return Placement.of(read.metadata(), s.folder().toString());
        var all = new Norms(Double.POSITIVE_INFINITY, Double.NaN);
        return new Placement(where.options().model, where.site(model.config()), all, where.context);
    }

    private void core(LanguageModel model, Source source, List<Loaded> loaded) {
        List<int[]> held = where.pieces(model).heldOut();
        List<int[]> texts = held.subList(0, Math.min(options.texts, held.size()));
        List<int[]> spliced = held.subList(0, Math.min(options.spliced, held.size()));
        for (Loaded l : loaded) {
            var core = new Core(model, source, l.place.site(), l.place.norms(), l.sae::encoded, l.sae.latents());
            Core.Scores s = core.scores(texts, spliced, said(l.subject.name()));
            write(l, "core", json(l).core(s, where.context));
            put(s, l.scores);
        }
    }

    private static void put(Core.Scores s, Map<String, Double> out) {
        Fidelity.Scores f = s.fidelity();
        Splice.Scores p = s.splice();
        out.put("ev", f.explainedVariance());
        out.put("ev, legacy", f.legacy());
        out.put("ce recovered", p.recovered());
        out.put("kl recovered", p.divergenceRecovered());
        out.put("ce as it is", p.clean());
        out.put("ce with sae", p.spliced());
        out.put("ce with zeros", p.ablated());
        out.put("cosine", f.cosine());
        out.put("norm ratio", f.ratio());
        out.put("l0", f.l0());
        out.put("denser than 1 %", f.denserThan(0.01));
        out.put("never active", (double) f.dead());
        out.put("positions", (double) f.tokens());
    }

    private void probes(LanguageModel model, Source source, List<Loaded> loaded) {
        var probes = new ModelProbes(
                model,
                source,
                ProbeFolder.of(Optional.ofNullable(options.probes).orElseThrow()),
                options.tasks,
                options.examples,
                options.context,
                Optional.of(cache(loaded.getFirst(), "probes")),
                said("sae-probes"));
        Map<String, List<SparseProbe.Result>> channels =
                probes.channels(SparseProbe.KS, said("channels of the residual stream"));
        for (Loaded l : loaded) {
            Map<String, List<SparseProbe.Result>> results =
                    probes.results(l.sae::encode, l.sae.latents(), SparseProbe.KS, said(l.subject.name()));
            write(l, "sparse_probing_sae_probes", json(l).probes(results, channels, options.examples));
            Map<String, Double> out = l.scores;
            for (int k : SparseProbe.KS)
                out.put("probes, auc k=" + k, ModelProbes.mean(results, k, SparseProbe.Result::auc));
            for (int k : SparseProbe.KS)
                out.put("(channels, auc k=" + k + ")", ModelProbes.mean(channels, k, SparseProbe.Result::auc));
            out.put("probes, tasks", (double) results.size());
        }
    }

    private void absorption(LanguageModel model, Source source, List<Loaded> loaded) {
        var task = new ModelAbsorption(
                model,
                source,
                options.words,
                SplitRandom.of(SEED).split("first letter"),
                Optional.of(cache(loaded.getFirst(), "words").resolve("words.safetensors")),
                said("absorption"));
        for (Loaded l : loaded) {
            Absorption.Scores s = task.scores(l.sae);
            write(l, "absorption_first_letter", json(l).absorption(s, options.words));
            l.scores.put("absorption, full", s.full().orElse(Double.NaN));
            l.scores.put("absorption, fraction", s.fraction().orElse(Double.NaN));
            l.scores.put("absorption, letters", (double) s.concepts().size());
        }
    }

    private ModelPerturbation perturbation(LanguageModel model, Source source) {
        return new ModelPerturbation(
                model,
                source,
                ProbeFolder.of(Optional.ofNullable(options.probes).orElseThrow()),
                options.examples / 2,
                options.context,
                SplitRandom.of(SEED).split("perturbation"),
                said("perturbation"));
    }

    private static void perturbation(ModelPerturbation task, Metric metric, List<Loaded> loaded) {
        Map<String, InferenceSae> saes = new LinkedHashMap<>();
        for (Loaded l : loaded) saes.put(l.subject.folder().toString(), l.sae);
        Map<String, Map<String, Double>> scores = metric == Metric.TPP ? task.tpp(saes) : task.scr(saes);
        for (Loaded l : loaded)
            Optional.ofNullable(scores.get(l.subject.folder().toString()))
                    .orElse(Map.of())
                    .forEach((name, value) -> l.scores.put(name + " (unreliable)", value));
    }

    private Core.Progress said(String who) {
        return (what, done, of) -> progress.at(who + ": " + what, done, of);
    }

    private SaeBenchJson json(Loaded l) {
        return new SaeBenchJson(l.subject.name(), where.options().model, l.sae, System.currentTimeMillis());
    }

    private void write(Loaded l, String metric, ObjectNode json) {
        if (out == null) return;
        Path file = out.resolve(metric).resolve(l.subject.name() + "_custom_sae_eval_results.json");
        AtomicFile.write(file, json.toPrettyString().getBytes(StandardCharsets.UTF_8));
    }

    /** Where activations of texts are kept that have nothing to do with the autoencoder. */
    private Path cache(Loaded l, String kind) {
        Map<String, Object> key = new TreeMap<>();
        key.put("model", where.identity());
        key.put("at", l.place.site().toString());
        key.put("adapters", where.adapters.stream().map(Path::toString).toList());
        key.put("exact", where.exact);
        if (kind.equals("probes")) key.put("context", options.context);
        key.put("examples", kind.equals("probes") ? options.examples : options.words);
        return Home.of()
                .cache()
                .resolve("sae-eval")
                .resolve(kind + "-" + CanonicalJson.sha256(key).substring(0, 12));
    }
}
