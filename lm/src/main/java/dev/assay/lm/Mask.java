package dev.assay.lm;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Keeps what messages say apart from what a template says: strings that mean something to the tokenizer or to Jinja
 * are hidden behind private-use characters that none of the messages contains, and brought back once the text has been
 * split at the template's own control tokens.
 */
final class Mask {
    /** Left in a rendered text, these mean that Jinja failed. */
    private static final List<String> JINJA = List.of("{%", "{{");

    /** ASCII's control characters but for tab, newline and return: Jinjava prints them as JSON escapes. */
    private static final List<String> UNPRINTABLE = IntStream.range(0, 32)
            .filter(c -> c != '\t' && c != '\n' && c != '\r')
            .mapToObj(Character::toString)
            .toList();

    private final Map<String, String> hidden = new LinkedHashMap<>();
    private final List<String> contents;
    private final char fence;
    private char next = '\uE000';

    /**
     * A mask for some messages.
     *
     * @param controlTexts the control tokens' texts, longest first
     * @param contents all texts that {@link #hide} will see
     */
    Mask(List<String> controlTexts, List<String> contents) {
        this.contents = contents;
        this.fence = unused();
        for (List<String> dangerous : List.of(controlTexts, JINJA, UNPRINTABLE)) {
            for (String text : dangerous) {
                if (contents.stream().anyMatch(content -> content.contains(text))) {
                    hidden.put(text, String.valueOf(unused()));
                }
            }
        }
    }

    String hide(String content) {
        String masked = content;
        for (Map.Entry<String, String> entry : hidden.entrySet()) {
            masked = masked.replace(entry.getKey(), entry.getValue());
        }
        return masked;
    }

    String restore(String masked) {
        String content = masked;
        for (Map.Entry<String, String> entry : hidden.entrySet()) {
            content = content.replace(entry.getValue(), entry.getKey());
        }
        return content;
    }

    /** A text that appears in none of the messages, to stand in for the i-th of them. */
    String sentinel(int i) {
        return fence + Integer.toString(i) + fence;
    }

    private char unused() {
        for (; next <= '\uF8FF'; next++) {
            char candidate = next;
            if (contents.stream().allMatch(content -> content.indexOf(candidate) < 0)) {
                return next++;
            }
        }
        throw new IllegalArgumentException(
                "The messages use all 6,400 private-use characters (U+E000 to U+F8FF), so none"
                        + " is left to mark places in the template: take some out");
    }
}
