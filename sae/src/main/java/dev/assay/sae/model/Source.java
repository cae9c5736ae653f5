package dev.assay.sae.model;

import java.util.List;
import java.util.function.IntConsumer;

/** Where activations come from: {@link ModelSource} reads one model, {@link PairedSource} two side by side. */
public sealed interface Source extends AutoCloseable permits ModelSource, PairedSource {
    /** Numbers of a position. */
    int width();

    /**
     * What stands at each position of some texts.
     *
     * @param progress told how many positions are read
     * @return {@code [position, width]}, texts one behind the other
     */
    float[] read(List<int[]> texts, IntConsumer progress);

    @Override
    void close();
}
