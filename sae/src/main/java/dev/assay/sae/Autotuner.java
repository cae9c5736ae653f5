package dev.assay.sae;

/**
 * Moves a coefficient so that the number of active latents reaches a target: the rule of the published SynthSAEBench
 * sweeps. L0 and its rate of change are averaged over steps (0.99, 0.95); each step multiplies by
 * 1 ± 3e-4 · g · tanh(10 · |error| / target), g = 0.01 while the error shrinks by itself, else 1.
 */
final class Autotuner {
    private static final double SMALLEST = 0.01;
    private static final double LARGEST = 100;

    private final double target;
    private double multiplier = 1;
    private double average = Double.NaN;
    private double rate;

    Autotuner(double target) {
        this.target = target;
    }

    double multiplier() {
        return multiplier;
    }

    /** Sees the mean L0 of a batch; moves the multiplier if {@code tune}. */
    void observe(double l0, boolean tune) {
        double before = average;
        average = Double.isNaN(before) ? l0 : 0.99 * before + 0.01 * l0;
        if (!Double.isNaN(before)) rate = 0.95 * rate + 0.05 * (average - before);
        if (!tune) return;
        double error = average - target;
        double g = error * rate < 0 ? 0.01 : 1;
        double change = 3e-4 * g * Math.tanh(10 * Math.abs(error) / target);
        multiplier = Math.clamp(multiplier * (error > 0 ? 1 + change : 1 - change), SMALLEST, LARGEST);
    }

    double[] state() {
        return new double[] {multiplier, average, rate};
    }

    void restore(double[] state) {
        multiplier = state[0];
        average = state[1];
        rate = state[2];
    }
}
