package dev.assay.lm;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * What an assistant's turn looks like in tokens, to find completions that are none: a user's message among them trains the
 * model to speak for the user, and a completion without an end trains it not to stop.
 */
public final class AssistantTurn {
    private final int[] header;
    private final int end;
    private final IntPredicate control;

    /**
     * A turn.
     *
     * @param header the tokens that start it, empty where a template has none
     * @param end its end-of-turn token
     * @param control whether a token is a control token; none is inside a turn
     */
    AssistantTurn(int[] header, int end, IntPredicate control) {
        this.header = header;
        this.end = end;
        this.control = control;
    }

    /** Turns that end with a token and do not hold it before; nothing is known of how they start. */
    public static AssistantTurn endingWith(int end) {
        return new AssistantTurn(new int[0], end, token -> token == end);
    }

    /** {@link IllegalArgumentException} if an example's completion is no assistant turn; {@code where} names it. */
    void check(UnpairedPreference example, String where) {
        int[] completion = example.completion();
        if (completion.length == 0) throw new IllegalArgumentException(where + ": the completion is empty");
        if (completion[completion.length - 1] != end)
            throw new IllegalArgumentException(
                    "%s: the completion ends with the token %d, not with the end-of-turn token %d"
                            .formatted(where, completion[completion.length - 1], end));
        for (int i = 0; i < completion.length - 1; i++) {
            if (control.test(completion[i]))
                throw new IllegalArgumentException(
                        "%s: the completion has the control token %d in its middle, so it is more than one assistant turn"
                                .formatted(where, completion[i]));
        }
        if (!opened(example.prompt()))
            throw new IllegalArgumentException(where
                    + ": no assistant turn starts at the end of the prompt, so the completion is not the assistant's");
    }

    /** Whether the header comes after the last end of a turn: a template may put more (an empty thought) behind it. */
    private boolean opened(int[] prompt) {
        if (header.length == 0) return true;
        List<Integer> ids = Arrays.stream(prompt).boxed().toList();
        int started = Collections.lastIndexOfSubList(
                ids, Arrays.stream(header).boxed().toList());
        return started >= 0 && started + header.length > ids.lastIndexOf(end);
    }
}
