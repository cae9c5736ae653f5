package dev.assay.lm;

import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Activation patching (Vig et al., 2020; Meng et al., 2022; Heimersheim and Nanda, 2024): while the model reads one prompt,
 * the numbers at one place are replaced with those that it has there when it reads another. What the patch does to the
 * answer says what that place carries. Clean into corrupted finds what suffices for an answer, corrupted into clean what it
 * needs.
 */
public final class Patching {
    /** Tokens that a pass takes at most, unless a prompt alone is longer: enough for the matrix products to be efficient. */
    private static final int TOKENS = 512;

    /** Rows that a pass has at most, since each has logits over the whole vocabulary. */
    private static final int ROWS = 64;

    private final LanguageModel model;
    private final int[] from;
    private final int[] into;
    private final int rows;

    private Patching(LanguageModel model, int[] from, int[] into, int rows) {
        this.model = model;
        this.from = from;
        this.into = into;
        this.rows = rows;
    }

    /**
     * Takes numbers from a pass over {@code from} and puts them into passes over {@code into}.
     *
     * @throws PromptException if the prompts are empty, too long, of different lengths, or have unknown tokens
     */
    public static Patching of(LanguageModel model, int[] from, int[] into) {
        if (from.length != into.length)
            throw new PromptException("one prompt has " + from.length + " tokens and the other " + into.length
                    + "; patching needs as many in both, position by position");
        model.checkIds(from);
        model.checkIds(into);
        return new Patching(model, from.clone(), into.clone(), Math.clamp(TOKENS / from.length, 1, ROWS));
    }

    /** The same with that many patched runs in a pass. With 1 a patch that changes nothing leaves the last bit alone. */
    public Patching withRows(int rows) {
        if (rows < 1) throw new IllegalArgumentException("a pass has at least one row, not " + rows);
        return new Patching(model, from, into, rows);
    }

    /**
     * The positions at which the runs can differ: from the first different token on. Before it both have the same numbers
     * everywhere, and a patch changes nothing.
     */
    public List<Integer> positions() {
        return IntStream.range(0, into.length)
                .dropWhile(p -> from[p] == into[p])
                .boxed()
                .toList();
    }

    /** The last position's logits {@code [vocab]} of the prompt that is patched into, unpatched. */
    public float[] unpatched() {
        return last(into);
    }

    /**
     * Runs the prompt with each patch alone and gives the last position's logits {@code [vocab]}, in the order of the patches.
     *
     * @throws SiteException if there is no such place
     */
    public void run(List<Patch> patches, BiConsumer<Patch, float[]> logits) {
        patches.forEach(p -> p.check(model.config(), into.length));
        try (var pause = Autograd.pause();
                var scope = Scope.open()) {
            Map<Site, Tensor> sources = model.activations(
                    from, patches.stream().map(Patch::site).collect(Collectors.toCollection(LinkedHashSet::new)));
            Map<Site, Tensor> starts = model.activations(into, starts(patches));
            for (int at = 0; at < patches.size(); at += rows) {
                List<Patch> batch = patches.subList(at, Math.min(at + rows, patches.size()));
                List<float[]> last = pass(batch, sources, starts);
                for (int r = 0; r < batch.size(); r++) logits.accept(batch.get(r), last.get(r));
            }
        }
    }

    private static Set<Site> starts(List<Patch> patches) {
        return patches.stream()
                .map(p -> Site.of(Site.Kind.RESID_PRE, p.site().layer()))
                .collect(Collectors.toSet());
    }

    /** One pass, a patch in each row; the blocks before the first patch are those of the unpatched run. */
    private List<float[]> pass(List<Patch> patches, Map<Site, Tensor> sources, Map<Site, Tensor> starts) {
        int first = patches.stream().mapToInt(p -> p.site().layer()).min().orElse(0);
        try (var scope = Scope.open()) {
            var edits = new Patch.Rows(
                    patches,
                    patches.stream()
                            .map(p -> Objects.requireNonNull(sources.get(p.site())))
                            .toList());
            Tensor start = Objects.requireNonNull(starts.get(Site.of(Site.Kind.RESID_PRE, first)))
                    .unsqueeze(0);
            Tensor x = Tensor.cat(Collections.nCopies(patches.size(), start), 0);
            Tensor logits = last(x, first, edits.hook());
            edits.checkAllMatched();
            return IntStream.range(0, patches.size())
                    .mapToObj(r -> logits.narrow(0, r, 1).floats())
                    .toList();
        }
    }

    private float[] last(int[] ids) {
        try (var pause = Autograd.pause();
                var scope = Scope.open()) {
            Site embedding = Site.of(Site.Kind.EMBEDDING);
            Tensor start = Objects.requireNonNull(
                    model.activations(ids, List.of(embedding)).get(embedding));
            return last(start.unsqueeze(0), 0, Hook.NONE).floats();
        }
    }

    /** Logits {@code [batch, vocab]} of the last position, from the residual stream before a block. */
    private Tensor last(Tensor start, int first, Hook hook) {
        int batch = (int) start.size(0);
        int length = (int) start.size(1);
        Tensor x = model.transformer()
                .residual(
                        start,
                        first,
                        model.transformer()
                                .pass(
                                        Batches.positions(batch, length),
                                        Batches.causal(model.config(), length, model.type()),
                                        hook));
        return model.transformer()
                .logits(x.narrow(1, length - 1, 1).reshape(batch, model.config().dModel()), Hook.NONE);
    }

    /**
     * Measures what each patch does.
     *
     * @param done told of each patch when it has been run
     * @throws SiteException if there is no such place
     * @throws PromptException if the metric is the same for both prompts, so that there is nothing to recover
     */
    public Result measure(List<Patch> patches, Metric metric, Consumer<Patch> done) {
        metric.checked(model.config());
        double source = metric.of(last(from));
        double base = metric.of(last(into));
        if (Math.abs(source - base) < 1e-5)
            throw new PromptException(
                    "the metric is %.6f for both prompts: there is nothing to recover".formatted(base));
        List<Double> values = new ArrayList<>();
        run(patches, (patch, logits) -> {
            values.add(metric.of(logits));
            done.accept(patch);
        });
        return new Result(source, base, patches, values);
    }

    /**
     * What the patches did.
     *
     * @param from the metric of the prompt whose numbers are taken
     * @param into the metric of the prompt that is patched, unpatched
     * @param metrics the metric with each of the patches
     */
    public record Result(double from, double into, List<Patch> patches, List<Double> metrics) {
        public Result {
            patches = List.copyOf(patches);
            metrics = List.copyOf(metrics);
        }

        /** For each patch how much of the way from one prompt's metric to the other's it goes: 0 none, 1 all of it. */
        public List<Double> recovered() {
            return metrics.stream().map(m -> (m - into) / (from - into)).toList();
        }
    }
}
