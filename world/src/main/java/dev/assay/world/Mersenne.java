package dev.assay.world;

/**
 * The Mersenne twister mt19937 (Matsumoto and Nishimura 1998), which both torch's CPU generator and Python's
 * {@code random} are built on. Not thread-safe.
 */
final class Mersenne {
    private static final int N = 624;
    private static final int M = 397;

    private final int[] state = new int[N];
    private int next = N;

    /** Seeded by one number, as torch does: only its low 32 bits count. */
    Mersenne(long seed) {
        state[0] = (int) seed;
        for (int i = 1; i < N; i++) state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }

    /** Seeded by several numbers ({@code init_by_array}), as Python does. */
    Mersenne(int[] key) {
        this(19650218);
        int i = 1;
        int j = 0;
        for (int k = Math.max(N, key.length); k > 0; k--) {
            state[i] = (state[i] ^ (state[i - 1] ^ (state[i - 1] >>> 30)) * 1664525) + key[j] + j;
            i = wrap(i + 1);
            j = j + 1 == key.length ? 0 : j + 1;
        }
        for (int k = N - 1; k > 0; k--) {
            state[i] = (state[i] ^ (state[i - 1] ^ (state[i - 1] >>> 30)) * 1566083941) - i;
            i = wrap(i + 1);
        }
        state[0] = 0x80000000;
    }

    private int wrap(int i) {
        if (i < N) return i;
        state[0] = state[N - 1];
        return 1;
    }

    /** The next 32 bits. */
    int next() {
        if (next == N) twist();
        int y = state[next++];
        y ^= y >>> 11;
        y ^= (y << 7) & 0x9d2c5680;
        y ^= (y << 15) & 0xefc60000;
        return y ^ (y >>> 18);
    }

    private void twist() {
        for (int i = 0; i < N; i++) {
            int y = (state[i] & 0x80000000) | (state[(i + 1) % N] & 0x7fffffff);
            state[i] = state[(i + M) % N] ^ (y >>> 1) ^ ((y & 1) == 0 ? 0 : 0x9908b0df);
        }
        next = 0;
    }
}
