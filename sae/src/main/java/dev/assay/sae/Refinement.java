package dev.assay.sae;

/**
 * LISTA steps (Gregor and LeCun, 2010) between the first choice of latents and the last: the part of x' that the choice
 * leaves unexplained is encoded too and added, {@code eta} times, to the pre-activations, from which latents are chosen
 * anew.
 *
 * @param iterations number of such steps; 0 for none
 * @param eta their size
 * @param learned whether eta is trained
 * @param separate whether each step has an encoder of its own
 * @param blocked whether latents that the last choice dropped get no gradient through the earlier ones
 */
public record Refinement(int iterations, double eta, boolean learned, boolean separate, boolean blocked) {
    public static final Refinement NONE = new Refinement(0, 0, false, false, false);

    public Refinement {
        if (iterations < 0) throw new SaeException("refinement iterations must not be negative, were " + iterations);
    }

    public static Refinement of(int iterations, double eta) {
        return new Refinement(iterations, eta, false, false, false);
    }
}
