package dev.assay.stats;

import java.util.Arrays;

/**
 * How many of some differences point up and how many down; those that are 0 say nothing. It knows no sizes and needs no
 * distribution, so it checks tests that do.
 *
 * @param p two-sided, exact: of a fair coin
 */
public record SignTest(int up, int down, double p) {

    public static SignTest of(double... differences) {
        int up = (int) Arrays.stream(differences).filter(d -> d > 0).count();
        int down = (int) Arrays.stream(differences).filter(d -> d < 0).count();
        return new SignTest(up, down, Math.min(1, 2 * atMost(Math.min(up, down), up + down)));
    }

    /** P(at most {@code k} heads of {@code n} throws). */
    private static double atMost(int k, int n) {
        double term = Math.pow(0.5, n);
        double sum = 0;
        for (int i = 0; i <= k; i++) {
            sum += term;
            term *= (double) (n - i) / (i + 1);
        }
        return sum;
    }
}
