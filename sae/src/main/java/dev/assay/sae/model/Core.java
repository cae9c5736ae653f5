package dev.assay.sae.model;

import dev.assay.lm.LanguageModel;
import dev.assay.lm.Site;
import dev.assay.sae.Encoded;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/**
 * SAEBench's core evaluation of an autoencoder on a model: {@link Fidelity} on many texts, {@link Splice} on some of them.
 * Positions that harvesting leaves out are neither scored nor replaced.
 */
public final class Core {
    /** Texts of a batch, which the legacy explained variance is relative to. */
    private static final int BATCH = 16;

    private final LanguageModel model;
    private final Source source;
    private final Site site;
    private final Norms norms;
    private final Function<Tensor, Encoded> encode;
    private final int latents;

    /** What came out. */
    public record Scores(Fidelity.Scores fidelity, Splice.Scores splice) {}

    /**
     * @param source reads the same model at the same site
     * @param encode of {@code [position, width]}
     */
    public Core(
            LanguageModel model, Source source, Site site, Norms norms, Function<Tensor, Encoded> encode, int latents) {
        this.model = model;
        this.source = source;
        this.site = site;
        this.norms = norms;
        this.encode = encode;
        this.latents = latents;
    }

    /**
     * Scores on texts.
     *
     * @param texts that the activations are taken from
     * @param spliced texts that the model is run on three times
     * @param progress told how many texts are done
     */
    public Scores scores(List<int[]> texts, List<int[]> spliced, Progress progress) {
        return new Scores(fidelity(texts, progress), splice(spliced, progress));
    }

    /** Told how far it is. */
    @FunctionalInterface
    public interface Progress {
        void at(String what, int done, int of);
    }

    public Fidelity.Scores fidelity(List<int[]> texts, Progress progress) {
        var fidelity = new Fidelity(source.width(), latents);
        for (int from = 0; from < texts.size(); from += BATCH) {
            List<int[]> batch = texts.subList(from, Math.min(texts.size(), from + BATCH));
            Rows rows = Rows.kept(batch, source.read(batch, done -> {}), source.width(), norms);
            try (var scope = Scope.open()) {
                Tensor x = rows.tensor();
                fidelity.add(x, encode.apply(x), rows.textOf());
            }
            progress.at("reconstruction, texts", from + batch.size(), texts.size());
        }
        return fidelity.scores();
    }

    public Splice.Scores splice(List<int[]> texts, Progress progress) {
        boolean[][] counts = new boolean[1][];
        var splice = new Splice(model, site, x -> replaced(x, counts[0]));
        for (int i = 0; i < texts.size(); i++) {
            int[] ids = texts.get(i);
            counts[0] = new boolean[ids.length];
            splice.add(ids, counts[0]);
            progress.at("running the model three times, texts", i + 1, texts.size());
        }
        return splice.scores();
    }

    /** The reconstruction where positions are kept, which is noted in {@code counts}, the activation elsewhere. */
    private Tensor replaced(Tensor x, boolean[] counts) {
        int width = source.width();
        float[] values = x.floats();
        for (int p = 0; p < counts.length; p++) counts[p] = norms.keeps(p, values, p * width, width);
        float[] reconstruction = encode.apply(x).reconstruction().floats();
        for (int p = 0; p < counts.length; p++)
            if (counts[p]) System.arraycopy(reconstruction, p * width, values, p * width, width);
        return Tensor.of(values, counts.length, width);
    }
}
