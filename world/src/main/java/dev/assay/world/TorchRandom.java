package dev.assay.world;

/**
 * torch's CPU generator ({@code torch.Generator().manual_seed(seed)}), so that a configuration gives the world that
 * SAELens makes of it on a CPU, and magnitudes that its files leave out can be found again.
 *
 * <p>Uniforms are torch's bit by bit. Normals follow ATen's {@code normal_fill}: uniforms fill the whole array, then each
 * block of 16 becomes normal by Box and Muller's method, its first eight the radii, its last eight the angles; a last
 * block that is not full is drawn anew for the last 16 places. Fewer than 16 are drawn in pairs instead, in fp64, and the
 * second of a pair waits for the next call. torch computes logarithm, sine and cosine in fp32 with its own polynomials,
 * here they are rounded from fp64, so normals differ by a few units in the last place. Not thread-safe.
 */
final class TorchRandom {
    private static final int BLOCK = 16;

    private final Mersenne bits;
    private double waiting = Double.NaN;

    /** Of the seed's low 32 bits: torch uses no more. */
    TorchRandom(long seed) {
        bits = new Mersenne(seed);
    }

    /** {@code torch.rand(count)} in fp32. */
    float[] uniforms(int count) {
        var out = new float[count];
        for (int i = 0; i < count; i++) out[i] = uniform();
        return out;
    }

    /** {@code torch.randn(count)} in fp32. */
    float[] normals(int count) {
        var out = new float[count];
        if (count < BLOCK) {
            for (int i = 0; i < count; i++) out[i] = (float) paired();
            return out;
        }
        for (int i = 0; i < count; i++) out[i] = uniform();
        for (int i = 0; i + BLOCK <= count; i += BLOCK) boxMuller(out, i);
        if (count % BLOCK != 0) {
            for (int i = count - BLOCK; i < count; i++) out[i] = uniform();
            boxMuller(out, count - BLOCK);
        }
        return out;
    }

    /** {@code torch.randn(count, dtype=torch.float64)}. */
    double[] doubleNormals(int count) {
        var out = new double[count];
        for (int i = 0; i < count; i++) out[i] = count < BLOCK ? paired() : uniform64();
        if (count < BLOCK) return out;
        for (int i = 0; i + BLOCK <= count; i += BLOCK) boxMuller(out, i);
        if (count % BLOCK != 0) {
            for (int i = count - BLOCK; i < count; i++) out[i] = uniform64();
            boxMuller(out, count - BLOCK);
        }
        return out;
    }

    private static void boxMuller(float[] values, int at) {
        for (int i = at; i < at + BLOCK / 2; i++) {
            float radius = (float) Math.sqrt(-2f * (float) Math.log(1 - values[i]));
            float angle = (float) (2 * Math.PI) * values[i + BLOCK / 2];
            values[i] = radius * (float) Math.cos(angle);
            values[i + BLOCK / 2] = radius * (float) Math.sin(angle);
        }
    }

    private static void boxMuller(double[] values, int at) {
        for (int i = at; i < at + BLOCK / 2; i++) {
            double radius = Math.sqrt(-2 * Math.log(1 - values[i]));
            double angle = 2 * Math.PI * values[i + BLOCK / 2];
            values[i] = radius * Math.cos(angle);
            values[i + BLOCK / 2] = radius * Math.sin(angle);
        }
    }

    private double paired() {
        if (!Double.isNaN(waiting)) {
            double z = waiting;
            waiting = Double.NaN;
            return z;
        }
        double angle = 2 * Math.PI * uniform64();
        double radius = Math.sqrt(-2 * Math.log1p(-uniform64()));
        waiting = radius * Math.sin(angle);
        return radius * Math.cos(angle);
    }

    private float uniform() {
        return (bits.next() & 0xffffff) * 0x1p-24f;
    }

    private double uniform64() {
        long high = bits.next();
        long low = bits.next() & 0xffffffffL;
        return ((high << 32 | low) & ((1L << 53) - 1)) * 0x1p-53;
    }
}
