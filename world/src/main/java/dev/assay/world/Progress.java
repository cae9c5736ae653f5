package dev.assay.world;

/** Hears how far the making of a world has come. */
@FunctionalInterface
public interface Progress {
    /** Says nothing. */
    Progress NONE = (step, steps, loss) -> {};

    /** After each step of the orthogonalisation. {@code loss} is the one before the step. */
    void step(int step, int steps, double loss);
}
