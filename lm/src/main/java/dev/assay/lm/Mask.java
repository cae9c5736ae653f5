package dev.assay.lm;

import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps what messages say apart from what a template says: control tokens that are spelt out in a message, in whatever
 * case, are broken with a private-use character that none of the messages contains. It is taken out again once the text
 * has been split at the template's own control tokens. The letters stay, so a template that trims a message, or changes
 * its case, does so as if the mask were not there.
 */
final class Mask {
    private final List<String> controlTexts;
    private final Collection<String> contents;
    private final Map<String, String> single = new LinkedHashMap<>(); // too short to be broken
    private final BitSet firsts = new BitSet(); // the control texts' first letters, small
    private final String fence;
    private final String wedge;
    private char next = '\uE000';

    /**
     * A mask for some messages.
     *
     * @param controlTexts the control tokens' texts
     * @param contents all texts that {@link #hide} will see
     */
    Mask(List<String> controlTexts, Collection<String> contents) {
        this.controlTexts = controlTexts;
        controlTexts.forEach(text -> firsts.set(Character.toLowerCase(text.charAt(0))));
        this.contents = contents;
        this.fence = unused();
        this.wedge = unused();
        for (String text : controlTexts) {
            if (text.length() == 1 && contents.stream().anyMatch(content -> content.contains(text))) {
                single.put(text, unused());
            }
        }
    }

    String hide(String content) {
        StringBuilder masked = new StringBuilder();
        for (int i = 0; i < content.length(); i++) {
            masked.append(content.charAt(i));
            if (startsControl(content, i)) {
                masked.append(wedge);
            }
        }
        String text = masked.toString();
        for (Map.Entry<String, String> entry : single.entrySet()) {
            text = text.replace(entry.getKey(), entry.getValue());
        }
        return text;
    }

    private boolean startsControl(String content, int at) {
        if (!firsts.get(Character.toLowerCase(content.charAt(at)))) {
            return false;
        }
        for (String text : controlTexts) {
            if (text.length() > 1 && content.regionMatches(true, at, text, 0, text.length())) {
                return true;
            }
        }
        return false;
    }

    String restore(String masked) {
        String content = masked.replace(wedge, "");
        for (Map.Entry<String, String> entry : single.entrySet()) {
            content = content.replace(entry.getValue(), entry.getKey());
        }
        return content;
    }

    /** A text that appears in none of the messages, to stand in for the i-th of them. */
    String sentinel(int i) {
        return fence + i + fence;
    }

    private String unused() {
        for (; next <= '\uF8FF'; next++) {
            char candidate = next;
            if (contents.stream().allMatch(content -> content.indexOf(candidate) < 0)) {
                return String.valueOf(next++);
            }
        }
        throw new IllegalArgumentException(
                "The messages use all 6,400 private-use characters (U+E000 to U+F8FF), so none"
                        + " is left to mark places in the template: take some out");
    }
}
