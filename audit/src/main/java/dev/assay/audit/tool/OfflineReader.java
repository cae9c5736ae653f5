package dev.assay.audit.tool;

import dev.assay.lm.Engine;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Reader;
import dev.assay.lm.Site;
import dev.assay.lm.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Reads features without a language model's judgement. A label is a short list of what a feature fires on and promotes; its
 * kind is that of most tokens at its peaks in ordinary text, content where it has none. Coherence is how close, in the model's own token embeddings, the features of a
 * place stand to each other, as a rank among as many features drawn at random: 0 is no closer than the median draw, 1 is
 * closer than all.
 */
final class OfflineReader implements FeatureReader {
    private static final int SHOWN = 4;
    private static final int DRAWS = 200;
    private static final double MOST = 0.6;
    private static final Set<String> FUNCTION_WORDS = Set.of(
            ("a an the this that these those of in on at to from by for with about as into over under between through and or"
                            + " but nor so if then than because while although though when where which who whom whose what how"
                            + " why is are was were be been being am do does did have has had having will would shall should"
                            + " can could may might must not no it its he him his she her they them their we us our i me my you"
                            + " your there here also just only more most some any all each every both either neither other"
                            + " such same own s t re ve ll d m")
                    .split(" "));

    private final LanguageModel model;
    private final Engine.Settings settings;

    OfflineReader(LanguageModel model, Engine.Settings settings) {
        this.model = model;
        this.settings = settings;
    }

    @Override
    public String id() {
        return "offline-1";
    }

    @Override
    public List<Note> notes(List<Evidence> features) {
        return features.stream().map(f -> new Note(label(f), kind(f))).toList();
    }

    private static String label(Evidence feature) {
        return Stream.of(listed("fires on", feature.words()), listed("promotes", feature.promotes()))
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining("; "));
    }

    private static String listed(String what, List<String> tokens) {
        List<String> some = tokens.stream()
                .filter(t -> !t.isBlank())
                .distinct()
                .limit(SHOWN)
                .toList();
        return some.isEmpty() ? "" : what + " " + String.join(", ", some);
    }

    private Kind kind(Evidence feature) {
        Tokenizer tokenizer = model.tokenizer();
        int markup = 0;
        int grammar = 0;
        for (int id : feature.peaks()) {
            String text = tokenizer.decode(id);
            boolean letters = text.chars().anyMatch(Character::isLetter);
            if (tokenizer.isControl(id) || text.isBlank() || text.contains("\n")) markup++;
            else if (!letters || FUNCTION_WORDS.contains(text.strip().toLowerCase(Locale.ROOT))) grammar++;
        }
        double all = Math.max(1, feature.peaks().length);
        if (markup / all >= MOST) return Kind.FORMATTING;
        return (markup + grammar) / all >= MOST ? Kind.SYNTAX : Kind.CONTENT;
    }

    @Override
    public List<Double> coherences(List<Place> places) {
        Map<Integer, Evidence> known = new HashMap<>();
        places.forEach(p -> p.features().forEach(a -> known.put(a.evidence().latent(), a.evidence())));
        if (known.isEmpty()) return places.stream().map(p -> 0.0).toList();
        Map<Integer, double[]> meanings = meanings(List.copyOf(known.values()));
        int[] pool = places.stream()
                .flatMap(p -> p.features().stream())
                .mapToInt(a -> a.evidence().latent())
                .toArray();
        Map<Integer, double[]> draws = new HashMap<>();
        return places.stream()
                .map(p -> p.features().stream()
                        .map(a -> meanings.get(a.evidence().latent()))
                        .toList())
                .map(vectors -> vectors.size() < 2
                        ? 0
                        : rank(
                                closeness(vectors),
                                draws.computeIfAbsent(vectors.size(), n -> draws(pool, n, meanings))))
                .toList();
    }

    private static double[] draws(int[] pool, int size, Map<Integer, double[]> meanings) {
        RandomGenerator random = Tool.fixed("coherence").split(size).generator();
        int different = (int) Arrays.stream(pool).distinct().count();
        return IntStream.range(0, DRAWS)
                .mapToDouble(i -> closeness(random.ints(0, pool.length)
                        .map(at -> pool[at])
                        .distinct()
                        .limit(Math.min(size, different))
                        .mapToObj(meanings::get)
                        .toList()))
                .sorted()
                .toArray();
    }

    private static double rank(double closeness, double[] draws) {
        double below = Arrays.stream(draws).filter(d -> d < closeness).count() / (double) draws.length;
        return Math.max(0, 2 * below - 1);
    }

    /** Mean cosine of pairs. */
    private static double closeness(List<double[]> vectors) {
        double sum = 0;
        int pairs = 0;
        for (int i = 0; i < vectors.size(); i++)
            for (int j = 0; j < i; j++, pairs++) {
                double[] a = vectors.get(i);
                double[] b = vectors.get(j);
                for (int d = 0; d < a.length; d++) sum += a[d] * b[d];
            }
        return sum / Math.max(1, pairs);
    }

    /** Of each feature the mean embedding of its tokens, less that of all features', of length 1. */
    private Map<Integer, double[]> meanings(List<Evidence> features) {
        int[] ids =
                features.stream().flatMapToInt(OfflineReader::tokens).distinct().toArray();
        Map<Integer, float[]> embeddings = embeddings(ids);
        List<double[]> means = features.stream()
                .map(f -> mean(tokens(f).mapToObj(embeddings::get).toList()))
                .toList();
        var centre = new double[model.config().dModel()];
        for (double[] m : means) for (int d = 0; d < centre.length; d++) centre[d] += m[d] / means.size();
        Map<Integer, double[]> out = new HashMap<>();
        for (int i = 0; i < features.size(); i++) out.put(features.get(i).latent(), unit(means.get(i), centre));
        return out;
    }

    private static IntStream tokens(Evidence feature) {
        return IntStream.concat(Arrays.stream(feature.peaks()), Arrays.stream(feature.promoted()));
    }

    private double[] mean(List<float[]> vectors) {
        var out = new double[model.config().dModel()];
        for (float[] v : vectors) {
            double norm = 0;
            for (float x : v) norm += (double) x * x;
            double scale = norm == 0 ? 0 : 1 / Math.sqrt(norm) / vectors.size();
            for (int d = 0; d < out.length; d++) out[d] += v[d] * scale;
        }
        return out;
    }

    private static double[] unit(double[] vector, double[] centre) {
        var out = new double[vector.length];
        double squares = 0;
        for (int d = 0; d < out.length; d++) {
            out[d] = vector[d] - centre[d];
            squares += out[d] * out[d];
        }
        for (int d = 0; d < out.length && squares > 0; d++) out[d] /= Math.sqrt(squares);
        return out;
    }

    private Map<Integer, float[]> embeddings(int[] ids) {
        int length = Math.min(256, model.config().context());
        var texts = new ArrayList<int[]>();
        for (int from = 0; from < ids.length; from += length)
            texts.add(Arrays.copyOfRange(ids, from, Math.min(ids.length, from + length)));
        try (var reader = new Reader(model, List.of(), Site.of(Site.Kind.EMBEDDING), settings)) {
            float[] read = reader.read(texts);
            int width = reader.width();
            Map<Integer, float[]> out = new HashMap<>();
            for (int i = 0; i < ids.length; i++) out.put(ids[i], Arrays.copyOfRange(read, i * width, (i + 1) * width));
            return out;
        }
    }
}
