package dev.assay.sae;

import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.util.Arrays;

/** For how many steps each latent has not fired. */
final class DeadLatents {
    private final long window;
    private final long[] silent;

    DeadLatents(int latents, long window) {
        this.window = window;
        this.silent = new long[latents];
    }

    /** Which have been silent for more than the window. */
    boolean[] mask() {
        var dead = new boolean[silent.length];
        for (int i = 0; i < dead.length; i++) dead[i] = silent[i] > window;
        return dead;
    }

    void fired(SparseRows active) {
        for (int i = 0; i < silent.length; i++) silent[i]++;
        for (int e = 0; e < active.count(); e++) silent[active.columns()[e]] = 0;
    }

    int count() {
        return (int) Arrays.stream(silent).filter(s -> s > window).count();
    }

    Tensor state() {
        return Tensor.of(silent, silent.length);
    }

    void restore(Tensor state) {
        System.arraycopy(state.longs(), 0, silent, 0, silent.length);
    }
}
