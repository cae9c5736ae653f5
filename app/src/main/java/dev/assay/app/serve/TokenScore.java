package dev.assay.app.serve;

import java.util.List;

/**
 * A token of a text, with how likely it was.
 *
 * @param offset characters of the text before it
 * @param logProbability at temperature 1
 * @param likeliest tokens in its place, likeliest first
 */
record TokenScore(int token, int offset, double logProbability, List<Guess> likeliest) {
    /** A token that might have come. */
    record Guess(int token, double logProbability) {}

    TokenScore {
        likeliest = List.copyOf(likeliest);
    }
}
