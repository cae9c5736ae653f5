package dev.assay.lm;

/**
 * What a model wrote.
 *
 * @param text the tokens decoded, without control tokens
 * @param tokens the sampled tokens, without the stop token
 * @param stopped whether the model ended by itself; otherwise the longest length was reached
 */
public record Completion(String text, int[] tokens, boolean stopped) {}
