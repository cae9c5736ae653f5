package dev.assay.chat;

/** Small things about texts in messages. */
final class Texts {
    private Texts() {}

    /** A text in one line of at most so many characters. */
    static String cut(String text, int most) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.length() <= most ? line : line.substring(0, most - 1) + "…";
    }

    /** As {@link #cut}, with a colon before it; nothing where there is nothing. */
    static String after(String text, int most) {
        return text.isBlank() ? "" : ": " + cut(text, most);
    }
}
