package dev.assay.world;

/**
 * NumPy's legacy {@code RandomState}, as far as its permutations go: the same seed gives the same order. Not thread-safe.
 */
public final class NumpyRandom {
    private final Mersenne bits;

    public NumpyRandom(long seed) {
        this.bits = new Mersenne(seed);
    }

    /** {@code shuffle}. */
    public void shuffle(int[] values) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = upTo(i);
            int swapped = values[i];
            values[i] = values[j];
            values[j] = swapped;
        }
    }

    /** {@code permutation} of some values, which stay as they are. */
    public int[] permutation(int[] values) {
        int[] out = values.clone();
        shuffle(out);
        return out;
    }

    /** {@code choice(values, count, replace=False)}. */
    public int[] choice(int[] values, int count) {
        if (count > values.length)
            throw new IllegalArgumentException("cannot choose " + count + " of " + values.length);
        int[] order = new int[values.length];
        for (int i = 0; i < order.length; i++) order[i] = i;
        shuffle(order);
        int[] out = new int[count];
        for (int i = 0; i < count; i++) out[i] = values[order[i]];
        return out;
    }

    /** A whole number from 0 to {@code most}. */
    private int upTo(int most) {
        int mask = Integer.highestOneBit(most) * 2 - 1;
        int drawn = bits.next() & mask;
        while (drawn > most) drawn = bits.next() & mask;
        return drawn;
    }
}
