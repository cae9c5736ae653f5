package dev.assay.lm;

/**
 * The side branches of some adapters, added up, in the form in which a {@link Decoder} multiplies with them: for each
 * linear map {@code y += B (A x)}, where A has the ranks of all adapters one under another and B their scaled columns side
 * by side.
 */
sealed interface Sides extends AutoCloseable permits PanelSides, DeviceSides {
    /** Whether there are none, so that rows are the bare model's. */
    boolean isEmpty();

    @Override
    void close();
}
