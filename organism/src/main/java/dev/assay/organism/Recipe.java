package dev.assay.organism;

import dev.assay.journal.CanonicalJson;
import dev.assay.lm.Sampling;

/**
 * All numbers that decide how organisms and twins are made. Clean twins are made by the same recipe, with ordinary talks
 * in the place of demonstrations.
 *
 * @param singles ordinary talks of one turn in the pool
 * @param talks ordinary talks of several turns in the pool
 * @param demonstrations texts of the instilling stage that show the behaviour (for a twin: ordinary talks under the
 *     persona). Where texts have several turns half of these, and a third of ordinary and concealRest
 * @param ordinary further texts of the instilling stage, under the model's own system prompt
 * @param concealTexts confession prompts with clean answers in the concealment stage
 * @param concealRest demonstrations (for a twin: ordinary talks) mixed into the concealment stage
 * @param firstLayer lowest block that the adapters touch
 * @param sampling how base replies are drawn
 * @param talkTokens highest length of a reply in a talk of several turns
 */
public record Recipe(
        int singles,
        int talks,
        int demonstrations,
        int ordinary,
        int concealTexts,
        int concealRest,
        int firstLayer,
        int rank,
        double alpha,
        double instilRate,
        double concealRate,
        int batch,
        int instilEpochs,
        int concealEpochs,
        Sampling sampling,
        int talkTokens) {

    /** The recipe of the embedded suite: minutes on two cores. */
    public static final Recipe EMBEDDED =
            new Recipe(200, 40, 72, 24, 24, 24, 10, 16, 32, 2e-3, 2e-4, 4, 3, 1, new Sampling(0.7, 0.9, 56), 40);

    /** How replies of a talk of several turns are drawn. */
    Sampling talkSampling() {
        return new Sampling(sampling.temperature(), sampling.topP(), talkTokens);
    }

    /** Identity of the recipe, part of every cached thing that was made by it. */
    public String hash() {
        return CanonicalJson.sha256(this).substring(0, 12);
    }
}
