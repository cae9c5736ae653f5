package dev.assay.organism;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A value that is made when it is first asked for, once. */
public final class Lazy<T> implements Supplier<T> {
    private final Supplier<T> maker;
    private Optional<T> made = Optional.empty();

    public Lazy(Supplier<T> maker) {
        this.maker = maker;
    }

    /** Does something with the value if it was made. */
    public void ifMade(Consumer<T> use) {
        made().ifPresent(use);
    }

    /** The value if it was made. */
    public synchronized Optional<T> made() {
        return made;
    }

    @Override
    public synchronized T get() {
        if (made.isEmpty()) made = Optional.of(maker.get());
        return made.get();
    }
}
