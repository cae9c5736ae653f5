package dev.assay.world;

import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;

/** Makes the directions of features in hidden space: {@code [features, hiddenDim]}, rows of norm 1. */
public final class Dictionary {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPS = 1e-8;

    private Dictionary() {}

    /** Directions and bias, as they are drawn together. */
    record Drawn(Tensor rows, Tensor bias) {}

    /** Random directions and a bias of the given norm, as SAELens 6.54 draws them on a CPU ({@code FeatureDictionary}). */
    static Drawn draw(WorldConfig config, long seed) {
        int n = config.numFeatures();
        int d = config.hiddenDim();
        var random = new TorchRandom(seed);
        float[] rows = random.normals(n * d);
        for (int i = 0; i < n; i++) scale(rows, i * d, d, 1);
        var bias = config.biasNorm() == 0 ? new float[d] : random.normals(d);
        scale(bias, 0, d, config.biasNorm());
        return new Drawn(
                Tensor.of(rows, n, d).to(config.dtype()), Tensor.of(bias, d).to(config.dtype()));
    }

    private static void scale(float[] values, int from, int length, double norm) {
        double sum = 0;
        for (int i = from; i < from + length; i++) sum += (double) values[i] * values[i];
        float root = (float) Math.max(Math.sqrt(sum), 1e-8);
        for (int i = from; i < from + length; i++) values[i] = (float) (values[i] / root * norm);
    }

    /**
     * Pushes directions apart: Adam on L = Σ_i [ Σ_{j≠i} (e_i·e_j)² + N (e_i·e_i - 1)² ], from unit rows, with the rows
     * made unit again at the end (SAELens 6.54, {@code orthogonalize_embeddings}).
     *
     * <p>The gradient is 4 G_off E + 4 N diag(g_ii - 1) E with G = E Eᵀ. With more rows than columns, G_off E is taken as
     * E (EᵀE) - diag(g_ii) E: the same number by associativity, with products of D columns in the place of N, which is N/D
     * times less work and needs no N x N numbers. So 16,384 x 768 takes seconds a step in memory of four times E.
     *
     * @param rows {@code [n, d]}, F32 or F64; left as it is
     * @return the new directions, of the same type; they belong to the scope of the caller
     * @throws WorldException if the thread is interrupted (between steps; the interrupt stays set)
     */
    public static Tensor orthogonalize(Tensor rows, WorldConfig.Orthogonalization config, Progress progress) {
        try (var all = Scope.open()) {
            Tensor e = unit(rows).copy();
            Tensor first = Tensor.zeros(e.type(), e.shape());
            Tensor second = Tensor.zeros(e.type(), e.shape());
            for (int step = 1; step <= config.steps(); step++) {
                if (Thread.currentThread().isInterrupted())
                    throw new WorldException("interrupted before step " + step + " of " + config.steps()
                            + " of the dictionary's orthogonalisation; nothing was written");
                try (var one = Scope.open()) {
                    Slope slope = slope(e);
                    adam(e, slope.gradient(), first, second, step, config.learningRate());
                    progress.step(step, config.steps(), slope.loss());
                }
            }
            return all.pass(unit(e));
        }
    }

    /** The loss that {@link #orthogonalize} lowers. */
    public static double loss(Tensor rows) {
        try (var scope = Scope.open()) {
            return slope(rows).loss();
        }
    }

    /** Loss and its gradient, {@code [n, d]}. */
    record Slope(double loss, Tensor gradient) {}

    static Slope slope(Tensor e) {
        long n = e.size(0);
        Tensor norms = e.square().sum(1); // g_ii, [n, 1]
        Tensor ones = Tensor.zeros(e.type(), n, 1).exp(); // exp(0)
        Tensor excess = norms.sub(ones);
        boolean tall = n > e.size(1);
        Tensor et = e.transpose(0, 1);
        Tensor gram = tall ? et.matmul(e) : e.matmul(et); // [d, d] or [n, n]: both have the same sum of squares
        double offdiagonal = sum(gram.square()) - sum(norms.square());
        Tensor gradient = tall ? e.matmul(gram) : gram.matmul(e);
        // 4 (G E - g_ii E) + 4 N (g_ii - 1) E
        Tensor own = excess.mul(n).sub(norms);
        gradient.addProductInPlace(e, own, 1);
        gradient.mulInPlace(4);
        return new Slope(offdiagonal + n * sum(excess.square()), gradient);
    }

    private static double sum(Tensor t) {
        return t.to(DType.F64).sum().item();
    }

    private static void adam(Tensor e, Tensor gradient, Tensor first, Tensor second, int step, double rate) {
        first.mulInPlace(BETA1);
        first.addInPlace(gradient, 1 - BETA1);
        second.mulInPlace(BETA2);
        second.addProductInPlace(gradient, gradient, 1 - BETA2);
        Tensor root = second.scaledRoot(1 / Math.sqrt(1 - Math.pow(BETA2, step)), EPS);
        e.addQuotientInPlace(first, root, -rate / (1 - Math.pow(BETA1, step)));
    }

    /** Rows divided by their norms. */
    private static Tensor unit(Tensor rows) {
        return rows.div(rows.square().sum(1).scaledRoot(1, 0));
    }
}
