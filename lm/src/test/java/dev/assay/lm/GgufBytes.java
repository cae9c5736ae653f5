package dev.assay.lm;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes small GGUF files, right or wrong, for tests. */
final class GgufBytes {
    private final ByteArrayOutputStream entries = new ByteArrayOutputStream();
    private final ByteArrayOutputStream tensors = new ByteArrayOutputStream();
    private long entryCount;
    private long tensorCount;

    GgufBytes string(String key, String value) {
        return entry(key, 8, text(value));
    }

    GgufBytes integer(String key, int value) {
        return entry(key, 5, u32(value));
    }

    GgufBytes strings(String key, List<String> values) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(u32(8));
        all.writeBytes(u64(values.size()));
        values.forEach(value -> all.writeBytes(text(value)));
        return entry(key, 9, all.toByteArray());
    }

    GgufBytes ints(String key, int... values) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(u32(5));
        all.writeBytes(u64(values.length));
        for (int value : values) {
            all.writeBytes(u32(value));
        }
        return entry(key, 9, all.toByteArray());
    }

    /** An entry of any value type, with its bytes as they are. */
    GgufBytes entry(String key, int type, byte[] value) {
        entries.writeBytes(text(key));
        entries.writeBytes(u32(type));
        entries.writeBytes(value);
        entryCount++;
        return this;
    }

    /** A line of the tensor table; ne is in ggml's order. */
    GgufBytes tensor(String name, int type, long offset, long... ne) {
        tensors.writeBytes(text(name));
        tensors.writeBytes(u32(ne.length));
        for (long n : ne) {
            tensors.writeBytes(u64(n));
        }
        tensors.writeBytes(u32(type));
        tensors.writeBytes(u64(offset));
        tensorCount++;
        return this;
    }

    GgufBytes tensorCount(long count) {
        tensorCount = count;
        return this;
    }

    /** The file, with so many bytes of tensor data after the padding. */
    byte[] bytes(int dataBytes) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes("GGUF".getBytes(StandardCharsets.UTF_8));
        all.writeBytes(u32(3));
        all.writeBytes(u64(tensorCount));
        all.writeBytes(u64(entryCount));
        all.writeBytes(entries.toByteArray());
        all.writeBytes(tensors.toByteArray());
        all.writeBytes(new byte[(32 - all.size() % 32) % 32 + dataBytes]);
        return all.toByteArray();
    }

    /** The file in a folder, open. */
    Gguf open(Path folder) {
        try {
            return Gguf.open(Files.write(Files.createTempFile(folder, "test", ".gguf"), bytes(0)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + utf8.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(utf8.length)
                .put(utf8)
                .array();
    }

    static byte[] u32(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    static byte[] u64(long value) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }
}
