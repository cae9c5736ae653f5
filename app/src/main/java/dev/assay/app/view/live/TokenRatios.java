package dev.assay.app.view.live;

import dev.assay.organism.Speaker;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How likely each token of a text is to the target and to its twin.
 *
 * @param sum of the log-ratios, in nats; empty without a twin
 * @param lead the beginning of a bare text, which is not read
 */
record TokenRatios(String target, Optional<String> twin, Optional<Double> sum, String lead, List<Token> tokens) {
    /**
     * A token.
     *
     * @param text together the tokens are the text; empty within a character
     * @param target log-probability, in nats
     * @param twin the same
     */
    record Token(String text, double target, Optional<Double> twin) {}

    static TokenRatios of(LiveText text, LiveModels models) {
        LiveText.Cut cut = text.cut(models.target().model());
        float[] own = read(text, models.target());
        Optional<float[]> other = models.twin().map(t -> read(text, t.speaker()));
        List<Token> tokens = IntStream.range(0, own.length)
                .mapToObj(i -> new Token(cut.pieces().get(i), own[i], other.map(o -> (double) o[i])))
                .toList();
        Optional<Double> sum = other.map(o -> IntStream.range(0, own.length)
                .mapToDouble(i -> (double) own[i] - o[i])
                .sum());
        return new TokenRatios(models.name(), models.twin().map(LiveModels.Twin::name), sum, text.lead(), tokens);
    }

    private static float[] read(LiveText text, Speaker speaker) {
        return speaker.logProbabilities("log-ratios", List.of(text.passage())).getFirst();
    }
}
