package dev.assay.lm;

/**
 * A text to be continued.
 *
 * @param prompt its tokens, not empty
 * @param seed of this sequence's own random stream: what is drawn depends on no other sequence
 */
public record Request(int[] prompt, Sampling sampling, long seed) {
    public Request {
        if (prompt.length == 0) throw new IllegalArgumentException("a prompt needs at least one token");
        prompt = prompt.clone();
    }
}
