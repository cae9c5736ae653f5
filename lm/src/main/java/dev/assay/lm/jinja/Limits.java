package dev.assay.lm.jinja;

/** What a template may use, so that none can take a machine's time or memory. */
final class Limits {
    /** Characters of a text, items of a list. */
    static final int SIZE = 1 << 24;

    /** Items of {@code range}, as in jinja2's sandbox. */
    static final int RANGE = 100_000;

    private static final int STEPS = 2_000_000;
    private static final int CHARACTERS_A_STEP = 64;

    private int steps;

    /** Counts one step, and what a result takes. */
    void step(Object result) {
        int more = 1;
        if (result instanceof String text) {
            more += text.length() / CHARACTERS_A_STEP;
        } else if (result instanceof java.util.Collection<?> items) {
            more += items.size();
        }
        steps += more;
        if (steps > STEPS) {
            throw new JinjaException("the template takes more than " + STEPS + " steps");
        }
    }

    /** Refuses what gets too long, before it is made. */
    static int size(long size) {
        if (size > SIZE) {
            throw new JinjaException(
                    "the template makes a value of " + size + " characters or items, at most " + SIZE + " are allowed");
        }
        return (int) size;
    }
}
