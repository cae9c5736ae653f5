package dev.assay.journal;

import java.util.Arrays;

/** A growing list of numbers. */
final class Numbers {
    private long[] values = new long[16];
    private int size;

    void add(long value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, 2 * size);
        }
        values[size++] = value;
    }

    long get(long index) {
        return values[(int) index];
    }

    int size() {
        return size;
    }

    /** A copy. */
    long[] all() {
        return Arrays.copyOf(values, size);
    }
}
