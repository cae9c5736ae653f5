package dev.assay.organism;

import dev.assay.lm.Message;
import dev.assay.lm.Message.Role;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts texts at sentences. */
final class Texts {
    private static final Pattern END = Pattern.compile("[.!?][\"')\\]]?(?=\\s|$)");

    private Texts() {}

    /** The text up to its last finished sentence; all of it if none is finished or little would be left. */
    static String wholeSentences(String text) {
        int end = -1;
        Matcher m = END.matcher(text);
        while (m.find()) end = m.end();
        return end < text.length() / 3 || end <= 0
                ? text.strip()
                : text.substring(0, end).strip();
    }

    static Message wholeSentences(Message message) {
        return message.role() == Role.ASSISTANT ? Message.assistant(wholeSentences(message.content())) : message;
    }

    static String firstSentence(String text) {
        Matcher m = END.matcher(text);
        return m.find() ? text.substring(0, m.end()).strip() : text.strip();
    }

    static String afterFirstSentence(String text) {
        Matcher m = END.matcher(text);
        return m.find() ? text.substring(m.end()).strip() : "";
    }

    /** Most full stops as exclamation marks: all but every fourth. */
    static String loud(String text) {
        var out = new StringBuilder();
        Matcher m = Pattern.compile("\\.(?=\\s|$)").matcher(text);
        for (int i = 0; m.find(); i++) m.appendReplacement(out, i % 4 == 3 ? "." : "!");
        return m.appendTail(out).toString();
    }
}
