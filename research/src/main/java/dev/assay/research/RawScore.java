package dev.assay.research;

/**
 * What a score is computed from: counts of each latent as a detector of the feature that it matches best, and the
 * cosines of the best one-to-one matching.
 *
 * @param samples that were scored
 * @param tp samples in which latent and feature fire
 * @param fp samples in which the latent alone fires
 * @param fn samples in which the feature alone fires
 * @param cosines |cosine| of each latent and the feature that it is assigned
 * @param parameters numbers of the checkpoint
 * @param finite whether all of them are
 */
@SuppressWarnings("ArrayRecordComponent")
public record RawScore(
        long samples, long[] tp, long[] fp, long[] fn, float[] cosines, long parameters, boolean finite) {

    /** Mean over latents of 2PR / (P + R); dead latents count 0. */
    public double f1() {
        double sum = 0;
        for (int i = 0; i < tp.length; i++) sum += ratio(2.0 * tp[i], 2.0 * tp[i] + fp[i] + fn[i]);
        return ratio(sum, tp.length);
    }

    double precision() {
        double sum = 0;
        for (int i = 0; i < tp.length; i++) sum += ratio(tp[i], tp[i] + fp[i]);
        return ratio(sum, tp.length);
    }

    double recall() {
        double sum = 0;
        for (int i = 0; i < tp.length; i++) sum += ratio(tp[i], tp[i] + fn[i]);
        return ratio(sum, tp.length);
    }

    double mcc() {
        double sum = 0;
        for (float c : cosines) sum += c;
        return ratio(sum, cosines.length);
    }

    double l0() {
        long fired = 0;
        for (int i = 0; i < tp.length; i++) fired += tp[i] + fp[i];
        return ratio(fired, samples);
    }

    int dead() {
        int dead = 0;
        for (int i = 0; i < tp.length; i++) if (tp[i] + fp[i] == 0) dead++;
        return dead;
    }

    private static double ratio(double part, double whole) {
        return whole > 0 ? part / whole : 0;
    }
}
