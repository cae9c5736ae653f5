package dev.assay.world;

import dev.assay.stats.SplitRandom;
import dev.assay.tensor.DType;
import dev.assay.world.WorldConfig.Correlation;
import dev.assay.world.WorldConfig.Orthogonalization;
import dev.assay.world.WorldConfig.Trees;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/**
 * A world that nobody has seen until a method is judged on it. Who judges draws a seed and a salt, publishes their
 * {@linkplain #commitment() commitment} before the method is fixed, and shows both afterwards: then anyone can {@linkplain
 * #verify verify} that the world was not chosen to please. Immutable.
 *
 * <p>The configuration is drawn from the seed ({@link #config}), with these ranges: features 1,024, 1,536 or 2,048; features
 * per hidden dimension 6 to 20; trees on 40 to 80 % of the features, of branching 2 to 8 and depth 1 to 4, or, with chance
 * 1/8, none; exclusive siblings under 50 to 100 % of the parents; scaled by parents with chance 2/3; Zipf exponent 0.4 to
 * 1.1, most frequent 0.25 to 0.5, least frequent 0.001 to 0.004; correlation of rank 4 to 24 and scale such that a feature
 * has 10 to 50 % of its variance in common, or, with chance 1/8, none; mean magnitudes from 4 to 6 linearly to 2 to 5;
 * bias 0 to 1; observation noise 0, or, with chance 1/3, 0.02 to 0.1. Numbers are uniform in their ranges; the rate of
 * firing is log-uniform.
 */
public final class SecretWorld {
    private static final byte[] DOMAIN = "assay secret world 0".getBytes(StandardCharsets.US_ASCII);
    private static final int SALT = 32;

    private final long seed;
    private final byte[] salt;

    private SecretWorld(long seed, byte[] salt) {
        if (salt.length != SALT)
            throw new WorldException("salt has " + salt.length + " bytes, it must be " + SALT + " long");
        this.seed = seed;
        this.salt = salt.clone();
    }

    /** A new secret, from the system's secure generator. */
    public static SecretWorld draw() {
        var secure = new SecureRandom();
        var salt = new byte[SALT];
        secure.nextBytes(salt);
        return new SecretWorld(secure.nextLong(), salt);
    }

    /** SHA-256 over the format's name, the seed (8 bytes, big-endian) and the salt (32 bytes), as 64 hex digits. */
    public String commitment() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(DOMAIN);
            digest.update(ByteBuffer.allocate(Long.BYTES).putLong(seed).array());
            return HexFormat.of().formatHex(digest.digest(salt));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** Seed and salt as text, {@code seed:salt} in hex: to be kept secret until the judging is done. */
    public String reveal() {
        return HexFormat.of().toHexDigits(seed) + ":" + HexFormat.of().formatHex(salt);
    }

    /**
     * The secret of a {@link #reveal} text.
     *
     * @throws WorldException if the text is none, or belongs to another commitment
     */
    public static SecretWorld verify(String commitment, String reveal) {
        SecretWorld world = parse(reveal);
        if (!world.commitment().equals(commitment))
            throw new WorldException("the revealed seed and salt belong to the commitment " + world.commitment()
                    + ", not to " + commitment + ": this is not the world that was committed to");
        return world;
    }

    static SecretWorld parse(String reveal) {
        String[] parts = reveal.split(":", -1);
        try {
            if (parts.length == 2 && parts[0].length() == 16)
                return new SecretWorld(
                        HexFormat.fromHexDigitsToLong(parts[0]), HexFormat.of().parseHex(parts[1]));
        } catch (IllegalArgumentException e) {
            throw new WorldException("the reveal is not hex (" + e.getMessage() + "); it must be seed:salt", e);
        }
        throw new WorldException("the reveal must be seed:salt, 16 and " + 2 * SALT + " hex digits");
    }

    /** The configuration that the seed stands for. */
    public WorldConfig config() {
        var draw = new Draw(SplitRandom.of(seed).split("secret world 0").generator());
        int features = 1024 + 512 * draw.whole(0, 2);
        int dim = (int) Math.round(features / draw.between(6, 20));
        Optional<Trees> trees = draw.whole(1, 8) == 1 ? Optional.empty() : Optional.of(trees(features, draw));
        var firing = new FiringProbability.Zipfian(
                draw.between(0.4, 1.1),
                draw.between(0.25, 0.5),
                0.001 * StrictMath.exp(draw.between(0, StrictMath.log(4))));
        Optional<Correlation> correlation = draw.whole(1, 8) == 1 ? Optional.empty() : Optional.of(correlation(draw));
        return new WorldConfig(
                features,
                dim,
                firing,
                trees,
                Optional.of(new Orthogonalization(100, 3e-4, 1024)),
                correlation,
                new Magnitude.FoldedNormal(0.5, 0.5),
                new Magnitude.Linear(draw.between(4, 6), draw.between(2, 5)),
                draw.between(0, 1),
                DType.F32,
                OptionalLong.of(draw.whole(0, Integer.MAX_VALUE - 1)),
                draw.whole(1, 3) == 1 ? draw.between(0.02, 0.1) : 0);
    }

    private static Trees trees(int features, Draw draw) {
        int branching = draw.whole(2, 8);
        int depth = draw.whole(1, 4);
        double perTree = (StrictMath.pow(branching, depth + 1) - 1) / (branching - 1);
        int roots = (int) Math.max(1, Math.round(features * draw.between(0.4, 0.8) / perTree));
        double exclusive = draw.between(0.5, 1);
        boolean scaled = draw.whole(1, 3) > 1;
        return new Trees(roots, branching, branching, depth, exclusive, 0, OptionalInt.empty(), true, scaled);
    }

    private static Correlation correlation(Draw draw) {
        int rank = draw.whole(4, 24);
        return new Correlation(rank, Math.sqrt(draw.between(0.1, 0.5) / rank));
    }

    /** Uniform numbers by formulas that do not change with the Java version, so that old secrets can be verified. */
    private record Draw(RandomGenerator random) {
        double between(double low, double high) {
            return low + (high - low) * ((random.nextLong() >>> 11) * 0x1p-53);
        }

        int whole(int low, int high) {
            return (int) Math.floor(between(low, high + 1.0));
        }
    }
}
