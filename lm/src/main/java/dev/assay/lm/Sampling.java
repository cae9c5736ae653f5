package dev.assay.lm;

/**
 * How tokens are drawn.
 *
 * @param temperature logits are divided by it; 0 takes the most likely token
 * @param topP only the most likely tokens that together reach this probability are drawn from (nucleus sampling,
 *     Holtzman et al., 2020); 1 keeps all
 * @param maxTokens longest continuation
 */
public record Sampling(double temperature, double topP, int maxTokens) {
    public Sampling {
        if (!(temperature >= 0))
            throw new IllegalArgumentException("temperature must be 0 or more, was " + temperature);
        if (!(topP > 0 && topP <= 1)) throw new IllegalArgumentException("top-p must be in (0, 1], was " + topP);
        if (maxTokens < 1) throw new IllegalArgumentException("max tokens must be at least 1, was " + maxTokens);
    }

    /** Always the most likely token. */
    public static Sampling greedy(int maxTokens) {
        return new Sampling(0, 1, maxTokens);
    }
}
