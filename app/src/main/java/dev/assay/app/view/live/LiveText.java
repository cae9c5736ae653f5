package dev.assay.app.view.live;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Message;
import dev.assay.lm.ModelFormatException;
import dev.assay.lm.TokenText;
import dev.assay.lm.Tokenizer;
import dev.assay.organism.Ask;
import dev.assay.organism.Speaker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A text to be read.
 *
 * @param before what was said before it; none, and it is a bare text, whose first word is what the rest is read after
 */
record LiveText(List<Message> before, String text) {
    /** Characters, all messages together. */
    private static final int LONGEST = 12_000;
    /** Tokens that are read at once. */
    private static final int TOKENS = 1024;

    /** As the page asks for it: {@code before}, messages with {@code role} and {@code content}, and {@code text}. */
    static LiveText of(JsonNode asked) {
        List<Message> before = before(asked);
        String text = asked.path("text").asText("");
        int length = text.length()
                + before.stream().mapToInt(m -> m.content().length()).sum();
        if (length > LONGEST)
            throw new LiveException("the text has " + length + " characters; at most " + LONGEST + " are read at once");
        if (text.isBlank()) throw new LiveException("there is no text to read: write one, or open a recorded reply");
        return new LiveText(before, text.strip());
    }

    static List<Message> before(JsonNode asked) {
        var out = new ArrayList<Message>();
        for (JsonNode one : asked.path("before")) {
            String role = one.path("role").asText("");
            try {
                out.add(new Message(
                        Message.Role.valueOf(role.toUpperCase(Locale.ROOT)),
                        one.path("content").asText("")));
            } catch (IllegalArgumentException e) {
                throw new LiveException("before: a role is system, user or assistant, not \"" + role + "\"");
            }
        }
        return List.copyOf(out);
    }

    /** As a speaker reads it. */
    Speaker.Passage passage() {
        if (!before.isEmpty()) return new Speaker.Passage(new Ask.Reply(before), text);
        int space = text.indexOf(' ');
        if (space < 0)
            throw new LiveException("a bare text needs two words or more, for the first is what the rest is read after;"
                    + " or say what it is an answer to");
        return new Speaker.Passage(new Ask.Text(text.substring(0, space)), text.substring(space));
    }

    /** What of a bare text the rest is read after; empty in a talk. */
    String lead() {
        return before.isEmpty()
                ? text.substring(0, text.length() - passage().text().length())
                : "";
    }

    /**
     * The text in a model's tokens.
     *
     * @param ids with what comes before
     * @param from where the text itself begins
     * @param pieces the text's tokens as text: together they are the text, so a token that is part of a character may be empty
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Cut(int[] ids, int from, List<String> pieces) {}

    Cut cut(LanguageModel model) {
        Speaker.Passage passage = passage();
        int[] first = prompt(passage, model);
        int[] own = model.tokenizer().encodePlain(passage.text());
        int most = Math.min(TOKENS, model.config().context());
        if (first.length + own.length > most)
            throw new LiveException("with what comes before it the text has " + (first.length + own.length)
                    + " tokens; at most " + most + " are read at once");
        int[] ids = IntStream.concat(Arrays.stream(first), Arrays.stream(own)).toArray();
        return new Cut(ids, first.length, pieces(model.tokenizer(), own));
    }

    private static int[] prompt(Speaker.Passage passage, LanguageModel model) {
        try {
            return passage.before().prompt(model);
        } catch (ModelFormatException e) {
            throw new LiveException("this model has no chat template: give a bare text, without what comes before it");
        }
    }

    static List<String> pieces(Tokenizer tokenizer, int[] ids) {
        Tokenizer.Decoder decoder = tokenizer.decoder();
        var out = new ArrayList<String>();
        for (int id : ids) out.add(decoder.accept(id));
        if (!out.isEmpty()) out.addLast(out.removeLast() + decoder.finish());
        return List.copyOf(out);
    }

    /** All tokens, each by itself. */
    static List<String> words(LanguageModel model, int[] ids) {
        TokenText words = TokenText.of(model);
        return Arrays.stream(ids).mapToObj(words::raw).toList();
    }
}
