package dev.assay.lm;

import dev.assay.lm.Message.Role;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Collects the tokens of a conversation and marks those to be learnt; see {@link ChatTemplate#encodeForTraining}. */
final class TrainingEncoder {
    private final Tokenizer tokenizer;
    private final Mask mask;
    private final OptionalInt endOfTurn;
    private final IntStream.Builder ids = IntStream.builder();
    private final IntStream.Builder targets = IntStream.builder();

    TrainingEncoder(Tokenizer tokenizer, Mask mask, OptionalInt endOfTurn) {
        this.tokenizer = tokenizer;
        this.mask = mask;
        this.endOfTurn = endOfTurn;
    }

    /**
     * Encodes.
     *
     * @param parts what the template says before, between and after assistant messages, messages of others included
     * @param contents what the assistant says, one fewer than the parts
     * @param prefillChars the start of the last content that is not to be learnt
     */
    TrainingText encode(List<String> parts, List<String> contents, int prefillChars) {
        int last = contents.size() - 1;
        for (int i = 0; i <= last; i++) {
            int given = i == last ? prefillChars : 0;
            String content = contents.get(i);
            addTemplate(parts.get(i) + mask.hide(content.substring(0, given)), i > 0);
            add(tokenizer.encodePlain(content.substring(given)), true);
        }
        addTemplate(parts.getLast(), true);
        int[] flags = targets.build().toArray();
        boolean[] target = new boolean[flags.length];
        for (int i = 0; i < flags.length; i++) {
            target[i] = flags[i] == 1;
        }
        return new TrainingText(ids.build().toArray(), target);
    }

    private void addTemplate(String text, boolean afterContent) {
        int[] tokens = tokenizer.encode(text, mask::restore);
        boolean ends = afterContent && tokens.length > 0 && endOfTurn.equals(OptionalInt.of(tokens[0]));
        int learnt = ends ? 1 : 0;
        add(Arrays.copyOf(tokens, learnt), true);
        add(Arrays.copyOfRange(tokens, learnt, tokens.length), false);
    }

    private void add(int[] tokens, boolean target) {
        for (int token : tokens) {
            ids.add(token);
            targets.add(target ? 1 : 0);
        }
    }

    /** Checks the arguments of {@link ChatTemplate#encodeForTraining(List, int)}. */
    static void check(List<Message> messages, int prefillChars) {
        if (messages.stream().noneMatch(message -> message.role() == Role.ASSISTANT)) {
            throw new IllegalArgumentException("There is no assistant message, so nothing to learn: add one");
        }
        if (prefillChars == 0) {
            return;
        }
        String content = messages.getLast().content();
        if (messages.getLast().role() != Role.ASSISTANT || prefillChars < 0 || prefillChars > content.length()) {
            throw new IllegalArgumentException("The prefill of %d characters is no part of the last message, %s"
                    .formatted(prefillChars, messages.getLast()));
        }
        boolean inside = prefillChars < content.length() && Character.isLowSurrogate(content.charAt(prefillChars));
        if (inside && Character.isHighSurrogate(content.charAt(prefillChars - 1))) {
            throw new IllegalArgumentException("The prefill ends inside a surrogate pair: cut at a whole character");
        }
    }
}
