package dev.assay.world;

/**
 * Python's {@code random.Random(seed)}, as far as SAELens grows hierarchies with it: {@code randint} and {@code sample}
 * over a range, the same draws as CPython 3.11 to 3.14. Not thread-safe.
 */
final class PythonRandom {
    private final Mersenne bits;

    /** Of a seed of at most 63 bits. */
    PythonRandom(long seed) {
        long size = Math.abs(seed);
        bits = new Mersenne(size >>> 32 == 0 ? new int[] {(int) size} : new int[] {(int) size, (int) (size >>> 32)});
    }

    /** Uniform from {@code low} to {@code high}, both included. */
    int randint(int low, int high) {
        return low + below(high - low + 1);
    }

    /** {@code count} different numbers from 0 to {@code population - 1}, as flags. */
    boolean[] sample(int population, int count) {
        var chosen = new boolean[population];
        int set = 21;
        if (count > 5) set += (int) Math.round(Math.pow(4, Math.ceil(Math.log(count * 3.0) / Math.log(4))));
        if (population <= set) sampleFromPool(chosen, count);
        else
            for (int i = 0; i < count; i++) {
                int j = below(population);
                while (chosen[j]) j = below(population);
                chosen[j] = true;
            }
        return chosen;
    }

    private void sampleFromPool(boolean[] chosen, int count) {
        var pool = new int[chosen.length];
        for (int i = 0; i < pool.length; i++) pool[i] = i;
        for (int i = 0; i < count; i++) {
            int j = below(pool.length - i);
            chosen[pool[j]] = true;
            pool[j] = pool[pool.length - i - 1];
        }
    }

    private int below(int n) {
        int width = 32 - Integer.numberOfLeadingZeros(n);
        int r = bits.next() >>> (32 - width);
        while (r >= n) r = bits.next() >>> (32 - width);
        return r;
    }
}
