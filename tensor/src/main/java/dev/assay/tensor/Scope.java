package dev.assay.tensor;

import org.bytedeco.javacpp.PointerScope;

/**
 * Owns the native memory of the tensors that are made while it is the innermost scope of its thread, and frees them when
 * it is closed. Tensors that must live on are handed to {@link #keep}.
 *
 * <pre>{@code
 * try (var scope = Scope.open()) {
 *     Tensor hidden = model.residual(ids);
 *     return scope.keep(hidden.mean());
 * }
 * }</pre>
 */
public final class Scope implements AutoCloseable {
    private final PointerScope pointers = new PointerScope();

    private Scope() {}

    public static Scope open() {
        return new Scope();
    }

    /**
     * Lets a tensor outlive this scope. From then on it is freed by {@link Tensor#close()} (or, late, together with its
     * Java object by the garbage collector).
     */
    public Tensor keep(Tensor tensor) {
        tensor.torch.retainReference();
        return tensor;
    }

    @Override
    public void close() {
        pointers.close();
    }
}
