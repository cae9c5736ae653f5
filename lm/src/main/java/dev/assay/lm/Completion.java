package dev.assay.lm;

import java.util.List;

/**
 * What a model wrote.
 *
 * @param text the tokens decoded, without control tokens, up to a stop text
 * @param tokens the forced and drawn tokens, without the stop token
 * @param logProbabilities of the tokens, at temperature 1; empty where they were not asked for
 * @param beside the same under each set of adapters that was read along
 */
public record Completion(String text, int[] tokens, Ending ending, float[] logProbabilities, List<float[]> beside) {
    /** Why a text ended. */
    public enum Ending {
        /** The model drew one of its stop tokens. */
        STOP_TOKEN,
        /** One of the request's stop texts appeared. */
        STOP_TEXT,
        /** The longest length was reached. */
        LENGTH,
        CANCELLED
    }

    /** Whether the text ended by itself or at a stop text; otherwise it was cut off. */
    public boolean stopped() {
        return ending == Ending.STOP_TOKEN || ending == Ending.STOP_TEXT;
    }

    /** For each token, its log-probability less the one under a set of adapters that was read along. */
    public float[] logRatios(int other) {
        var ratios = new float[logProbabilities.length];
        for (int i = 0; i < ratios.length; i++) ratios[i] = logProbabilities[i] - beside.get(other)[i];
        return ratios;
    }
}
