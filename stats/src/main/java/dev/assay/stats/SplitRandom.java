package dev.assay.stats;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * A tree of independent random streams, addressed by names: {@code SplitRandom.of(17).split("target").split(3)}.
 *
 * <p>A stream depends on its path alone, never on what else was drawn or in which order, so work that is
 * spread over threads, or resumed half-way, draws the same numbers. Immutable and thread-safe; the generators that
 * it hands out are not thread-safe.
 *
 * <p><b>Stable for ever.</b> A node is a 256-bit key. The root's key is {@code SHA-256('r' ‖ seed)}, a child's is
 * {@code SHA-256(key ‖ 's' ‖ name as UTF-8)} or {@code SHA-256(key ‖ 'i' ‖ index)}, numbers as 8 bytes, big-endian.
 * The generator is xoshiro256++ (Blackman and Vigna 2021), its four words of state the key's, big-endian. A test
 * pins these numbers; recorded results rest on them.
 */
public final class SplitRandom {

    private final byte[] key;

    private SplitRandom(byte[] key) {
        this.key = key;
    }

    /** The root of the tree of this seed. */
    public static SplitRandom of(long seed) {
        return new SplitRandom(sha256(new byte[0], 'r', bytes(seed)));
    }

    /** The child of this name. */
    public SplitRandom split(String name) {
        return new SplitRandom(sha256(key, 's', name.getBytes(StandardCharsets.UTF_8)));
    }

    /** The child of this number; {@code split(17)} and {@code split("17")} are different streams. */
    public SplitRandom split(long index) {
        return new SplitRandom(sha256(key, 'i', bytes(index)));
    }

    /** A fresh generator at the start of this node's stream; each call starts the same stream anew. */
    public RandomGenerator generator() {
        ByteBuffer words = ByteBuffer.wrap(key);
        return new Xoshiro256PlusPlus(words.getLong(), words.getLong(), words.getLong(), words.getLong());
    }

    /** The first number of this node's stream, for code that wants a seed. */
    public long seed() {
        return generator().nextLong();
    }

    /** The first 16 hex digits of the key, to tell streams apart in a log. */
    @Override
    public String toString() {
        return "SplitRandom[" + HexFormat.of().formatHex(key, 0, 8) + "]";
    }

    private static byte[] bytes(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    private static byte[] sha256(byte[] parent, char kind, byte[] name) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(parent);
            digest.update((byte) kind);
            return digest.digest(name);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** xoshiro256++ 1.0 of Blackman and Vigna, <a href="https://prng.di.unimi.it/xoshiro256plusplus.c">reference</a>. */
    static final class Xoshiro256PlusPlus implements RandomGenerator {
        private long s0;
        private long s1;
        private long s2;
        private long s3;

        Xoshiro256PlusPlus(long s0, long s1, long s2, long s3) {
            this.s0 = s0;
            this.s1 = s1;
            this.s2 = s2;
            this.s3 = s3;
        }

        @Override
        public long nextLong() {
            long result = Long.rotateLeft(s0 + s3, 23) + s0;
            long t = s1 << 17;
            s2 ^= s0;
            s3 ^= s1;
            s1 ^= s2;
            s0 ^= s3;
            s2 ^= t;
            s3 = Long.rotateLeft(s3, 45);
            return result;
        }
    }
}
