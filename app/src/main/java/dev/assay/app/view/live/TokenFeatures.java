package dev.assay.app.view.live;

import dev.assay.lm.Engine;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.LogitLens;
import dev.assay.lm.TokenText;
import dev.assay.sae.InferenceSae;
import dev.assay.sae.model.ModelSae;
import dev.assay.sae.model.ModelSource;
import dev.assay.sae.model.Reading;
import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The features of an autoencoder that are active at each token of a text.
 *
 * @param site where they are read
 * @param latents of the autoencoder
 * @param tokens of the text itself
 * @param features the strongest of the text, by their mean over it
 */
record TokenFeatures(
        String model, Optional<String> twin, String site, int latents, List<Token> tokens, List<Feature> features) {
    private static final int AT_TOKEN = 8;
    private static final int SHOWN = 40;
    private static final int PROMOTED = 8;

    /**
     * A token.
     *
     * @param left out, as at training, because its activations are outliers
     * @param active strongest first
     */
    record Token(String text, boolean left, List<Active> active) {}

    record Active(int feature, double value) {}

    /**
     * A feature.
     *
     * @param mean activation over the text's tokens
     * @param twin the same in the twin
     * @param values at the text's tokens
     * @param promotes tokens that it makes likelier, most first
     */
    record Feature(int feature, double mean, Optional<Double> twin, List<Double> values, List<String> promotes) {}

    static TokenFeatures of(LiveText text, LiveModels models, ModelSae folder) {
        LanguageModel model = models.target().model();
        LiveText.Cut cut = text.cut(model);
        try (InferenceSae sae = folder.open()) {
            double[][] own = values(model, folder, sae, cut);
            Optional<double[][]> other =
                    models.twin().map(t -> values(t.speaker().model(), folder, sae, cut));
            List<Token> tokens = IntStream.range(0, own.length)
                    .mapToObj(i -> token(cut.pieces().get(i), own[i]))
                    .toList();
            double[] mean = means(own, sae.latents());
            Optional<double[]> twin = other.map(o -> means(o, sae.latents()));
            List<Integer> strongest = IntStream.range(0, mean.length)
                    .filter(f -> mean[f] > 0)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer f) -> mean[f]).reversed())
                    .limit(SHOWN)
                    .toList();
            List<List<String>> promoted = promoted(model, sae, strongest);
            var features = new ArrayList<Feature>();
            for (int i = 0; i < strongest.size(); i++) {
                int f = strongest.get(i);
                List<Double> at = Arrays.stream(own)
                        .map(row -> row.length == 0 ? 0 : row[f])
                        .toList();
                features.add(new Feature(f, mean[f], twin.map(t -> t[f]), at, promoted.get(i)));
            }
            return new TokenFeatures(
                    models.name(),
                    models.twin().map(LiveModels.Twin::name),
                    folder.place().site().toString(),
                    sae.latents(),
                    tokens,
                    features);
        }
    }

    /** Activations {@code [token, latent]} of the text itself; an empty row where a position is left out. */
    private static double[][] values(LanguageModel model, ModelSae folder, InferenceSae sae, LiveText.Cut cut) {
        var place = folder.place();
        try (var source = new ModelSource(model, List.of(), place.site(), Engine.Settings.standard())) {
            if (source.width() != sae.dModel())
                throw new LiveException("the autoencoder reads " + sae.dModel() + " numbers and the model has "
                        + source.width() + " at " + place.site() + ": it was trained on another model");
            Reading read =
                    Reading.of(source, place.norms(), sae, List.of(cut.ids()), "features", (what, done, all) -> {});
            var out = new double[cut.ids().length - cut.from()][0];
            SparseRows latents = read.latents();
            for (int r = 0; r < read.count(); r++) {
                int at = read.position()[r] - cut.from();
                if (at < 0) continue;
                out[at] = new double[sae.latents()];
                for (int e = latents.starts()[r]; e < latents.starts()[r + 1]; e++)
                    out[at][latents.columns()[e]] = latents.values()[e];
            }
            return out;
        }
    }

    private static Token token(String text, double[] row) {
        List<Active> active = IntStream.range(0, row.length)
                .filter(f -> row[f] > 0)
                .mapToObj(f -> new Active(f, row[f]))
                .sorted(Comparator.comparingDouble(Active::value).reversed())
                .limit(AT_TOKEN)
                .toList();
        return new Token(text, row.length == 0, active);
    }

    private static double[] means(double[][] rows, int latents) {
        var mean = new double[latents];
        long kept = Arrays.stream(rows).filter(r -> r.length > 0).count();
        for (double[] row : rows) for (int f = 0; f < row.length; f++) mean[f] += row[f] / kept;
        return mean;
    }

    private static List<List<String>> promoted(LanguageModel model, InferenceSae sae, List<Integer> features) {
        if (features.isEmpty()) return List.of();
        TokenText words = TokenText.of(model);
        try (var scope = Scope.open()) {
            Tensor rows = sae.decoder()
                    .weight()
                    .indexSelect(
                            0, Tensor.of(features.stream().mapToLong(f -> f).toArray(), features.size()));
            long[] ids = LogitLens.logits(model, rows).top(PROMOTED).indices().longs();
            return IntStream.range(0, features.size())
                    .mapToObj(i -> IntStream.range(0, PROMOTED)
                            .mapToObj(k -> words.raw(Math.toIntExact(ids[i * PROMOTED + k])))
                            .toList())
                    .toList();
        }
    }
}
