package dev.assay.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    static {
        LibTorch.load();
    }

    private static final ThreadLocal<Optional<Scope>> INNERMOST = ThreadLocal.withInitial(Optional::empty);

    private final PointerScope pointers = new PointerScope();
    private final Optional<Scope> enclosing;
    private final List<Tensor> passed = new ArrayList<>();

    private Scope(Optional<Scope> enclosing) {
        this.enclosing = enclosing;
    }

    public static Scope open() {
        var scope = new Scope(INNERMOST.get());
        INNERMOST.set(Optional.of(scope));
        return scope;
    }

    /** Hands a tensor to the enclosing scope, which frees it; where there is none this is {@link #keep}. */
    public Tensor pass(Tensor tensor) {
        keep(tensor);
        enclosing.ifPresent(e -> e.passed.add(tensor));
        return tensor;
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
        INNERMOST.set(enclosing);
        pointers.close();
        passed.forEach(Tensor::close);
    }
}
