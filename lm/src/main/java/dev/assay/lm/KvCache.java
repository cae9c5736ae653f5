package dev.assay.lm;

import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.List;

/**
 * Keys and values of the positions seen so far, for every layer: {@code [batch, kvHead, capacity, headDim]}. Attention
 * goes over the whole of it, with what is not yet filled masked out: products over a cut of it were measured to take
 * three times as long, since each of them copies the cut first. It grows in steps. Owned by the caller; freed by
 * {@link #close}.
 */
final class KvCache implements AutoCloseable {
    private static final int STEP = 32;

    private final Tensor[] keys;
    private final Tensor[] values;
    private int length;
    private int capacity;

    /** An empty cache with room for at least {@code positions}. */
    KvCache(ModelConfig config, DType type, int batch, int positions) {
        capacity = rounded(positions);
        keys = new Tensor[config.layers()];
        values = new Tensor[config.layers()];
        try (var scope = Scope.open()) {
            for (int l = 0; l < keys.length; l++) {
                keys[l] = scope.keep(Tensor.zeros(type, batch, config.kvHeads(), capacity, config.headDim()));
                values[l] = scope.keep(Tensor.zeros(type, batch, config.kvHeads(), capacity, config.headDim()));
            }
        }
    }

    /** Positions that are filled. */
    int length() {
        return length;
    }

    /** Makes room for that many more positions and returns the capacity, which is what a mask has to cover. */
    int reserve(int more) {
        if (length + more > capacity) grow(rounded(length + more));
        return capacity;
    }

    private static int rounded(int positions) {
        return (positions + STEP - 1) / STEP * STEP;
    }

    private void grow(int wanted) {
        try (var scope = Scope.open()) {
            for (int l = 0; l < keys.length; l++) {
                keys[l] = swap(scope, keys[l], lengthened(keys[l], wanted));
                values[l] = swap(scope, values[l], lengthened(values[l], wanted));
            }
        }
        capacity = wanted;
    }

    private Tensor lengthened(Tensor store, int wanted) {
        Tensor more = Tensor.zeros(store.type(), store.size(0), store.size(1), wanted - capacity, store.size(3));
        return Tensor.cat(List.of(store, more), 2);
    }

    /** Stores the keys {@code [batch, kvHead, new, headDim]} of a layer and returns the whole store. */
    Tensor keys(int layer, Tensor added) {
        return extend(keys[layer], added);
    }

    /** Stores the values of a layer and returns the whole store. */
    Tensor values(int layer, Tensor added) {
        return extend(values[layer], added);
    }

    /** Makes the positions stored since the last call part of the length; once after all layers. */
    void advance(int positions) {
        length += positions;
    }

    /** Keeps only these rows of the batch. */
    void select(int[] rows) {
        var index = new long[rows.length];
        for (int i = 0; i < rows.length; i++) index[i] = rows[i];
        try (var scope = Scope.open()) {
            Tensor picked = Tensor.of(index, index.length);
            for (int l = 0; l < keys.length; l++) {
                keys[l] = swap(scope, keys[l], keys[l].indexSelect(0, picked));
                values[l] = swap(scope, values[l], values[l].indexSelect(0, picked));
            }
        }
    }

    private Tensor extend(Tensor store, Tensor added) {
        store.narrow(2, length, added.size(2)).setInPlace(added);
        return store;
    }

    private static Tensor swap(Scope scope, Tensor old, Tensor next) {
        old.close();
        return scope.keep(next);
    }

    @Override
    public void close() {
        for (int l = 0; l < keys.length; l++) {
            keys[l].close();
            values[l].close();
        }
    }
}
