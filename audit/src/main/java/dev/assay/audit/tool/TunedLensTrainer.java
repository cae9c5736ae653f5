package dev.assay.audit.tool;

import dev.assay.journal.CanonicalJson;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.LogitLens;
import dev.assay.lm.Site;
import dev.assay.organism.Progress;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.AdamW;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * Trains a {@link TunedLens}: of each site, rows are drawn from all positions of the texts, and the translator goes down
 * the gradient of KL(final || lens) with AdamW, at a learning rate that falls in a straight line to zero.
 */
public final class TunedLensTrainer {
    private final LanguageModel model;
    private final String modelId;
    private final Settings settings;
    private final Progress progress;

    /**
     * @param steps of each translator
     * @param rows positions of a step
     * @param learningRate at the first step
     */
    public record Settings(int steps, int rows, double learningRate) {
        public static final Settings STANDARD = new Settings(250, 256, 1e-3);

        public Settings {
            if (steps < 1 || rows < 1 || !(learningRate > 0))
                throw new IllegalArgumentException("steps, rows and the learning rate must be above 0");
        }
    }

    /** What the model makes of the texts: at the site, and before the final norm; each {@code [n, dModel]}. */
    private record Pool(Tensor at, Tensor last) {
        Pool rows(long[] which) {
            Tensor index = Tensor.of(which, which.length);
            return new Pool(at.indexSelect(0, index), last.indexSelect(0, index));
        }

        long count() {
            return at.size(0);
        }
    }

    /** @param modelId identity of the model, for the lens's provenance */
    public TunedLensTrainer(LanguageModel model, String modelId, Settings settings, Progress progress) {
        this.model = model;
        this.modelId = modelId;
        this.settings = settings;
        this.progress = progress;
    }

    /**
     * A lens for some sites of the residual stream.
     *
     * @param texts tokens, each text at most as long as the model's context
     */
    public TunedLens train(List<int[]> texts, List<Site> sites, SplitRandom random) {
        if (texts.isEmpty()) throw new IllegalArgumentException("a tuned lens needs texts to be trained on");
        Map<Site, TunedLens.Translator> translators = new LinkedHashMap<>();
        for (Site site : sites) translators.put(site, translator(texts, site, random.split(site.toString())));
        String id = CanonicalJson.sha256(List.of("tuned-lens", modelId, texts, settings, random.seed()));
        return new TunedLens(id, translators);
    }

    private TunedLens.Translator translator(List<int[]> texts, Site site, SplitRandom random) {
        int width = model.config().dModel();
        var translator = new TunedLens.Translator(
                Tensor.lastingZeros(DType.F32, width, width).requireGradient(),
                Tensor.lastingZeros(DType.F32, width).requireGradient());
        RandomGenerator draw = random.generator();
        try (var scope = Scope.open();
                var optimiser = new AdamW(List.of(translator.weight(), translator.bias()))) {
            Pool pool = pool(texts, site);
            for (int step = 0; step < settings.steps; step++) {
                long[] which = draw.longs(settings.rows, 0, pool.count()).toArray();
                step(translator, optimiser, pool, which, 1 - step / (double) settings.steps);
                progress.at("tuned lens of " + site, step + 1, settings.steps);
            }
        }
        return new TunedLens.Translator(detached(translator.weight()), detached(translator.bias()));
    }

    private void step(TunedLens.Translator translator, AdamW optimiser, Pool pool, long[] which, double share) {
        try (var scope = Scope.open()) {
            Pool some = pool.rows(which);
            Tensor said = LogitLens.logits(model, some.last).to(DType.F32).softmax(-1);
            Tensor seen =
                    LogitLens.withGradient(model, translator.apply(some.at)).to(DType.F32);
            // KL(final || lens) but for the entropy of what is said, which has no gradient
            Tensor loss = seen.logSumExp(-1).sum().sub(said.mul(seen).sum()).mul(1.0 / which.length);
            loss.backward();
            optimiser.step(settings.learningRate * share);
        }
    }

    private Pool pool(List<int[]> texts, Site site) {
        Site end = Site.of(Site.Kind.RESID_POST, model.config().layers() - 1);
        var at = new ArrayList<Tensor>();
        var last = new ArrayList<Tensor>();
        try (var scope = Scope.open()) {
            for (int[] text : texts) {
                Map<Site, Tensor> inside = model.activations(text, List.of(site, end));
                at.add(Objects.requireNonNull(inside.get(site)).to(DType.F32));
                last.add(Objects.requireNonNull(inside.get(end)).to(DType.F32));
            }
            return new Pool(scope.pass(Tensor.cat(at, 0)), scope.pass(Tensor.cat(last, 0)));
        }
    }

    private static Tensor detached(Tensor learnt) {
        try (var pause = Autograd.pause();
                var scope = Scope.open();
                learnt) {
            return scope.keep(learnt.copy());
        }
    }

    /** Mean KL(final || lens) over all positions of texts, in nats: how far a lens is from what is said in the end. */
    public static double divergence(LanguageModel model, Lens lens, Site site, List<int[]> texts) {
        Site end = Site.of(Site.Kind.LOGITS);
        double sum = 0;
        int count = 0;
        for (int[] text : texts) {
            try (var pause = Autograd.pause();
                    var scope = Scope.open()) {
                Map<Site, Tensor> inside = model.activations(text, List.of(site, end));
                Tensor seen = lens.logits(model, site, Objects.requireNonNull(inside.get(site)));
                sum += Divergence.kl(Objects.requireNonNull(inside.get(end)), seen)
                        .sum()
                        .item();
                count += text.length;
            }
        }
        return sum / count;
    }
}
