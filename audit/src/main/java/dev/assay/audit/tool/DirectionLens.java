package dev.assay.audit.tool;

import dev.assay.lm.LanguageModel;
import dev.assay.lm.LogitLens;
import dev.assay.lm.TokenText;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Reads directions of the residual stream as the tokens that they promote and suppress. Each token's logit is divided by its
 * spread over random directions, so that tokens with long rows in the unembedding don't come first everywhere; how far a
 * direction's first tokens stand out, against random directions, says whether there is anything to read.
 */
final class DirectionLens {
    /** Tokens whose mean says how sharp a direction is: one alone may be a freak of the vocabulary. */
    private static final int SHARP = 5;

    private static final int RANDOM = 256;
    private static final int CHUNK = 64;
    private static final double LEVEL = 0.95;

    private final LanguageModel model;
    private final TokenText words;
    private final float[] precision; // one over a token's spread
    private final double line;

    /**
     * One end of a direction.
     *
     * @param sharpness mean of its first tokens' logits, in units of their spread over random directions
     * @param tokens most promoted first
     * @param ids of them
     */
    @SuppressWarnings("ArrayRecordComponent")
    record End(double sharpness, List<String> tokens, int[] ids) {}

    /** Both ends. */
    record Ends(End up, End down) {
        double sharpness() {
            return Math.max(up.sharpness, down.sharpness);
        }

        Ends turned() {
            return new Ends(down, up);
        }
    }

    private DirectionLens(LanguageModel model, float[] precision, double line) {
        this.model = model;
        this.words = TokenText.of(model);
        this.precision = precision;
        this.line = line;
    }

    /** The lens of a model, measured on random directions. */
    static DirectionLens of(LanguageModel model) {
        List<float[]> random = random(model.config().dModel(), RANDOM);
        var squares = new double[model.config().vocab()];
        for (int from = 0; from < RANDOM; from += CHUNK) {
            float[] logits = logits(model, random.subList(from, from + CHUNK));
            for (int i = 0; i < logits.length; i++) squares[i % squares.length] += (double) logits[i] * logits[i];
        }
        var precision = new float[squares.length];
        for (int t = 0; t < precision.length; t++)
            precision[t] = squares[t] == 0 ? 0 : (float) (1 / Math.sqrt(squares[t] / RANDOM));
        double[] sharpest = new DirectionLens(model, precision, 0)
                .read(random, SHARP).stream()
                        .mapToDouble(Ends::sharpness)
                        .sorted()
                        .toArray();
        return new DirectionLens(model, precision, sharpest[(int) (LEVEL * RANDOM)]);
    }

    /** Unit vectors, the same each time. */
    static List<float[]> random(int width, int count) {
        RandomGenerator random =
                SplitRandom.of(0).split("random directions").split(width).generator();
        return IntStream.range(0, count)
                .mapToObj(i -> unit(random.doubles(width, 0, 1)
                        .map(u -> random.nextGaussian())
                        .toArray()))
                .toList();
    }

    static float[] unit(double[] direction) {
        double norm = Math.sqrt(Arrays.stream(direction).map(v -> v * v).sum());
        var out = new float[direction.length];
        if (norm > 0) for (int d = 0; d < out.length; d++) out[d] = (float) (direction[d] / norm);
        return out;
    }

    /** The sharpness that one in twenty random directions reaches. */
    double line() {
        return line;
    }

    /** Both ends of directions, {@code count} tokens each. */
    List<Ends> read(List<float[]> directions, int count) {
        var all = new ArrayList<Ends>();
        for (int from = 0; from < directions.size(); from += CHUNK) {
            List<float[]> some = directions.subList(from, Math.min(directions.size(), from + CHUNK));
            float[] logits = logits(model, some);
            for (int i = 0; i < logits.length; i++) logits[i] *= precision[i % precision.length];
            try (var scope = Scope.open()) {
                Tensor scores = Tensor.of(logits, some.size(), precision.length);
                Tensor.Top up = scores.top(Math.max(count, SHARP));
                Tensor.Top down = scores.neg().top(Math.max(count, SHARP));
                for (int i = 0; i < some.size(); i++) all.add(new Ends(end(up, i, count), end(down, i, count)));
            }
        }
        return all;
    }

    private End end(Tensor.Top top, int row, int count) {
        int width = (int) top.values().size(1);
        float[] values = top.values().floats();
        long[] ids = top.indices().longs();
        double sharpness = IntStream.range(0, SHARP)
                .mapToDouble(i -> values[row * width + i])
                .average()
                .orElse(0);
        int[] first =
                IntStream.range(0, count).map(i -> (int) ids[row * width + i]).toArray();
        return new End(sharpness, Arrays.stream(first).mapToObj(words::plain).toList(), first);
    }

    /** Unit vectors are made as long as the stream's, so that the norm's epsilon doesn't count. */
    private static float[] logits(LanguageModel model, List<float[]> directions) {
        int width = model.config().dModel();
        var rows = new float[directions.size() * width];
        for (int i = 0; i < directions.size(); i++)
            for (int d = 0; d < width; d++) rows[i * width + d] = directions.get(i)[d] * (float) Math.sqrt(width);
        try (var scope = Scope.open()) {
            return LogitLens.logits(model, Tensor.of(rows, directions.size(), width))
                    .floats();
        }
    }
}
