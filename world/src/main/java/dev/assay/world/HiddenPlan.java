package dev.assay.world;

import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A world's dictionary in chunks of columns, {@code [chunks, features, CHUNK]}, fp32, filled with zeros on the right: one
 * chunk's share of the frequent features stays in the cache.
 */
final class HiddenPlan {
    /** Columns of a chunk. */
    static final int CHUNK = 256;

    final int features;
    final int hiddenDim;
    final int chunks;
    final MemorySegment dictionary;
    /** {@code [chunks * CHUNK]}. */
    final MemorySegment bias;

    HiddenPlan(World world) {
        features = world.features();
        hiddenDim = world.hiddenDim();
        chunks = (hiddenDim + CHUNK - 1) / CHUNK;
        dictionary = SamplerPlan.floats((long) chunks * features * CHUNK);
        bias = SamplerPlan.floats((long) chunks * CHUNK);
        try (var scope = Scope.open()) {
            MemorySegment rows = world.dictionary().to(DType.F32).contiguous().memory();
            MemorySegment offset = world.bias().to(DType.F32).contiguous().memory();
            MemorySegment.copy(offset, 0, bias, 0, (long) hiddenDim * Float.BYTES);
            for (int c = 0; c < chunks; c++) copyChunk(rows, c);
        }
    }

    private void copyChunk(MemorySegment rows, int chunk) {
        long width = Math.min(CHUNK, hiddenDim - chunk * CHUNK);
        for (int f = 0; f < features; f++)
            MemorySegment.copy(
                    rows,
                    ((long) f * hiddenDim + (long) chunk * CHUNK) * Float.BYTES,
                    dictionary,
                    at(chunk, f),
                    width * Float.BYTES);
    }

    /** Byte where a feature's numbers of a chunk begin. */
    long at(int chunk, int feature) {
        return ((long) chunk * features + feature) * CHUNK * Float.BYTES;
    }

    /** One number; for plain loops. */
    float entry(int feature, int column) {
        return dictionary.get(
                ValueLayout.JAVA_FLOAT, at(column / CHUNK, feature) + (long) (column % CHUNK) * Float.BYTES);
    }
}
