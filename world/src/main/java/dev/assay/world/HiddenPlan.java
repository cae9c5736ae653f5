package dev.assay.world;

import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A world's dictionary in chunks of columns, {@code [chunks, features, CHUNK]}, fp32, filled with zeros on the right: one
 * chunk's share of the frequent features stays in the cache.
 */
final class HiddenPlan {
    /** Columns of a chunk. */
    static final int CHUNK = 128;

    /** Bytes of a feature's numbers in a chunk. */
    static final long ROW_BYTES = (long) CHUNK * Float.BYTES;

    private static final int ALIGNMENT = 64;

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
        dictionary = floats((long) chunks * features * CHUNK);
        bias = floats((long) chunks * CHUNK);
        try (var scope = Scope.open()) {
            MemorySegment rows = world.dictionary().to(DType.F32).contiguous().memory();
            MemorySegment offset = world.bias().to(DType.F32).contiguous().memory();
            MemorySegment.copy(offset, 0, bias, 0, (long) hiddenDim * Float.BYTES);
            for (int c = 0; c < chunks; c++) copyChunk(rows, c);
        }
    }

    private void copyChunk(MemorySegment rows, int chunk) {
        long width = end(chunk) - begin(chunk);
        for (int f = 0; f < features; f++)
            MemorySegment.copy(
                    rows,
                    ((long) f * hiddenDim + begin(chunk)) * Float.BYTES,
                    dictionary,
                    at(chunk, f),
                    width * Float.BYTES);
    }

    /** Memory that the garbage collector gives back, with room for at least one number. */
    private static MemorySegment floats(long count) {
        return Arena.ofAuto().allocate(Math.max(1, count) * Float.BYTES, ALIGNMENT);
    }

    /** Byte where a feature's numbers of a chunk begin. */
    long at(int chunk, int feature) {
        return ((long) chunk * features + feature) * ROW_BYTES;
    }

    /** A chunk's first column. */
    int begin(int chunk) {
        return chunk * CHUNK;
    }

    /** The column behind a chunk's last. */
    int end(int chunk) {
        return Math.min(hiddenDim, (chunk + 1) * CHUNK);
    }

    /** One number; for plain loops. */
    float entry(int feature, int column) {
        return dictionary.get(
                ValueLayout.JAVA_FLOAT, at(column / CHUNK, feature) + (long) (column % CHUNK) * Float.BYTES);
    }
}
