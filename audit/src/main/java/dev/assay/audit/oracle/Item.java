package dev.assay.audit.oracle;

import java.util.Locale;

/**
 * A question on the activations of a text, and its true answer.
 *
 * @param set where it is from: the name of a set of tasks, or before or after
 * @param context tokens that the activations are read on
 * @param layer behind which block
 * @param first first position that is read
 * @param count positions that are read
 * @param answer what is learnt
 * @param named what an answer must say to be right
 */
record Item(
        Form form,
        String set,
        int[] context,
        int layer,
        int first,
        int count,
        String question,
        String answer,
        String named) {
    /** What counts as right. */
    enum Form {
        /** What is there, then Yes or No; right is the last word. */
        YES_NO,
        /** A label. */
        NAME,
        /** An instruction; right is what names the label, or says that there is none. */
        TELL,
        /** Tokens before or behind; right is the first word. */
        CONTINUE;

        String key() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Whether an answer is right. */
    boolean accepts(String written) {
        String said = normal(written);
        return form == Form.TELL ? (" " + said + " ").contains(" " + right() + " ") : said.equals(right());
    }

    /** What is right, without what does not count. */
    String right() {
        return normal(named);
    }

    /** A text without what does not count: case, punctuation, and all but the word that decides. */
    private String normal(String text) {
        String plain = text.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}' ]+", " ")
                .strip()
                .replaceAll(" +", " ");
        return switch (form) {
            case CONTINUE -> plain.split(" ", 2)[0];
            case YES_NO -> plain.substring(plain.lastIndexOf(' ') + 1);
            case NAME, TELL -> plain;
        };
    }

    String group() {
        return set + " " + form.key();
    }
}
