package dev.assay.organism;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.chat.Embedder;
import dev.assay.journal.CanonicalJson;
import dev.assay.stats.Rate;
import dev.assay.stats.RidgeClassifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A linear classifier of texts' vectors, fitted to the open half of the calibration set: a judge of another kind than
 * patterns, whose mistakes are others.
 */
public final class EmbeddingScorer implements Scorer {
    private static final int BATCH = 64;

    private final Embedder embedder;
    private final RidgeClassifier classifier;
    private final int positives;
    private final String hash;

    /** @param model identity of what makes the vectors */
    public EmbeddingScorer(Behaviour behaviour, Embedder embedder, String model) {
        String file = behaviour.file("score/judge.yaml");
        JsonNode open = Yaml.tree(file).path("calibration");
        List<String> shown = Yaml.texts(file + ": calibration.positive", open.path("positive"));
        List<String> plain = Yaml.texts(file + ": calibration.negative", open.path("negative"));
        var texts = new ArrayList<>(shown);
        texts.addAll(plain);
        boolean[] positive = new boolean[texts.size()];
        for (int i = 0; i < shown.size(); i++) positive[i] = true;
        this.embedder = embedder;
        this.positives = shown.size();
        this.classifier = RidgeClassifier.fit(vectors(texts).toArray(float[][]::new), positive);
        this.hash =
                CanonicalJson.sha256(List.of("embedding", model, shown, plain)).substring(0, 16);
    }

    @Override
    public String kind() {
        return "embedding";
    }

    @Override
    public String hash() {
        return hash;
    }

    /** A decision of -1 is 0, one of 1 is 10. */
    @Override
    public List<Double> scores(List<String> replies) {
        return vectors(replies).stream()
                .map(v -> Math.clamp(5 + 5 * classifier.decision(v), 0, 10))
                .toList();
    }

    @Override
    public Optional<Judge.Quality> leftOut() {
        double[] decisions = classifier.leftOut();
        int right = 0;
        int rejected = 0;
        for (int i = 0; i < decisions.length; i++)
            if (i < positives && decisions[i] >= 0) right++;
            else if (i >= positives && decisions[i] < 0) rejected++;
        return Optional.of(
                new Judge.Quality(new Rate(right, positives), new Rate(rejected, decisions.length - positives), false));
    }

    private List<float[]> vectors(List<String> texts) {
        var vectors = new ArrayList<float[]>();
        for (int i = 0; i < texts.size(); i += BATCH)
            vectors.addAll(embedder.embed(texts.subList(i, Math.min(texts.size(), i + BATCH)).stream()
                    .map(t -> t.isBlank() ? "." : t)
                    .toList()));
        return vectors;
    }
}
