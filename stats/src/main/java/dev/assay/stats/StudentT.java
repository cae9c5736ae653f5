package dev.assay.stats;

/**
 * Student's t distribution by the regularised incomplete beta function (Lentz' continued fraction; Numerical Recipes,
 * 3rd ed., 6.4); accurate to about 1e-12.
 */
public final class StudentT {
    private static final double TINY = 1e-300;
    private static final int MOST_TERMS = 10_000;
    private static final double[] LANCZOS = {
        0.99999999999980993,
        676.5203681218851,
        -1259.1392167224028,
        771.32342877765313,
        -176.61502916214059,
        12.507343278686905,
        -0.13857109526572012,
        9.9843695780195716e-6,
        1.5056327351493116e-7
    };

    private StudentT() {}

    /** P(T > t). */
    public static double above(double t, double degrees) {
        check(degrees);
        if (Double.isNaN(t)) throw new IllegalArgumentException("t must be a number");
        if (Double.isInfinite(t)) return t > 0 ? 0 : 1;
        double tail = 0.5 * beta(degrees / (degrees + t * t), degrees / 2, 0.5);
        return t >= 0 ? tail : 1 - tail;
    }

    /** The t that is exceeded with probability {@code tail}. */
    public static double exceededWith(double tail, double degrees) {
        check(degrees);
        if (!(tail > 0 && tail < 1)) throw new IllegalArgumentException("a tail must be inside (0, 1), was " + tail);
        if (tail > 0.5) return -exceededWith(1 - tail, degrees);
        double high = 1;
        while (above(high, degrees) > tail) high *= 2;
        double low = 0;
        for (int i = 0; i < 200 && high - low > 1e-15 * high; i++) {
            double middle = (low + high) / 2;
            if (above(middle, degrees) > tail) low = middle;
            else high = middle;
        }
        return (low + high) / 2;
    }

    private static void check(double degrees) {
        if (!(degrees > 0)) throw new IllegalArgumentException("degrees of freedom must be positive, were " + degrees);
    }

    /** Regularised incomplete beta function I_x(a, b). */
    private static double beta(double x, double a, double b) {
        if (x <= 0) return 0;
        if (x >= 1) return 1;
        double front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
        return x < (a + 1) / (a + b + 2) ? front * fraction(x, a, b) / a : 1 - front * fraction(1 - x, b, a) / b;
    }

    private static double fraction(double x, double a, double b) {
        double c = 1;
        double d = 1 / away(1 - (a + b) * x / (a + 1));
        double h = d;
        for (int m = 1; m < MOST_TERMS; m++) {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / away(1 + even * d);
            c = away(1 + even / c);
            h *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / away(1 + odd * d);
            c = away(1 + odd / c);
            h *= d * c;
            if (Math.abs(d * c - 1) < 1e-16) break;
        }
        return h;
    }

    private static double away(double x) {
        return Math.abs(x) < TINY ? TINY : x;
    }

    private static double logGamma(double x) {
        if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
        double sum = LANCZOS[0];
        for (int i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i] / (x - 1 + i);
        double t = x + 6.5;
        return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
    }
}
