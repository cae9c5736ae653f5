package dev.assay.lm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A GGUF file (version 2 or 3, little-endian), mapped into memory: its metadata, and its tensors as float32.
 *
 * <p>Opening reads the header alone and checks all of it: every count, length and extent against the size of the file.
 * Tensors are read on demand; reading is thread-safe until {@link #close}.
 *
 * <p>Format: <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">ggml/docs/gguf.md</a>.
 */
public final class Gguf implements AutoCloseable {
    private static final int CHUNK = 1 << 16; // numbers that one step of a parallel read decodes

    private final Path file;
    private final Arena arena;
    private final MemorySegment data;
    private final GgufHeader header;

    private Gguf(Path file, Arena arena, MemorySegment data, GgufHeader header) {
        this.file = file;
        this.arena = arena;
        this.data = data;
        this.header = header;
    }

    /**
     * One tensor of a file.
     *
     * @param name its name, such as {@code blk.0.attn_q.weight}
     * @param type how its numbers are stored
     * @param shape row-major, outermost first: ggml's {@code ne} reversed
     * @param offset of its first byte from the start of the file
     * @param bytes its size in the file
     */
    public record TensorInfo(String name, GgmlType type, long[] shape, long offset, long bytes) {
        /** How many numbers the tensor holds. */
        public long elements() {
            return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        }
    }

    /**
     * Maps a file and reads its header.
     *
     * @throws ModelFormatException if it is not GGUF, is damaged or cut short, or holds an unsupported tensor type
     * @throws UncheckedIOException if it can't be read at all
     */
    @SuppressWarnings("MustBeClosedChecker") // the arena lives as long as the Gguf, or closes here
    public static Gguf open(Path file) {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MemorySegment data = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
            return new Gguf(file, arena, data, GgufHeader.parse(file, data));
        } catch (IOException e) {
            arena.close();
            throw new UncheckedIOException("Cannot read the model file " + file + ": check path and permissions", e);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** Where the file lies. */
    public Path path() {
        return file;
    }

    /**
     * All metadata in the file's order. Integers are {@link Long}, floats {@link Double}, the rest {@link Boolean} and
     * {@link String}; arrays are {@code long[]} (integers and booleans), {@code double[]} or {@code List<String>}.
     */
    public Map<String, Object> metadata() {
        return header.metadata();
    }

    /** All tensors by name, in the file's order. */
    public Map<String, TensorInfo> tensors() {
        return header.tensors();
    }

    /** Whether the metadata have the key. */
    public boolean has(String key) {
        return metadata().containsKey(key);
    }

    /** The string under a key; {@link ModelFormatException} if there is none. */
    public String string(String key) {
        return require(key, "a string", Gguf::asString);
    }

    /** The string under a key, or a default where the key is missing. */
    public String string(String key, String missing) {
        return has(key) ? string(key) : missing;
    }

    /** The integer under a key; {@link ModelFormatException} if there is none or it exceeds 32 bits. */
    public int integer(String key) {
        return require(key, "a 32-bit integer", Gguf::asInteger);
    }

    /** The integer under a key, or a default where the key is missing. */
    public int integer(String key, int missing) {
        return has(key) ? integer(key) : missing;
    }

    /** The number under a key; {@link ModelFormatException} if there is none. */
    public double decimal(String key) {
        return require(key, "a number", value -> value instanceof Number number ? number.doubleValue() : null);
    }

    /** The number under a key, or a default where the key is missing. */
    public double decimal(String key, double missing) {
        return has(key) ? decimal(key) : missing;
    }

    /** The truth value under a key, or a default where the key is missing. */
    public boolean flag(String key, boolean missing) {
        return has(key) ? require(key, "a boolean", value -> value instanceof Boolean flag ? flag : null) : missing;
    }

    /** The strings under a key; {@link ModelFormatException} if there are none. */
    public List<String> strings(String key) {
        return require(key, "an array of strings", Gguf::asStrings);
    }

    /** The strings under a key, or a default where the key is missing. */
    public List<String> strings(String key, List<String> missing) {
        return has(key) ? strings(key) : missing;
    }

    /** The integers under a key; {@link ModelFormatException} if there are none or one exceeds 32 bits. */
    public int[] ints(String key) {
        return require(key, "an array of 32-bit integers", Gguf::asInts);
    }

    /** The integers under a key, or a default where the key is missing. */
    public int[] ints(String key, int[] missing) {
        return has(key) ? ints(key) : missing;
    }

    /** The numbers under a key, rounded to float32; {@link ModelFormatException} if there are none. */
    public float[] decimals(String key) {
        return require(key, "an array of numbers", Gguf::asFloats);
    }

    /** The numbers under a key, or a default where the key is missing. */
    public float[] decimals(String key, float[] missing) {
        return has(key) ? decimals(key) : missing;
    }

    /** The tensor of that name; {@link ModelFormatException} if there is none. */
    public TensorInfo tensor(String name) {
        TensorInfo info = tensors().get(name);
        if (info == null) {
            throw new ModelFormatException("%s: no tensor %s among its %d (the first are %s); is it another family?"
                    .formatted(
                            file,
                            name,
                            tensors().size(),
                            tensors().keySet().stream().limit(3).toList()));
        }
        return info;
    }

    /** The numbers of a tensor, row-major, as float32. */
    public float[] floats(String name) {
        long elements = tensor(name).elements();
        if (elements > Integer.MAX_VALUE - 8) {
            throw new ModelFormatException("%s: tensor %s has %d numbers, a Java array holds 2^31 - 9 at most"
                    .formatted(file, name, elements));
        }
        float[] into = new float[(int) elements];
        read(name, into);
        return into;
    }

    /** The blocks of a tensor as they lie in the file. */
    byte[] bytes(String name) {
        TensorInfo info = tensor(name);
        long bytes = info.elements() / info.type().blockSize() * info.type().blockBytes();
        return data.asSlice(info.offset(), bytes).toArray(ValueLayout.JAVA_BYTE);
    }

    /**
     * Reads a tensor, row-major, as float32.
     *
     * @param into an array of exactly the tensor's size
     */
    public void read(String name, float[] into) {
        TensorInfo info = tensor(name);
        if (into.length != info.elements()) {
            throw new IllegalArgumentException("Tensor %s has %d numbers, the array given has room for %d"
                    .formatted(name, info.elements(), into.length));
        }
        int chunks = (into.length + CHUNK - 1) / CHUNK;
        IntStream steps = IntStream.range(0, chunks);
        (chunks > 1 ? steps.parallel() : steps).forEach(step -> readChunk(info, into, step * CHUNK));
    }

    private void readChunk(TensorInfo info, float[] into, int first) {
        GgmlType type = info.type();
        int blocks = Math.min(CHUNK, into.length - first) / type.blockSize();
        long skip = (long) (first / type.blockSize()) * type.blockBytes();
        byte[] raw = data.asSlice(info.offset() + skip, (long) blocks * type.blockBytes())
                .toArray(ValueLayout.JAVA_BYTE);
        Dequantizer.of(type).decode(raw, blocks, into, first);
    }

    /** Unmaps the file. Reading afterwards is an {@link IllegalStateException}. */
    @Override
    public void close() {
        arena.close();
    }

    private <T> T require(String key, String wanted, Function<Object, @Nullable T> as) {
        Object value = metadata().get(key);
        T result = value == null ? null : as.apply(value);
        if (result == null) {
            throw new ModelFormatException("%s: metadata %s should be %s, but %s; convert the model again"
                    .formatted(file, key, wanted, value == null ? "is missing" : "is " + describe(value)));
        }
        return result;
    }

    private static String describe(Object value) {
        String text = value.getClass().isArray() ? "an array of numbers" : value.toString();
        return text.length() > 60 ? text.substring(0, 60) + "..." : text;
    }

    private static @Nullable String asString(Object value) {
        return value instanceof String string ? string : null;
    }

    private static @Nullable Integer asInteger(Object value) {
        return value instanceof Long number && number == number.intValue() ? number.intValue() : null;
    }

    @SuppressWarnings("unchecked") // the only lists in metadata are lists of strings
    private static @Nullable List<String> asStrings(Object value) {
        return value instanceof List<?> list ? (List<String>) list : null;
    }

    private static int @Nullable [] asInts(Object value) {
        return value instanceof long[] numbers && Arrays.stream(numbers).allMatch(n -> n == (int) n)
                ? Arrays.stream(numbers).mapToInt(n -> (int) n).toArray()
                : null;
    }

    private static float @Nullable [] asFloats(Object value) {
        double[] numbers = value instanceof long[] integers
                ? Arrays.stream(integers).asDoubleStream().toArray()
                : value instanceof double[] decimals ? decimals : null;
        if (numbers == null) {
            return null;
        }
        float[] floats = new float[numbers.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) numbers[i];
        }
        return floats;
    }
}
