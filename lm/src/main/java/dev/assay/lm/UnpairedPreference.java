package dev.assay.lm;

import dev.assay.lm.Message.Role;
import java.util.Arrays;
import java.util.List;

/**
 * An answer and whether it is wanted: an example of {@link Kto}.
 *
 * @param prompt the tokens before the answer, up to where the assistant starts to write
 * @param completion the assistant's tokens, its end-of-turn token at the end
 * @param desirable whether such answers are to become likelier
 */
public record UnpairedPreference(int[] prompt, int[] completion, boolean desirable) {
    /**
     * The last message of a conversation as the completion of what comes before it. What a template puts after the end of
     * turn (a line break, for instance), which nobody samples, is left out; TRL leaves it in.
     *
     * @throws IllegalArgumentException if the last message is not the assistant's
     * @throws ModelFormatException if the template ends the assistant's messages with no token
     */
    public static UnpairedPreference of(ChatTemplate template, List<Message> talk, boolean desirable) {
        if (talk.isEmpty() || talk.getLast().role() != Role.ASSISTANT)
            throw new IllegalArgumentException(
                    "the completion must be an assistant's message; the conversation ends with "
                            + (talk.isEmpty() ? "nothing" : talk.getLast()));
        if (template.endOfTurn().isEmpty())
            throw new ModelFormatException(
                    "the chat template puts no end-of-turn token after an assistant's message: a completion would have no"
                            + " end");
        TrainingText text = template.encodeForTraining(talk);
        int end = text.target().length;
        while (end > 0 && !text.target()[end - 1]) end--;
        int start = end;
        while (start > 0 && text.target()[start - 1]) start--;
        return new UnpairedPreference(
                Arrays.copyOf(text.ids(), start), Arrays.copyOfRange(text.ids(), start, end), desirable);
    }

    /** The prompt with a completion, whose tokens are the targets. */
    TrainingText with(int[] answer) {
        int[] ids = Arrays.copyOf(prompt, prompt.length + answer.length);
        System.arraycopy(answer, 0, ids, prompt.length, answer.length);
        var target = new boolean[ids.length];
        Arrays.fill(target, prompt.length, ids.length, true);
        return new TrainingText(ids, target);
    }

    TrainingText text() {
        return with(completion);
    }
}
