package dev.assay.world;

import dev.assay.tensor.DType;
import java.util.Arrays;

/**
 * The Gaussian copula that makes features fire together: g = F·eps + sqrt(d)·eta with eps ~ N(0, I_rank) per sample and
 * eta ~ N(0, 1) per sample and feature, and d_i = 1 - |F_i|², so that each g_i is standard normal and the correlation of
 * two is F_i·F_j. Immutable.
 */
public final class LowRankCorrelation {
    private static final double LEAST_OWN_VARIANCE = 0.01;

    private final int features;
    private final int rank;
    private final double[] factor;
    private final double[] diag;

    /**
     * From given numbers.
     *
     * @param factor F, {@code [features, rank]}
     * @param diag   d, {@code [features]}
     * @throws WorldException if the lengths disagree, or an entry of d is not positive
     */
    public LowRankCorrelation(int rank, double[] factor, double[] diag) {
        this.features = diag.length;
        this.rank = rank;
        this.factor = factor.clone();
        this.diag = diag.clone();
        if (factor.length != (long) features * rank)
            throw new WorldException("a correlation of " + features + " features and rank " + rank + " has a factor of "
                    + factor.length + " numbers");
        for (double d : diag) WorldException.require(d > 0 && d <= 1.001, "correlation_diag", d, "in (0, 1]");
        for (double f : factor) WorldException.require(Double.isFinite(f), "correlation_factor", f, "a finite number");
    }

    /** Features that fire independently: rank 0. */
    public static LowRankCorrelation none(int features) {
        var ones = new double[features];
        Arrays.fill(ones, 1);
        return new LowRankCorrelation(0, new double[0], ones);
    }

    /**
     * F = scale · randn, from torch's CPU generator; rows that would leave a feature less than 0.01 of its own variance are
     * shortened to leave that (SAELens 6.54, {@code generate_random_low_rank_correlation_matrix}).
     */
    public static LowRankCorrelation draw(int features, WorldConfig.Correlation config, DType type, long seed) {
        int rank = config.rank();
        var random = new TorchRandom(seed);
        double[] factor =
                type == DType.F64 ? random.doubleNormals(features * rank) : doubles(random.normals(features * rank));
        var diag = new double[features];
        for (int i = 0; i < factor.length; i++) factor[i] = rounded(factor[i] * rounded(config.scale(), type), type);
        for (int i = 0; i < features; i++) {
            double sum = squares(factor, i * rank, rank, type);
            if (1 - sum < LEAST_OWN_VARIANCE) {
                double shrink = rounded(Math.sqrt(rounded((1 - LEAST_OWN_VARIANCE) / sum, type)), type);
                for (int k = i * rank; k < (i + 1) * rank; k++) factor[k] = rounded(factor[k] * shrink, type);
                sum = squares(factor, i * rank, rank, type);
            }
            diag[i] = rounded(1 - sum, type);
        }
        return new LowRankCorrelation(rank, factor, diag);
    }

    private static double squares(double[] factor, int from, int rank, DType type) {
        double sum = 0;
        for (int k = from; k < from + rank; k++) sum += factor[k] * factor[k];
        return rounded(sum, type);
    }

    private static double rounded(double x, DType type) {
        return type == DType.F64 ? x : (float) x;
    }

    private static double[] doubles(float[] values) {
        var out = new double[values.length];
        for (int i = 0; i < out.length; i++) out[i] = values[i];
        return out;
    }

    public int features() {
        return features;
    }

    /** Length of eps; 0: features fire independently. */
    public int rank() {
        return rank;
    }

    /** F_ik. */
    public double factor(int feature, int k) {
        return factor[feature * rank + k];
    }

    /** A copy of F, {@code [features, rank]}. */
    public double[] factor() {
        return factor.clone();
    }

    /** d_i: the variance that is a feature's own. */
    public double diag(int feature) {
        return diag[feature];
    }

    /** A copy of d. */
    public double[] diag() {
        return diag.clone();
    }

    /**
     * Root mean square and mean of F_i·F_j over pairs i ≠ j, without forming the pairs:
     * |FFᵀ|² = |FᵀF|², and the sum of all entries of FFᵀ is |Σ F_i|².
     *
     * @throws WorldException with fewer than two features
     */
    public Offdiagonal offdiagonal() {
        if (features < 2) throw new WorldException("a correlation between features needs 2 or more of them");
        var gram = new double[rank * rank];
        var total = new double[rank];
        double norms = 0;
        double squaredNorms = 0;
        for (int i = 0; i < features; i++) {
            double norm = 0;
            for (int k = 0; k < rank; k++) {
                double f = factor[i * rank + k];
                norm += f * f;
                total[k] += f;
                for (int l = 0; l < rank; l++) gram[k * rank + l] += f * factor[i * rank + l];
            }
            norms += norm;
            squaredNorms += norm * norm;
        }
        double pairs = (double) features * (features - 1);
        double squares = Arrays.stream(gram).map(g -> g * g).sum() - squaredNorms;
        double sum = Arrays.stream(total).map(t -> t * t).sum() - norms;
        return new Offdiagonal(Math.sqrt(Math.max(0, squares) / pairs), sum / pairs);
    }

    /** Over pairs of different features. */
    public record Offdiagonal(double rms, double mean) {}
}
