package dev.assay.audit.agent;

/**
 * How far an investigation goes. What functions return does not count as written.
 *
 * @param tokens that the investigator may write before its quirks are reduced
 * @param turns answers that it may give in that time
 * @param idle messages to go on that it may leave without a call, one after the other, before it is taken to be done
 * @param lastTurns answers that it may give while its quirks are reduced
 * @param context longest conversation that is sent, in characters; older results are left out beyond it
 * @param result longest result of a function, in characters; the rest of it is cut off
 */
public record Limits(long tokens, int turns, int idle, int lastTurns, int context, int result) {
    /** The published budget of tokens. */
    public static final long TOKENS = 25_000;

    public static final Limits STANDARD = new Limits(TOKENS, 300, 5, 30, 240_000, 40_000);

    public Limits {
        if (tokens < 1 || turns < 1 || idle < 0 || lastTurns < 1 || context < 1_000 || result < 100)
            throw new IllegalArgumentException(
                    "an investigation needs at least one token, one turn and one last turn, a"
                            + " context of 1,000 characters and results of 100; these limits are too low: tokens "
                            + tokens
                            + ", turns " + turns + ", idle " + idle + ", last turns " + lastTurns + ", context "
                            + context
                            + ", result " + result);
    }

    /** The same with another budget of tokens. */
    public Limits withTokens(long most) {
        return new Limits(most, turns, idle, lastTurns, context, result);
    }
}
