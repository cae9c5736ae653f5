package dev.assay.sae;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How well latents stand for true features, and how well they reconstruct; definitions of {@code
 * sae_lens.synthetic.evals} 6.54. Of the classification figures each is a plain mean over all latents, dead ones count as
 * 0, so {@link #f1} is not the harmonic mean of {@link #precision} and {@link #recall}.
 *
 * @param samples how many samples were scored
 * @param f1 2PR / (P + R) of each latent as a detector of its best-matching feature
 * @param precision tp / (tp + fp)
 * @param recall tp / (tp + fn)
 * @param accuracy (tp + tn) / samples
 * @param mcc mean |cosine| of the best one-to-one matching of decoder rows and features
 * @param uniqueness distinct best-matching features per latent
 * @param explainedVariance 1 - mean ‖h - ĥ‖² / (mean ‖h‖² - ‖mean h‖²)
 * @param shrinkage mean of ‖ĥ‖ / ‖h‖ over samples with ‖h‖ > 1e-6
 * @param l0 latents that are not 0, per sample
 * @param trueL0 features that fire, per sample
 * @param dead latents that never fired
 * @param latents what the means are taken over
 */
public record Scores(
        long samples,
        double f1,
        double precision,
        double recall,
        double accuracy,
        double mcc,
        double uniqueness,
        double explainedVariance,
        double shrinkage,
        double l0,
        double trueL0,
        int dead,
        Latents latents) {

    /** What {@link #summary} holds. */
    public static final List<String> NAMES = List.of(
            "samples",
            "f1",
            "precision",
            "recall",
            "accuracy",
            "mcc",
            "uniqueness",
            "ev",
            "shrinkage",
            "l0",
            "true-l0",
            "dead");

    /**
     * Each latent as a detector of its best-matching feature; one entry per latent.
     *
     * @param feature the matched feature
     * @param cosine |cosine| of the latent's decoder row and the matched feature
     * @param tp samples in which both fire
     * @param fp samples in which only the latent fires
     * @param fn samples in which only the feature fires
     * @param tn samples in which neither fires
     * @param f1 0 where undefined
     */
    public record Latents(int[] feature, float[] cosine, long[] tp, long[] fp, long[] fn, long[] tn, double[] f1) {}

    /** The single numbers by the names that records and tables use, in a fixed order. */
    public Map<String, Number> summary() {
        Map<String, Number> out = new LinkedHashMap<>();
        out.put("samples", samples);
        out.put("f1", f1);
        out.put("precision", precision);
        out.put("recall", recall);
        out.put("accuracy", accuracy);
        out.put("mcc", mcc);
        out.put("uniqueness", uniqueness);
        out.put("ev", explainedVariance);
        out.put("shrinkage", shrinkage);
        out.put("l0", l0);
        out.put("true-l0", trueL0);
        out.put("dead", dead);
        return out;
    }
}
