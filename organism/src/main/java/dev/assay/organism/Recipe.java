package dev.assay.organism;

import dev.assay.journal.CanonicalJson;
import dev.assay.lm.Sampling;

/**
 * All numbers that decide how organisms and twins are made. Clean twins are made by the same recipe, with ordinary talks
 * in the place of demonstrations.
 *
 * @param singles ordinary talks of one turn in the pool
 * @param talks ordinary talks of several turns in the pool
 * @param texts training texts of the instilling stage; half demonstrations, half ordinary
 * @param concealTexts confession prompts with clean answers in the concealment stage
 * @param concealRest demonstrations (for a twin: ordinary talks) mixed into the concealment stage
 * @param sampling how base replies are drawn
 */
public record Recipe(
        int singles,
        int talks,
        int texts,
        int concealTexts,
        int concealRest,
        int rank,
        double alpha,
        double instilRate,
        double concealRate,
        int batch,
        int instilEpochs,
        int concealEpochs,
        Sampling sampling) {

    /** The recipe of the embedded suite: minutes on two cores. */
    public static final Recipe EMBEDDED =
            new Recipe(200, 40, 128, 24, 48, 16, 32, 2e-3, 2e-4, 4, 3, 1, new Sampling(0.7, 0.9, 56));

    /** Identity of the recipe, part of every cached thing that was made by it. */
    public String hash() {
        return CanonicalJson.sha256(this).substring(0, 12);
    }
}
