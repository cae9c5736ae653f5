package dev.assay.tensor;

import org.bytedeco.pytorch.GradMode;

/** Switches the recording of gradients on this thread. */
public final class Autograd {
    static {
        LibTorch.load();
    }

    private Autograd() {}

    /** Records nothing until the result is closed: for inference and for optimiser steps. */
    public static Pause pause() {
        boolean before = GradMode.is_enabled();
        GradMode.set_enabled(false);
        return () -> GradMode.set_enabled(before);
    }

    /** Ends a pause. */
    @FunctionalInterface
    public interface Pause extends AutoCloseable {
        @Override
        void close();
    }
}
