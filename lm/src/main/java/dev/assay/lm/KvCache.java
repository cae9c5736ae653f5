package dev.assay.lm;

import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;

/**
 * Keys and values of the positions seen so far, for every layer: {@code [batch, kvHead, capacity, headDim]}. Owned by the
 * caller; freed by {@link #close}.
 */
final class KvCache implements AutoCloseable {
    private final Tensor[] keys;
    private final Tensor[] values;
    private int length;

    KvCache(ModelConfig config, DType type, int batch, int capacity) {
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

    /** Stores the keys {@code [batch, kvHead, new, headDim]} of a layer and returns those of all positions. */
    Tensor keys(int layer, Tensor added) {
        return extend(keys[layer], added);
    }

    /** Stores the values of a layer and returns those of all positions. */
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
        long now = added.size(2);
        store.narrow(2, length, now).setInPlace(added);
        return store.narrow(2, 0, length + now);
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
