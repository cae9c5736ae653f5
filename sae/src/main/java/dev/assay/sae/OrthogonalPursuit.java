package dev.assay.sae;

import dev.assay.tensor.Tensor;

/**
 * Orthogonal matching pursuit (Pati et al., 1993): after each greedy choice the coefficients of all chosen atoms are the
 * least-squares solution, kept up to date by a Cholesky factor of the chosen atoms' products. Coefficients may be
 * negative. Since they minimise the error on their atoms, the gradient by the dictionary is that with coefficients held
 * fixed.
 */
final class OrthogonalPursuit {
    private static final double DEPENDENT = 1e-8;

    private final double[] gram;
    private final int atoms;
    private final int most;
    private final double residual;
    private final double[][] factor;
    private final int[] chosen;

    private OrthogonalPursuit(double[] gram, int atoms, int most, double residual) {
        this.gram = gram;
        this.atoms = atoms;
        this.most = Math.min(most, atoms);
        this.residual = residual;
        this.factor = new double[this.most][this.most];
        this.chosen = new int[this.most];
    }

    static Forward of(Architecture.MatchingPursuit spec, Parameters p, Tensor x) {
        Tensor atoms = p.get("W_dec").detach();
        Tensor centred = Forward.centred(p, x).detach();
        double[] fits = centred.matmul(atoms.transpose(0, 1)).doubles();
        double[] squares = centred.square().sum(1).doubles();
        var pursuit = new OrthogonalPursuit(
                atoms.matmul(atoms.transpose(0, 1)).doubles(), p.latents(), spec.iterations(), spec.residual());
        var acts = new double[fits.length];
        for (int b = 0; b < squares.length; b++) pursuit.solve(fits, b * p.latents(), squares[b], acts);
        Tensor fixed = Tensor.of(acts, x.size(0), p.latents()).to(x.type());
        Tensor reconstruction = Forward.decode(p, fixed);
        return new Forward(
                fixed,
                reconstruction,
                Forward.losses("mse_loss", Forward.squares(reconstruction, x).mean()));
    }

    /** Coefficients of one sample, given its products with all atoms. */
    private void solve(double[] fits, int from, double square, double[] acts) {
        double[] left = java.util.Arrays.copyOfRange(fits, from, from + atoms); // products of the residual
        double[] coefficients = new double[0];
        int n = 0;
        while (n < most) {
            int best = best(left, n);
            if (best < 0 || !extend(best, n)) break;
            chosen[n++] = best;
            coefficients = coefficients(fits, from, n);
            double explained = 0;
            for (int i = 0; i < n; i++) explained += coefficients[i] * fits[from + chosen[i]];
            if (residual > 0 && square - explained < residual * residual) break;
            for (int a = 0; a < atoms; a++) {
                double sum = fits[from + a];
                for (int i = 0; i < n; i++) sum -= coefficients[i] * gram[chosen[i] * atoms + a];
                left[a] = sum;
            }
        }
        for (int i = 0; i < n; i++) acts[from + chosen[i]] = coefficients[i];
    }

    private int best(double[] left, int n) {
        int best = -1;
        for (int a = 0; a < atoms; a++) {
            boolean free = true;
            for (int i = 0; i < n; i++) free &= chosen[i] != a;
            if (free && left[a] > (best < 0 ? 0 : left[best])) best = a;
        }
        return best;
    }

    /** Adds an atom's row to the Cholesky factor; false if it depends on those chosen. */
    private boolean extend(int atom, int n) {
        double[] row = factor[n];
        double diagonal = gram[atom * atoms + atom];
        for (int i = 0; i < n; i++) {
            double sum = gram[atom * atoms + chosen[i]];
            for (int j = 0; j < i; j++) sum -= row[j] * factor[i][j];
            row[i] = sum / factor[i][i];
            diagonal -= row[i] * row[i];
        }
        if (diagonal < DEPENDENT * gram[atom * atoms + atom]) return false;
        row[n] = Math.sqrt(diagonal);
        return true;
    }

    private double[] coefficients(double[] fits, int from, int n) {
        var c = new double[n];
        for (int i = 0; i < n; i++) {
            double sum = fits[from + chosen[i]];
            for (int j = 0; j < i; j++) sum -= factor[i][j] * c[j];
            c[i] = sum / factor[i][i];
        }
        for (int i = n - 1; i >= 0; i--) {
            double sum = c[i];
            for (int j = i + 1; j < n; j++) sum -= factor[j][i] * c[j];
            c[i] = sum / factor[i][i];
        }
        return c;
    }
}
