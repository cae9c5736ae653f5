package dev.assay.tensor;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * The strongest part of a matrix, {@code M ≈ Σ values[i] · left[i] · right[i]ᵀ}. Vectors are of length 1 and stand in rows;
 * a pair may have both signs turned.
 *
 * @param left {@code [k, rows of M]}
 * @param values falling, at least 0
 * @param right {@code [k, columns of M]}
 */
@SuppressWarnings("ArrayRecordComponent")
public record Svd(Tensor left, double[] values, Tensor right) {
    /** Columns of the sketch beside those that are wanted (Halko, Martinsson and Tropp, 2011, section 4.3). */
    private static final int OVERSAMPLED = 8;

    /** Times that the sketch goes through the matrix and back. */
    private static final int POWERS = 6;

    private static final long SKETCH = 0x5EED;

    /** The whole decomposition of {@code [m, n]}, {@code k = min(m, n)}: time grows with m · n · k. */
    public static Svd of(Tensor matrix) {
        try (var scope = Scope.open()) {
            var parts = torch.linalg_svd(matrix.torch, false, new StringViewOptional());
            Tensor u = Tensor.wrap(parts.get0());
            return new Svd(
                    scope.pass(u.transpose(0, 1).contiguous()),
                    Tensor.wrap(parts.get1()).doubles(),
                    scope.pass(Tensor.wrap(parts.get2()).contiguous()));
        }
    }

    /**
     * Of a product {@code left [m, r] · right [r, n]} that is not multiplied out, {@code k = min(r, m, n)}: exact, in time
     * that grows with (m + n) · r².
     */
    public static Svd ofProduct(Tensor left, Tensor right) {
        try (var scope = Scope.open()) {
            Qr l = qr(left);
            Qr r = qr(right.transpose(0, 1));
            Svd inner = of(l.r.matmul(r.r.transpose(0, 1)));
            return new Svd(
                    scope.pass(inner.left.matmul(l.q.transpose(0, 1))),
                    inner.values,
                    scope.pass(inner.right.matmul(r.q.transpose(0, 1))));
        }
    }

    /**
     * The {@code k} strongest of {@code [m, n]}, by subspace iteration from a random sketch (Halko et al., 2011, algorithms
     * 4.4 and 5.1): time grows with m · n · k. The sketch is the same each time. Of values that lie close together, the
     * vectors may be mixed.
     */
    public static Svd leading(Tensor matrix, int k) {
        int width = k + OVERSAMPLED;
        if (width >= Math.min(matrix.size(0), matrix.size(1))) {
            try (var scope = Scope.open()) {
                return of(matrix).first(k).passedBy(scope);
            }
        }
        try (var scope = Scope.open()) {
            Tensor turned = matrix.transpose(0, 1);
            Tensor q = qr(matrix.matmul(sketch((int) matrix.size(1), width).to(matrix.type()))).q;
            for (int i = 0; i < POWERS; i++) q = qr(matrix.matmul(qr(turned.matmul(q)).q)).q;
            Svd small = of(q.transpose(0, 1).matmul(matrix)).first(k);
            return new Svd(small.left.matmul(q.transpose(0, 1)), small.values, small.right).passedBy(scope);
        }
    }

    /** The first {@code k}, or all if there are fewer. */
    public Svd first(int k) {
        if (k >= values.length) return this;
        return new Svd(left.narrow(0, 0, k), Arrays.copyOf(values, k), right.narrow(0, 0, k));
    }

    private Svd passedBy(Scope scope) {
        scope.pass(left);
        scope.pass(right);
        return this;
    }

    /** @param q {@code [m, k]}, orthonormal columns */
    private record Qr(Tensor q, Tensor r) {}

    private static Qr qr(Tensor matrix) {
        var parts = torch.linalg_qr(matrix.torch);
        return new Qr(Tensor.wrap(parts.get0()), Tensor.wrap(parts.get1()));
    }

    private static Tensor sketch(int rows, int columns) {
        var random = new SplittableRandom(SKETCH);
        var values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian();
        return Tensor.of(values, rows, columns);
    }
}
