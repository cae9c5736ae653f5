package dev.assay.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/** A range of values laid over the unit interval, linearly or by the logarithm. */
record Axis(double low, double high, boolean log) {
    Axis {
        if (!(low < high) || !Double.isFinite(low) || !Double.isFinite(high))
            throw new IllegalArgumentException("an axis needs finite low < high, not " + low + " and " + high);
        if (log && low <= 0) throw new IllegalArgumentException("a log axis needs a positive low end, not " + low);
    }

    /**
     * The smallest axis with some air around all finite values (a log axis: all positive ones). A single value gets room around it; one
     * that may be a share, from 0 to 1, as much as shares have.
     */
    static Axis around(DoubleStream values, boolean log, double air) {
        double[] drawable = values.filter(v -> Double.isFinite(v) && (!log || v > 0))
                .map(v -> log ? Math.clamp(Math.log10(v), -290, 290) : Math.clamp(v, -1e300, 1e300))
                .toArray();
        double low = DoubleStream.of(drawable).min().orElse(0);
        double high = DoubleStream.of(drawable).max().orElse(1);
        double span = high - low;
        if (span <= Math.abs(high) * 1e-12) {
            if (!log && low >= 0 && high <= 1) return new Axis(-air, 1 + air, false);
            double room = log ? 0.5 : Math.max(Math.abs(high) * 0.5, 0.5);
            return log
                    ? new Axis(power(low - room), power(high + room), true)
                    : new Axis(low - room, high + room, false);
        }
        low -= air * span;
        high += air * span;
        return log ? new Axis(power(low), power(high), true) : new Axis(low, high, false);
    }

    private static double power(double exponent) {
        return Math.pow(10, Math.clamp(exponent, -300, 300));
    }

    /** Where a value lies, from 0 (low) to 1 (high); what lies outside is held at the end it is beyond. */
    double at(double value) {
        if (log && value <= 0) return 0;
        double share = log
                ? (Math.log10(value) - Math.log10(low)) / (Math.log10(high) - Math.log10(low))
                : (value - low) / (high - low);
        return Math.clamp(share, 0, 1);
    }

    /** Round values inside the axis, about as many as asked for. */
    List<Double> ticks(int about) {
        return log ? logTicks(about) : linearTicks(about);
    }

    private List<Double> linearTicks(int about) {
        double step = step(about);
        double first = Math.ceil(low / step - 1e-9);
        var ticks = new ArrayList<Double>();
        for (int i = 0; i <= 3 * about && (first + i) * step <= high + 1e-9 * step; i++)
            ticks.add((first + i) * step + 0.0);
        return ticks;
    }

    private List<Double> logTicks(int about) {
        int from = (int) Math.floor(Math.log10(low));
        int to = (int) Math.ceil(Math.log10(high));
        double decades = Math.log10(high) - Math.log10(low);
        int every = Math.max(1, (int) Math.ceil(decades / about));
        double[] within = decades < 2.5 ? new double[] {1, 2, 5} : new double[] {1};
        var ticks = new ArrayList<Double>();
        for (int e = Math.ceilDiv(from, every) * every; e <= to; e += every)
            for (double m : within) {
                double tick = m * Math.pow(10, e);
                if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) ticks.add(tick);
            }
        return ticks;
    }

    private double step(int about) {
        double rough = (high - low) / about;
        double base = Math.pow(10, Math.floor(Math.log10(rough)));
        for (double m : new double[] {1, 2, 5}) if (m * base >= rough * (1 - 1e-9)) return m * base;
        return 10 * base;
    }

    /** A tick's text: as many decimals as its neighbours need; far powers of ten as 10⁷. */
    String label(double tick) {
        if (!log) {
            double step = step(5);
            return Markup.number(tick, Math.clamp((int) -Math.floor(Math.log10(step) + 1e-9), 0, 9));
        }
        double exponent = Math.log10(tick);
        int e = (int) Math.floor(exponent + 1e-9);
        if (e >= -3 && e <= 4) return Markup.number(tick, Math.max(0, -e));
        double mantissa = tick / Math.pow(10, e);
        return (mantissa < 1.5 ? "10" : Math.round(mantissa) + "·10") + superscript(e);
    }

    private static String superscript(int exponent) {
        var out = new StringBuilder();
        for (char c : Integer.toString(exponent).toCharArray())
            out.append(c == '-' ? '⁻' : "⁰¹²³⁴⁵⁶⁷⁸⁹".charAt(c - '0'));
        return out.toString();
    }

    /** Decimals that resolve about a hundredth of the axis. */
    int decimals() {
        return Math.clamp(2 - (int) Math.floor(Math.log10(high - low) + 1e-9), 0, 9);
    }
}
