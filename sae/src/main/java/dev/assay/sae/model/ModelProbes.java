package dev.assay.sae.model;

import dev.assay.lm.LanguageModel;
import dev.assay.sae.probe.SparseProbe;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The tasks of sae-probes on one site of a model, read once for all autoencoders. */
public final class ModelProbes {
    private static final long SEED = 42;

    private final List<ProbeTask> tasks = new ArrayList<>();
    private final List<Vectors> vectors = new ArrayList<>();

    /**
     * Reads the activations, or takes those that {@code cache} keeps.
     *
     * @param names of the tasks; all where there are none
     * @param examples texts of each task at most
     * @param context texts are cut at their beginning to so many tokens; sae-probes takes 1,024
     */
    public ModelProbes(
            LanguageModel model,
            Source source,
            ProbeFolder folder,
            List<String> names,
            int examples,
            int context,
            Optional<Path> cache,
            Core.Progress progress) {
        List<ProbeFolder.Task> wanted = folder.tasks().stream()
                .filter(t -> names.isEmpty() || names.contains(t.name()))
                .toList();
        for (ProbeFolder.Task task : wanted) {
            ProbeTask divided = ProbeTask.of(task, examples);
            String what = "task " + (tasks.size() + 1) + " of " + wanted.size() + ", " + task.name() + ", texts";
            tasks.add(divided);
            vectors.add(Vectors.cached(
                    cache.map(c -> c.resolve(task.name() + ".safetensors")),
                    divided.texts().size(),
                    () -> Vectors.read(source, divided.places(model, context), progress, what)));
        }
    }

    /** The names of the tasks. */
    public List<String> names() {
        return tasks.stream().map(ProbeTask::name).toList();
    }

    /** What the latents of an autoencoder reach, task by task. */
    public Map<String, List<SparseProbe.Result>> results(
            Function<Tensor, SparseRows> encode, int latents, List<Integer> ks, Core.Progress progress) {
        return results(v -> v.latents(encode, latents), ks, progress);
    }

    /** What as many channels of the activations themselves reach. */
    public Map<String, List<SparseProbe.Result>> channels(List<Integer> ks, Core.Progress progress) {
        return results(Vectors::asLatents, ks, progress);
    }

    private Map<String, List<SparseProbe.Result>> results(
            Function<Vectors, SparseRows> latents, List<Integer> ks, Core.Progress progress) {
        Map<String, List<SparseProbe.Result>> out = new LinkedHashMap<>();
        for (int i = 0; i < tasks.size(); i++) {
            ProbeTask task = tasks.get(i);
            var probe = new SparseProbe(
                    latents.apply(vectors.get(i).at(task.train())),
                    task.classes(task.train()),
                    latents.apply(vectors.get(i).at(task.test())),
                    task.classes(task.test()),
                    SEED);
            out.put(task.name(), probe.results(ks));
            progress.at("probing, tasks", i + 1, tasks.size());
        }
        return out;
    }

    /** Mean over tasks at one k. */
    public static double mean(
            Map<String, List<SparseProbe.Result>> tasks, int k, ToDoubleFunction<SparseProbe.Result> value) {
        return tasks.values().stream()
                .flatMap(List::stream)
                .filter(r -> r.k() == k)
                .mapToDouble(value)
                .average()
                .orElse(Double.NaN);
    }
}
