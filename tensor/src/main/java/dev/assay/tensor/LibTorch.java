package dev.assay.tensor;

import org.bytedeco.pytorch.global.torch;

/**
 * Loads the native libraries, once and from one place. JavaCPP's classes load each other while they are initialised: two
 * threads that begin at different ends of that chain wait for each other for ever. So each class here that touches them
 * says {@code static { LibTorch.load(); }} first.
 */
final class LibTorch {
    static {
        torch.get_num_threads();
    }

    private LibTorch() {}

    /** Returns when all is loaded. */
    static void load() {
        // the static initialiser does it
    }
}
