package dev.assay.organism;

import java.util.List;
import java.util.Optional;

/** Says how strongly replies show one behaviour. */
public interface Scorer {
    /** What it goes by, in a word or two: {@code rules}, {@code embedding}, a model's name. */
    String kind();

    /** Identity of all that its scores depend on beside the reply. */
    String hash();

    /** Scores of replies, 0 to 10, in their order; 5 or more: the behaviour shows. */
    List<Double> scores(List<String> replies);

    /**
     * How often it is right on the open calibration texts, each left out where it learnt from them; empty where it learnt
     * from none and scoring them says as much.
     */
    default Optional<Judge.Quality> leftOut() {
        return Optional.empty();
    }
}
