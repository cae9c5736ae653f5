package dev.assay.tensor;

import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Picks the fast kernels where they run; the property {@code assay.kernels=scalar} forces the obvious ones. */
final class KernelChoice {
    private KernelChoice() {}

    /** @param vector a lambda: a method reference to a constructor would need the Vector API where it stands, before the catch */
    static <K> K of(Supplier<? extends K> vector, Supplier<? extends K> scalar) {
        Logger log = LoggerFactory.getLogger(Kernels.class);
        if (System.getProperty("assay.kernels", "vector").equals("scalar")) return scalar.get();
        try {
            return vector.get();
        } catch (NoClassDefFoundError e) {
            log.warn("no Vector API here, so kernels are scalar and slow: start Java with"
                    + " --add-modules jdk.incubator.vector");
            return scalar.get();
        }
    }
}
