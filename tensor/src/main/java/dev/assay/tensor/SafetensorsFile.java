package dev.assay.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * A safetensors file of any size, mapped into memory. Opening reads and checks the header alone; tensors are read on
 * demand, in the element type that is asked for.
 */
public final class SafetensorsFile implements AutoCloseable {
    private static final long LONGEST_HEADER = 100_000_000; // the format's own limit
    private static final long CHUNK = 1 << 16; // numbers that one step of a parallel read decodes
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path file;
    private final Arena arena;
    private final MemorySegment bytes;
    private final Map<String, Entry> entries;
    private final Map<String, String> metadata;

    private SafetensorsFile(Path file, Arena arena, MemorySegment bytes, SafetensorsHeader.Contents header) {
        this.file = file;
        this.arena = arena;
        this.bytes = bytes;
        this.entries = Collections.unmodifiableMap(header.tensors());
        this.metadata = Collections.unmodifiableMap(header.metadata());
    }

    /**
     * One tensor of a file.
     *
     * @param dtype {@code F64}, {@code F32}, {@code F16}, {@code BF16} or {@code I64}
     * @param shape row-major, outermost first
     * @param offset of its first byte from the start of the file
     * @param bytes its size in the file
     */
    public record Entry(String dtype, long[] shape, long offset, long bytes) {}

    /**
     * Maps a file and reads its header.
     *
     * @throws TensorException if it is no safetensors file, or damaged, or cut short
     * @throws UncheckedIOException if it can't be read at all
     */
    @SuppressWarnings("MustBeClosedChecker") // the arena lives as long as the file, or closes here
    public static SafetensorsFile open(Path file) {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MemorySegment bytes = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
            return new SafetensorsFile(file, arena, bytes, header(file, bytes));
        } catch (IOException e) {
            arena.close();
            throw new UncheckedIOException(
                    "cannot read " + file + ": "
                            + (e instanceof NoSuchFileException ? "there is no such file" : e.getMessage()),
                    e);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** Where the file lies. */
    public Path path() {
        return file;
    }

    /** All tensors by name, in the header's order. */
    public Map<String, Entry> entries() {
        return entries;
    }

    /** The free-form metadata, in the header's order. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** A tensor in the element type that it is stored in; F16 becomes {@link DType#F32}, which holds it exactly. */
    public Tensor tensor(String name) {
        Entry entry = entry(name);
        return read(entry, entry.dtype.equals("F16") ? DType.F32 : DType.valueOf(entry.dtype));
    }

    /** A tensor, converted to an element type; rounded to nearest, ties to even, where that is the narrower one. */
    public Tensor tensor(String name, DType type) {
        return read(entry(name), type);
    }

    private Entry entry(String name) {
        Entry entry = entries.get(name);
        if (entry == null) throw new TensorException(file + " has no tensor " + name);
        return entry;
    }

    private Tensor read(Entry entry, DType type) {
        MemorySegment stored = bytes.asSlice(entry.offset, entry.bytes);
        if (entry.dtype.equals(type.safetensors())) return copied(stored, type, entry.shape);
        try (var scope = Scope.open()) {
            Tensor exact = switch (entry.dtype) {
                case "F16" -> widened(stored, entry.shape, true);
                case "BF16" -> widened(stored, entry.shape, false);
                default -> copied(stored, DType.valueOf(entry.dtype), entry.shape);
            };
            return scope.pass(exact.to(type));
        }
    }

    private static Tensor copied(MemorySegment stored, DType type, long[] shape) {
        Tensor out = Tensor.zeros(type, shape);
        out.memory().copyFrom(stored);
        return out;
    }

    /** 16-bit numbers as fp32. */
    private static Tensor widened(MemorySegment stored, long[] shape, boolean half) {
        Tensor out = Tensor.zeros(DType.F32, shape);
        MemorySegment into = out.memory();
        long count = stored.byteSize() / 2;
        LongStream.rangeClosed(0, (count - 1) / CHUNK).parallel().forEach(chunk -> {
            long end = Math.min(count, (chunk + 1) * CHUNK);
            for (long i = chunk * CHUNK; i < end; i++) {
                short bits = stored.get(SHORT, 2 * i);
                float value = half ? Float.float16ToFloat(bits) : Float.intBitsToFloat(bits << 16);
                into.set(ValueLayout.JAVA_FLOAT, 4 * i, value);
            }
        });
        return out;
    }

    /** Unmaps the file. Reading afterwards is an {@link IllegalStateException}. */
    @Override
    public void close() {
        arena.close();
    }

    static SafetensorsHeader.Contents header(Path file, MemorySegment bytes) throws IOException {
        if (bytes.byteSize() < 8) throw SafetensorsHeader.damaged(file, "it is shorter than 8 bytes");
        long length = bytes.get(LONG, 0);
        if (length < 2 || length > bytes.byteSize() - 8 || length > LONGEST_HEADER)
            throw SafetensorsHeader.damaged(file, "the header's length is given as " + length + " bytes");
        byte[] text = bytes.asSlice(8, length).toArray(ValueLayout.JAVA_BYTE);
        return SafetensorsHeader.read(file, text, 8 + length, bytes.byteSize());
    }
}
