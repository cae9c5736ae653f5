package dev.assay.chat;

/**
 * Tokens of a call.
 *
 * @param input that were read
 * @param output that were written, hidden reasoning included
 */
public record Usage(long input, long output) {
    static final Usage NONE = new Usage(0, 0);

    public Usage {
        if (input < 0 || output < 0) throw new IllegalArgumentException("a number of tokens is not negative");
    }

    public long total() {
        return input + output;
    }

    Usage plus(Usage other) {
        return new Usage(input + other.input, output + other.output);
    }
}
